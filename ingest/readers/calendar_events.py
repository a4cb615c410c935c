"""Calendar events: what, when and where of the events in a calendar file (iCalendar, RFC 5545)."""

import quopri
import re
from collections.abc import Iterator

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Content, Line, block, check_length
from rodedraad.ingest.readers.decoding import decode

_FOLD = re.compile(rb"(?<!=)(?:\r\n|(?<!\r)\n)[ \t]")  # "=" may be that of quoted-printable
_ROW = re.compile(r"\r\n|\r|\n")
_PROPERTY = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[\w-]+=(?:\"[^\"]*\"|[^\":;])*)*):(.*)", re.DOTALL)
_ODD_PROPERTY = re.compile(r"(?:[\w-]+\.)?([\w-]+)(;[^:]*):(.*)", re.DOTALL)  # its parameters are damaged
_PACKED = re.compile(r";ENCODING=\"?QUOTED-PRINTABLE", re.I)
_NAME = re.compile(r";CN=(?:\"([^\"]*)\"|([^\":;,]*))", re.I)
_ZONE = re.compile(r";TZID=\"?([^\":;]*)", re.I)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d*(Z?))?")
_ESCAPED = re.compile(r"\\(.)")
_EVENTS = ("VEVENT", "VTODO", "VJOURNAL")
_SHOWN = {
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "DURATION": "Duration",
    "RRULE": "Repeats",
    "STATUS": "Status",
    "LOCATION": "Location",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendees",
    "COMMENT": "Comment",
    "DESCRIPTION": "",
}


def read_ics(data: bytes) -> Content:
    """A calendar file: each event with its summary as a heading; raises UnreadableDocument if it is none."""
    text = decode(unfolded(data))
    if "BEGIN:VCALENDAR" not in text.upper():
        raise UnreadableDocument("it is damaged, or not a calendar")
    return Content(list(event_lines(text)), titled=False)


def unfolded(data: bytes) -> bytes:
    """A calendar file with its long rows whole; they may be cut inside a character."""
    return _FOLD.sub(b"", data)


def event_lines(text: str) -> Iterator[Line]:
    """The lines of the events in a calendar file, which is unfolded."""
    check_length(len(text))
    inside: list[str] = []
    event: dict[str, list[str]] = {}
    for name, parameters, value in _properties(text):
        if name == "BEGIN":
            inside.append(value.strip().upper())
        elif name == "END":
            if value.strip().upper() in inside:
                while inside.pop() != value.strip().upper():
                    pass
            if event and not any(one in _EVENTS for one in inside):
                yield from _event(event)
                event = {}
        elif inside and inside[-1] in _EVENTS and (name == "SUMMARY" or name in _SHOWN):
            event.setdefault(name, []).append(_shown(name, parameters, value))
    yield from _event(event)  # of a file that is cut off


def _properties(text: str) -> Iterator[tuple[str, str, str]]:
    """The name, parameters and value of each property."""
    for row in _rows(text):
        if found := _PROPERTY.fullmatch(row) or _ODD_PROPERTY.fullmatch(row):
            value = found[3]
            if _is_packed(row):
                value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
            yield found[1].upper(), found[2], value


def _rows(text: str) -> Iterator[str]:
    """The rows of a calendar file, each whole: it goes on behind a space, in quoted-printable after "="."""
    held = ""
    for row in _ROW.split(text):
        if held.endswith("=") and _is_packed(held):
            held = held[:-1] + row
        elif row[:1] in (" ", "\t"):
            held += row[1:]
        else:
            yield held
            held = row
    yield held


def _is_packed(row: str) -> bool:
    return bool(_PACKED.search(row.partition(":")[0]))


def _event(event: dict[str, list[str]]) -> Iterator[Line]:
    yield from block(" ".join(event.get("SUMMARY", ())), level=2)
    tight = False
    for name, label in _SHOWN.items():
        if value := ", ".join(filter(None, event.get(name, ()))):
            yield from block(f"{label}: {value}" if label else value, tight=tight and bool(label))
            tight = True


def _shown(name: str, parameters: str, value: str) -> str:
    """A value as a person writes it."""
    if name in ("ORGANIZER", "ATTENDEE"):
        named = _NAME.search(parameters)
        return (named and (named[1] or named[2])) or re.sub("^mailto:", "", value, flags=re.I)
    if name in ("DTSTART", "DTEND", "DUE") and (time := _TIME.fullmatch(value.strip())):
        year, month, day, hour, minute, utc = time.groups()
        zone = _ZONE.search(parameters)
        place = " UTC" if utc else f" ({zone[1]})" if zone else ""
        return f"{year}-{month}-{day} {hour}:{minute}{place}" if hour else f"{year}-{month}-{day}"
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
