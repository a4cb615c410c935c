"""Mail: e-mail messages and mailboxes (RFC 5322 and MIME), with their attachments."""

import re
from contextlib import suppress
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from functools import partial
from typing import NamedTuple

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.formats import suffix_of
from rodedraad.ingest.lines import Content, Line, block, one_line
from rodedraad.ingest.readers.charset import readable
from rodedraad.ingest.readers.enclosed import Sections
from rodedraad.ingest.readers.mail_text import SHOWN, cited, head, html_text, plain_lines, richer

_EVIDENCE = ("From", "To", "Subject", "Date", "Received", "Message-ID", "MIME-Version", "Content-Type")
_BODIES = ("text/plain", "text/html")
_MESSAGES = ("message/rfc822", "message/global")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_WORD = r"=\?[^\s?]+\?[bBqQ]\?[^?]*\?="
_ENCODED_WORDS = re.compile(rf"{_WORD}(?:\s*{_WORD}){{0,199}}")  # decoding takes the square of their number
_SEPARATOR = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d{4}[^\n]*\n")
_QUOTED_SEPARATOR = re.compile(rb"^>(>*From )", re.M)


def read_eml(data: bytes) -> Content:
    """An e-mail message: its headers, its text, and its attachments under headings with their names.

    Raises UnreadableDocument if it has none of the headers of a message.
    """
    return _content(_parse(data))


def read_mbox(data: bytes) -> Content:
    """A mailbox: its messages in order, each under a heading with its subject.

    Raises UnreadableDocument if it does not begin with a message.
    """
    starts = list(_SEPARATOR.finditer(data))
    if not starts or data[: starts[0].start()].strip():
        raise UnreadableDocument("it is not a mailbox: it does not begin with a line such as From …")
    ends = [*(found.start() for found in starts[1:]), len(data)]
    mailbox = Sections()
    for found, end in zip(starts, ends, strict=True):
        raw = _QUOTED_SEPARATOR.sub(rb"\1", data[found.end() : end])
        subject = header(BytesHeaderParser(policy=policy.compat32).parsebytes(raw), "Subject")
        mailbox.add_section(subject or "—", partial(_untitled, raw), 1)
    return Content(mailbox.lines, unread=mailbox.unread, titled=False)


def _parse(data: bytes) -> Message:
    message = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip(), policy=policy.compat32)
    if not any(name in message for name in _EVIDENCE):
        raise UnreadableDocument("it is not an e-mail message: it has no headers")
    return message


def _untitled(data: bytes) -> Content:
    return _content(message_from_bytes(data, policy=policy.compat32), titled=False)


def _add_message(sections: Sections, name: str, message: Message, level: int) -> None:
    """Add a message under a heading with its name, or else its subject."""
    title = name or header(message, "Subject") or "—"
    sections.add_section(title, lambda: _content(message, titled=bool(name)), level)


def _content(message: Message, titled: bool = True) -> Content:
    """The content of a message; it begins with its subject if it is `titled`."""
    fields = {name: header(message, name) for name in ("Subject", *SHOWN)}
    sections = Sections()
    sections.add(list(head(fields, titled)))
    parts = _parts(message)
    for body in parts.bodies:
        sections.add(body.lines, level=1)
    for part in parts.attached:
        _attach(sections, part)
    return Content(sections.lines, citation=cited(fields), unread=sections.unread, titled=False)


class _Body(NamedTuple):
    is_html: bool
    lines: list[Line]


class _Parts(NamedTuple):
    """The parts of a message that are its text, and those that are attached."""

    bodies: list[_Body]
    attached: list[Message]


def _parts(part: Message) -> _Parts:
    kind = part.get_content_type()
    if part.is_multipart() and not kind.startswith("message/"):
        inside = [_parts(inner) for inner in _inside(part)]
        bodies = [body for parts in inside for body in parts.bodies]
        attached = [inner for parts in inside for inner in parts.attached]
        return _Parts(_best(bodies) if kind == "multipart/alternative" else bodies, attached)
    is_text = kind in _BODIES or kind.startswith("multipart/")  # one of many parts that has no parts is text
    if is_text and part.get_content_disposition() != "attachment" and not part.get_filename():
        with suppress(UnreadableDocument, RecursionError):  # it is named then, as attachments are
            return _Parts([_body(part, kind == "text/html")], [])
    return _Parts([], [] if kind in _SIGNATURES else [part])


def _best(bodies: list[_Body]) -> list[_Body]:
    """Of the same text, plain and in HTML, the one that says more."""
    plain = [line for body in bodies if not body.is_html for line in body.lines]
    html = [line for body in bodies if body.is_html for line in body.lines]
    return [_Body(False, richer(plain, html))]


def _body(part: Message, is_html: bool) -> _Body:
    text = readable(_bytes(part), part.get_content_charset("utf-8"))
    if is_html:
        return _Body(True, html_text(text))
    flowed = _parameter(part, "format") == "flowed"
    return _Body(False, plain_lines(text, flowed, _parameter(part, "delsp") == "yes"))


def _parameter(part: Message, name: str) -> str:
    return str(part.get_param(name, "")).lower()


def _inside(part: Message) -> list[Message]:
    """The parts of a part that has parts."""
    payload = part.get_payload() if part.is_multipart() else []
    return [inner for inner in payload if isinstance(inner, Message)]


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _attach(sections: Sections, part: Message) -> None:
    kind, name = part.get_content_type(), re.split(r"[\\/]", _decoded(part.get_filename() or ""))[-1]
    inside = _inside(part)
    if kind in _MESSAGES and inside:
        _add_message(sections, name, _unpacked(part, inside[0]), 2)
    elif inside:  # a report by a mail program
        lines = [line for inner in inside for line in _report(inner)]
        sections.add_section(name or kind, lambda: Content(lines), 2)
    else:
        sections.add_file(name or kind, suffix_of(name, kind), lambda: _bytes(part), 2)


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
