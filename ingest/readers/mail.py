"""Mail: e-mail messages and mailboxes (RFC 5322 and MIME); what is attached are members."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from functools import partial
from typing import NamedTuple

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Content, Line, Member, block, one_line
from rodedraad.ingest.readers.charset import readable
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
    shown_within,
)
from rodedraad.ingest.reasons import reason_of, within

_EVIDENCE = ("From", "To", "Subject", "Date", "Received", "Message-ID", "MIME-Version", "Content-Type")
_BODIES = ("text/plain", "text/html")
_MESSAGES = ("message/rfc822", "message/global")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_WORD = r"=\?[^\s?]+\?[bBqQ]\?[^?]*\?="
_ENCODED_WORDS = re.compile(rf"{_WORD}(?:\s*{_WORD}){{0,199}}")  # decoding takes the square of their number
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
        members=tuple(_member(part) for part in parts.attached if not _is_shown(part, parts.shown)),
    )


class _Body(NamedTuple):
    is_html: bool
    lines: list[Line]


@dataclass(slots=True)
class _Parts:
    """The parts of a message."""

    bodies: list[_Body] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)  # those that its text shows, by their Content-ID
    unread: list[Reason] = field(default_factory=list)  # why a text of it is not read

    def add(self, part: Message) -> None:
        """Add a part, and the parts inside it."""
        kind, inside = part.get_content_type(), _inside(part)
        is_text = kind in _BODIES or kind.startswith("multipart/")  # of many parts without one is text
        if inside and not kind.startswith("message/"):
            before = len(self.bodies)
            for inner in inside:
                self.add(inner)
            if kind == "multipart/alternative":
                self.bodies[before:] = _best(self.bodies[before:])
        elif inside and kind not in _MESSAGES:  # a report by a mail program
            self.bodies.append(_Body(False, [line for inner in inside for line in _report(inner)]))
        elif is_text and part.get_content_disposition() != "attachment" and not part.get_filename():
            try:
                self._add_text(part, kind == "text/html")
            except (UnreadableDocument, RecursionError) as error:
                self.unread.append(within(kind, reason_of(error)))
        elif kind not in _SIGNATURES:
            self.attached.append(part)

    def _add_text(self, part: Message, is_html: bool) -> None:
        text = readable(_bytes(part), part.get_content_charset("utf-8"))
        if is_html:
            self.shown |= shown_within(text)
            self.bodies.append(_Body(True, html_text(text)))
        else:
            flowed = _parameter(part, "format") == "flowed"
            self.bodies.append(_Body(False, plain_lines(text, flowed, _parameter(part, "delsp") == "yes")))


def _best(bodies: list[_Body]) -> list[_Body]:
    """Of the same text, plain and in HTML, the one that says more."""
    plain = [line for body in bodies if not body.is_html for line in body.lines]
    html = [line for body in bodies if body.is_html for line in body.lines]
    return [_Body(False, richer(plain, html))]


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
    return re.split(r"[\\/]", _decoded(part.get_filename() or ""))[-1]


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
    fields = [f"{name}: {_decoded(str(value))}" for name, value in message.raw_items()]
    return [*block("\n".join(fields)), *block(readable(_bytes(message), "utf-8"))]


def header(message: Message, name: str) -> str:
    """The values of a header, decoded, with a comma between two of them."""
    values = [value for key, value in message.raw_items() if key.lower() == name.lower()]
    return ", ".join(_decoded(str(value)) for value in values)


def _decoded(value: str) -> str:
    """A value of a header in which words may be encoded (RFC 2047), or bytes stand for characters."""
    text = readable(value.encode("utf-8", "surrogateescape"), "utf-8")
    return one_line(_ENCODED_WORDS.sub(lambda found: _decoded_words(found[0]), text))


def _decoded_words(words: str) -> str:
    try:
        parts = decode_header(words)
    except (HeaderParseError, ValueError):
        return words
    return "".join(
        part if isinstance(part, str) else readable(part, charset or "utf-8") for part, charset in parts
    )
