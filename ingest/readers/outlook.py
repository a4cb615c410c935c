"""Outlook: a message as Outlook saves it: properties in an OLE compound file (MS-OXMSG, MS-OXPROPS)."""

import io
import re
import struct
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from email.utils import format_datetime
from functools import cached_property
from typing import Any, NamedTuple

import compressed_rtf
import olefile

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Content, Line, Member, one_line
from rodedraad.ingest.readers.charset import code_page, readable
from rodedraad.ingest.readers.mail_headers import header
from rodedraad.ingest.readers.mail_text import (
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
from rodedraad.ingest.readers.rtf import read_rtf
from rodedraad.ingest.readers.rtf_html import html_in_rtf
from rodedraad.ingest.reasons import reason_of, within

_CLASS, _SUBJECT, _HEADERS = 0x001A, 0x0037, 0x007D
_NAMES, _ADDRESSES = (0x0042, 0x0C1A), (0x5D02, 0x5D01, 0x0065, 0x0C1F)  # of the sender
_TIMES = (0x0039, 0x0E06)  # sent, delivered
_SHOWN_TO, _SHOWN_CC = 0x0E04, 0x0E03
_PLAIN, _RTF, _HTML = 0x1000, 0x1009, 0x1013
_RECIPIENT_KIND, _RECIPIENT_NAME, _RECIPIENT_ADDRESSES = 0x0C15, 0x3001, (0x39FE, 0x3003)
_FILE_NAMES, _MEDIA_TYPE, _DATA = (0x3707, 0x3704, 0x3001), 0x370E, 0x3701
_CONTENT_ID, _HIDDEN = 0x3712, 0x7FFE
_CODE_PAGES = (0x3FFD, 0x3FDE)
_TO, _CC = 1, 2
_WHOLE_MESSAGES = ("IPM.NOTE", "IPM.POST", "IPM.STICKYNOTE", "REPORT")
_PROPERTIES = "__PROPERTIES_VERSION1.0"
_TICKS_UNTIL_1970 = 116_444_736_000_000_000  # of 100 nanoseconds, from 1601


def read_msg(data: bytes) -> Content:
    """A message of Outlook: its headers and its text; its attachments are members.

    Raises UnreadableDocument if it is damaged or not a message.
    """
    root = Storage(_unpacked(data), 32)
    if not root.has_properties:
        raise UnreadableDocument("it is not a message of Outlook")
    return _content(root)


Folder = dict[str, Any]
"""The storages, which are folders too, and the streams, which are bytes, of a storage by name in capitals."""


def _unpacked(data: bytes) -> Folder:
    """The content of an OLE compound file; raises UnreadableDocument if it is damaged."""
    root: Folder = {}
    left = len(data)
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            for path in ole.listdir():
                left -= ole.get_size(path)
                if left < 0:
                    raise ValueError("streams overlap")
                folder = root
                for name in path[:-1]:
                    folder = folder.setdefault(name.upper(), {})
                folder[path[-1].upper()] = ole.openstream(path).read()
    except MemoryError:
        raise
    except Exception as error:  # the library may raise anything for a damaged file
        raise UnreadableDocument("it is damaged, or not a message of Outlook") from error
    return root


class Storage:
    """A message, recipient or attachment: a storage with properties, by number."""

    def __init__(self, folder: Folder, head: int, charset: str = "") -> None:
        """`head`: bytes before the properties of fixed length; `charset`: of texts not in Unicode."""
        self._folder, self._head = folder, head
        pages = (self.number(page) for page in _CODE_PAGES)
        self.charset = next((code_page(page) for page in pages if page), charset)

    @property
    def has_properties(self) -> bool:
        """Whether it is a message, recipient or attachment at all."""
        return bool(self.stream(_PROPERTIES))

    def storages(self, beginning: str, head: int = 8) -> list["Storage"]:
        """The storages in this one whose names begin like that, in order."""
        return [
            Storage(inside, head, self.charset)
            for name, inside in sorted(self._folder.items())
            if name.startswith(beginning) and isinstance(inside, dict)
        ]

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; empty if there is none."""
        data = self._folder.get(name)
        return data if isinstance(data, bytes) else b""

    def binary(self, property: int) -> bytes:
        """The bytes of a property; empty if there is none."""
        return self.stream(f"__SUBSTG1.0_{property:04X}0102")

    def text(self, *properties: int) -> str:
        """The first of the properties that is a text which is not empty."""
        for property in properties:
            name = f"__SUBSTG1.0_{property:04X}"
            text = self.stream(f"{name}001F").decode("utf-16-le", "replace")
            if text := text or readable(self.stream(f"{name}001E"), self.charset):
                return text.rstrip("\0")
        return ""

    def number(self, property: int) -> int:
        """A property of fixed length; 0 if there is none."""
        return self._numbers.get(property, 0)

    @cached_property
    def _numbers(self) -> dict[int, int]:
        data = self.stream(_PROPERTIES)[self._head :]
        entries = struct.iter_unpack("<HHIQ", data[: len(data) // 16 * 16])
        return {property: value for _, property, _, value in entries}


def _content(message: Storage) -> Content:
    fields, text, kind = _fields(message), message_text(message), message.text(_CLASS).upper()
    if kind and not kind.startswith(_WHOLE_MESSAGES):
        text.unread.append(
            Reason("its fields as {kind} are not read, only its text", {"kind": one_line(kind)})
        )
    return Content(
        message_lines(fields, [text.lines]),
        citation=cited(fields),
        unread=tuple(text.unread),
        titled=False,
        members=members_of(message, text),
    )


def _fields(message: Storage) -> dict[str, str]:
    """The fields of a message's head: as they were sent, or else as Outlook keeps them."""
    sent = message_from_string(message.text(_HEADERS).lstrip(), policy=policy.compat32)
    people = [(person.number(_RECIPIENT_KIND) & 0xF, _person(person)) for person in
              message.storages("__RECIP_VERSION1.0_#")]  # fmt: skip
    kept = {
        "Subject": message.text(_SUBJECT),
        "From": _addressed(message.text(*_NAMES), _address(message, _ADDRESSES)),
        "To": ", ".join(who for kind, who in people if kind == _TO) or message.text(_SHOWN_TO),
        "Cc": ", ".join(who for kind, who in people if kind == _CC) or message.text(_SHOWN_CC),
        "Date": next((_date(ticks) for time in _TIMES if (ticks := message.number(time))), ""),
    }
    return {name: one_line(header(sent, name) or value) for name, value in kept.items()}


def _person(person: Storage) -> str:
    return _addressed(person.text(_RECIPIENT_NAME), _address(person, _RECIPIENT_ADDRESSES))


def _address(storage: Storage, properties: tuple[int, ...]) -> str:
    """The first of the properties that is an e-mail address, and not one inside an organisation."""
    return next((text for property in properties if "@" in (text := storage.text(property))), "")


def _addressed(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address and name != address else name or address


def _date(ticks: int) -> str:
    """A time as a message writes it; empty if it is not one."""
    try:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=(ticks - _TICKS_UNTIL_1970) // 10)
        return format_datetime(moment)
    except OverflowError:
        return ""


class MessageText(NamedTuple):
    """The text of a message."""

    lines: list[Line]
    shown: set[str]  # the attachments that it shows, by their Content-ID
    unread: list[Reason]  # why forms of it are not read


def message_text(message: Storage) -> MessageText:
    """The text of a message: plain or in HTML, be that kept in RTF; or else in RTF."""
    unread: list[Reason] = []
    rtf = _rtf(message, unread)
    html = message.text(_HTML) or readable(message.binary(_HTML), message.charset) or html_in_rtf(rtf)
    lines = plain_lines(message.text(_PLAIN))
    try:
        lines = richer(lines, html_text(html))
    except (UnreadableDocument, RecursionError) as error:
        unread.append(within("HTML", reason_of(error)))
    if rtf and not lines:
        try:
            lines = read_rtf(rtf).lines
        except (UnreadableDocument, RecursionError) as error:
            unread.append(within("RTF", reason_of(error)))
    return MessageText(lines, shown_within(html), unread)


def _rtf(message: Storage, unread: list[Reason]) -> bytes:
    """The text of a message in RTF, unpacked; empty if it has none, or a damaged one, which is named."""
    packed = message.binary(_RTF)
    if not packed:
        return b""
    try:
        return bytes(compressed_rtf.decompress(packed))
    except Exception:  # the library raises nothing more special
        unread.append(within("RTF", Reason("it is damaged, or not rich text (RTF)")))
        return b""


def members_of(message: Storage, text: MessageText) -> tuple[Member, ...]:
    """What is attached to a message, and the pictures that its text shows."""
    attached = [(_member(one), one) for one in message.storages("__ATTACH_VERSION1.0_#")]
    return tuple(
        each
        for member, one in attached
        for each in (shown_in_text(member) if _is_shown(one, text.shown) else [member])
    )


def _is_shown(attached: Storage, shown: set[str]) -> bool:
    """Whether an attachment is a picture in the text, such as a logo, which nobody attached."""
    is_part = attached.text(_CONTENT_ID).strip(" <>") in shown or bool(attached.number(_HIDDEN) & 1)
    return is_part and is_picture(attached.text(*_FILE_NAMES), attached.text(_MEDIA_TYPE))


def _member(attached: Storage) -> Member:
    name, kind = one_line(attached.text(*_FILE_NAMES)), attached.text(_MEDIA_TYPE)
    inside = attached.storages(f"__SUBSTG1.0_{_DATA:04X}000D", 24)
    if inside and inside[0].has_properties:
        return attached_message(name, inside[0].text(_SUBJECT), ".msg", lambda: _content(inside[0]))
    return attachment(re.split(r"[\\/]", name)[-1], kind, lambda: attached.binary(_DATA))
