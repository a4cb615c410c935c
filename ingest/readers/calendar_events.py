"""Calendar events: what, when and where of the events in a calendar file (iCalendar, RFC 5545)."""

import re
from collections.abc import Iterator

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Content, Line, block, check_length
from rodedraad.ingest.readers.decoding import decode

_FOLD = re.compile(r"\r?\n[ \t]")
_PROPERTY = re.compile(r"([\w-]+)((?:;[\w-]+=(?:\"[^\"]*\"|[^\":;])*)*):(.*)")
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
    "DESCRIPTION": "",
}


def read_ics(data: bytes) -> Content:
    """A calendar file: each event with its summary as a heading; raises UnreadableDocument if it is none."""
    text = decode(data)
    if "BEGIN:VCALENDAR" not in text.upper():
        raise UnreadableDocument("it is damaged, or not a calendar")
    return Content(list(event_lines(text)), titled=False)


def event_lines(text: str) -> Iterator[Line]:
    """The lines of the events in a calendar file."""
    check_length(len(text))
    inside: list[str] = []
    event: dict[str, list[str]] = {}
    for row in _FOLD.sub("", text).splitlines():
        if not (found := _PROPERTY.fullmatch(row)):
            continue
        name, parameters, value = found[1].upper(), found[2], found[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
        elif name == "END" and inside:
            if inside.pop() in _EVENTS:
                yield from _event(event)
                event = {}
        elif inside and inside[-1] in _EVENTS and (name == "SUMMARY" or name in _SHOWN):
            event.setdefault(name, []).append(_shown(name, parameters, value))


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
