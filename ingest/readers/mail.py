"""Mail: e-mail messages and mailboxes (RFC 5322 and MIME); what is attached are members."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser
from functools import partial
from typing import NamedTuple

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Content, Line, Member, block
from rodedraad.ingest.readers.calendar_events import event_lines, unfolded
from rodedraad.ingest.readers.charset import readable
from rodedraad.ingest.readers.mail_headers import decoded, header
from rodedraad.ingest.readers.mail_text import (
    SHOWN,
    attached_message,
    attachment,
    cited,
    html_text,
    is_picture,
    message_lines,
    plain_lines,
    richer,
    shown_in_text,
    shown_within,
)
from rodedraad.ingest.readers.mail_wrapping import unwrapped
from rodedraad.ingest.readers.signed_message import signed_content
from rodedraad.ingest.reasons import reason_of, within

_EVIDENCE = ("From", "To", "Subject", "Date", "Received", "Message-ID", "MIME-Version", "Content-Type")
_MESSAGES = ("message/rfc822", "message/global")
_CALENDARS = ("text/calendar", "application/ics")
_SIGNED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_OF_OUTLOOK = ("application/ms-tnef", "application/vnd.ms-tnef")
_NOT_ATTACHED = (  # signatures, and the same text for other programs
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/x-amp-html",
    "text/watch-html",
)
_ENCRYPTED = Reason("its encrypted text is not read; save it without encryption in your mail program")
_SEPARATOR = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d{4}[^\n]*\n")
_QUOTED_SEPARATOR = re.compile(rb"^>(>*From )", re.M)


def read_eml(data: bytes) -> Content:
    """An e-mail message: its headers and its text; its attachments are members.

    Raises UnreadableDocument if it has none of the headers of a message.
    """
    return _content(_parse(data))


def read_mbox(data: bytes) -> Content:
    """A mailbox: each message is a member, named by its subject.

    Raises UnreadableDocument if it does not begin with a message.
    """
    starts = list(_SEPARATOR.finditer(data))
    if not starts or data[: starts[0].start()].strip():
        raise UnreadableDocument("it is not a mailbox: it does not begin with a line such as From …")
    ends = [*(found.start() for found in starts[1:]), len(data)]
    messages = []
    for found, end in zip(starts, ends, strict=True):
        raw = _QUOTED_SEPARATOR.sub(rb"\1", data[found.end() : end])
        subject = header(BytesHeaderParser(policy=policy.compat32).parsebytes(raw), "Subject")
        messages.append(attached_message("", subject, ".eml", partial(_message, raw)))
    return Content([], members=tuple(messages))


def _parse(data: bytes) -> Message:
    message = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip(), policy=policy.compat32)
    if not any(name in message for name in _EVIDENCE):
        raise UnreadableDocument("it is not an e-mail message: it has no headers")
    return message


def _message(data: bytes) -> Content:
    """The content of a message that may have none of the usual headers."""
    return _content(message_from_bytes(data, policy=policy.compat32))


def _content(message: Message) -> Content:
    fields = {name: header(message, name) for name in ("Subject", *SHOWN)}
    parts = _Parts()
    parts.add(message)
    return Content(
        message_lines(fields, (body.lines for body in parts.bodies)),
        citation=cited(fields),
        unread=tuple(parts.unread),
        titled=False,
        members=tuple(parts.members()),
    )


class _Body(NamedTuple):
    kind: str  # media type
    lines: list[Line]


@dataclass(slots=True)
class _Parts:
    """The parts of a message."""

    bodies: list[_Body] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)
    packed: list[Member] = field(default_factory=list)  # files in a text, or in a winmail.dat
    shown: set[str] = field(default_factory=set)  # those that its text shows, by their Content-ID
    unread: list[Reason] = field(default_factory=list)  # why a text of it is not read

    def add(self, part: Message) -> None:
        """Add a part, and the parts inside it."""
        kind, inside = part.get_content_type(), _inside(part)
        is_text = kind.startswith(("text/", "multipart/"))  # of many parts without one is text
        if inside and kind == "multipart/encrypted":
            self.unread.append(_ENCRYPTED)
        elif inside and not kind.startswith("message/"):
            before = len(self.bodies)
            for inner in inside:
                self.add(inner)
            if kind == "multipart/alternative":
                self.bodies[before:] = _best(self.bodies[before:])
        elif inside and kind not in _MESSAGES:  # a report by a mail program
            self.bodies.append(_Body(kind, [line for inner in inside for line in _report(inner)]))
        elif kind in _NOT_ATTACHED:
            return
        elif is_text and part.get_content_disposition() != "attachment" and not part.get_filename():
            try:
                self._add_text(part, kind)
            except (UnreadableDocument, RecursionError) as error:
                self.unread.append(within(kind, reason_of(error)))
        elif kind in _SIGNED:
            self._add_signed(part)
        elif kind in _OF_OUTLOOK or _name(part).lower() == "winmail.dat":
            self._add_packed(part)
        else:
            self.attached.append(part)

    def _add_text(self, part: Message, kind: str) -> None:
        data = unfolded(_bytes(part)) if kind == "text/calendar" else _bytes(part)
        text = readable(data, part.get_content_charset("utf-8"))
        if kind == "text/html":
            self.shown |= shown_within(text)
            self.bodies.append(_Body(kind, html_text(text)))
        elif kind == "text/calendar":
            self.bodies.append(_Body(kind, list(event_lines(text))))
        else:
            text, files, is_encrypted = unwrapped(text)
            flowed = _parameter(part, "format") == "flowed"
            self.bodies.append(_Body(kind, plain_lines(text, flowed, _parameter(part, "delsp") == "yes")))
            self.packed += (attachment(name, "", partial(bytes, data)) for name, data in files)
            self.unread += [_ENCRYPTED] if is_encrypted else []

    def _add_signed(self, part: Message) -> None:
        """Add the message inside one that is signed as a whole; or encrypted, which is named."""
        content = signed_content(_bytes(part))
        if content is None:
            self.unread.append(_ENCRYPTED)
        else:
            self.add(message_from_bytes(content, policy=policy.compat32))

    def _add_packed(self, part: Message) -> None:
        """Add what Outlook packed into one part: the text, as it was written, and the attachments."""
        from rodedraad.ingest.readers.tnef import read_tnef  # which needs what is here

        try:
            packed = read_tnef(_bytes(part))
        except (UnreadableDocument, RecursionError) as error:
            self.unread.append(within(_name(part) or part.get_content_type(), reason_of(error)))
            return
        own = [line for body in self.bodies for line in body.lines]
        if richer(packed.lines, own) is packed.lines:  # the same text
            self.bodies = [body for body in self.bodies if body.kind == "text/calendar"]
        self.bodies.append(_Body("text/html", packed.lines))
        self.packed += packed.members
        self.unread += packed.unread

    def members(self) -> Iterator[Member]:
        """What is attached, other than the pictures and events that the text shows."""
        has_events = any(body.kind == "text/calendar" for body in self.bodies)
        for part in self.attached:
            member = _member(part)
            if _is_shown(part, self.shown):
                yield from shown_in_text(member)
            elif not (has_events and part.get_content_type() in _CALENDARS):
                yield member
        yield from self.packed


def _best(bodies: list[_Body]) -> list[_Body]:
    """Of the same text, plain and in HTML, the one that says more; and its events."""
    texts = [body for body in bodies if body.kind != "text/calendar"]
    plain = [line for body in texts if body.kind != "text/html" for line in body.lines]
    html = [line for body in texts if body.kind == "text/html" for line in body.lines]
    return [_Body("text/plain", richer(plain, html)), *(body for body in bodies if body not in texts)]


def _parameter(part: Message, name: str) -> str:
    return str(part.get_param(name, "")).lower()


def _inside(part: Message) -> list[Message]:
    """The parts of a part that has parts."""
    payload = part.get_payload() if part.is_multipart() else []
    return [inner for inner in payload if isinstance(inner, Message)]


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _name(part: Message) -> str:
    return re.split(r"[\\/]", decoded(part.get_filename() or ""))[-1]


def _is_shown(part: Message, shown: set[str]) -> bool:
    """Whether a part is a picture in the text, such as a logo, which nobody attached."""
    id = str(part.get("Content-ID", "")).strip(" <>\t\r\n")
    return id in shown and is_picture(_name(part), part.get_content_type())


def _member(part: Message) -> Member:
    kind, name, inside = part.get_content_type(), _name(part), _inside(part)
    if inside:
        subject = header(inside[0], "Subject")
        return attached_message(name, subject, ".eml", lambda: _content(_unpacked(part, inside[0])))
    return attachment(name, kind, lambda: _bytes(part))


def _unpacked(part: Message, message: Message) -> Message:
    """The message in a part, which some programs encode as a whole, against RFC 2046."""
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if message.keys() or encoding not in ("base64", "quoted-printable"):
        return message
    message["Content-Transfer-Encoding"] = encoding
    return _parse(_bytes(message))


def _report(message: Message) -> list[Line]:
    fields = [f"{name}: {decoded(str(value))}" for name, value in message.raw_items()]
    return [*block("\n".join(fields)), *block(readable(_bytes(message), "utf-8"))]
