"""TNEF: the text and the attachments in a winmail.dat, as Outlook packs them (MS-OXTNEF)."""

import struct
from collections.abc import Iterator

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Content
from rodedraad.ingest.readers.outlook import Folder, Storage, members_of, message_text
from rodedraad.ingest.reasons import within

_SIGNATURE = b"\x78\x9f\x3e\x22"
_HEADER, _ATTRIBUTE = 6, struct.Struct("<BHHI")  # level, number, type, length; a checksum follows
_BEGINS_ATTACHMENT, _MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES, _CODE_PAGE = 0x9002, 0x9003, 0x9005, 0x9007
_STREAMS = {0x8004: "0037001E", 0x800C: "1000001E", 0x8010: "3704001E", 0x800F: "37010102"}
_FIXED = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 20: 8, 64: 8, 72: 16}  # bytes, by type
_VARIABLE, _EMBEDDED, _SEVERAL, _NAMED = (0x0D, 0x1E, 0x1F, 0x102), 0x0D, 0x1000, 0x8000
_MESSAGE_HEAD, _ATTACHMENT_HEAD, _EMBEDDED_HEAD = 32, 8, 24
_INTERFACE = 16  # bytes before an embedded message
_DEEPEST = 6  # messages inside messages


def read_tnef(data: bytes) -> Content:
    """The text of the message, and its attachments as members.

    Raises UnreadableDocument if the data are damaged or nothing of the kind.
    """
    if not data.startswith(_SIGNATURE):
        raise UnreadableDocument("it is damaged, or not a message of Outlook")
    message = Storage(_folder(data, _MESSAGE_HEAD), _MESSAGE_HEAD)
    text = message_text(message)
    members = members_of(message, text)
    damaged = [] if _is_whole(data) else [Reason("it is damaged, or not a message of Outlook")]
    if damaged and not text.lines and not members:
        raise UnreadableDocument("it is damaged, or not a message of Outlook")
    unread = [*text.unread, *(within("winmail.dat", reason) for reason in damaged)]
    return Content(text.lines, unread=tuple(unread), members=members)


def _is_whole(data: bytes) -> bool:
    """Whether every attribute is there with the checksum that follows it."""
    place = _HEADER
    while place + _ATTRIBUTE.size <= len(data):
        *_, length = _ATTRIBUTE.unpack_from(data, place)
        value = data[place + _ATTRIBUTE.size : place + _ATTRIBUTE.size + length]
        place += _ATTRIBUTE.size + length + 2
        if place > len(data) or sum(value) & 0xFFFF != int.from_bytes(data[place - 2 : place], "little"):
            return False
    return place <= len(data)


def _folder(data: bytes, head: int, depth: int = 0) -> Folder:
    """The storages and streams that the message would have as a file of Outlook."""
    message = _Properties(head)
    parts = [message]
    place = _HEADER
    while place + _ATTRIBUTE.size <= len(data):
        _, number, _, length = _ATTRIBUTE.unpack_from(data, place)
        place += _ATTRIBUTE.size
        value = data[place : place + length]
        place += length + 2
        if number == _BEGINS_ATTACHMENT:
            parts.append(_Properties(_ATTACHMENT_HEAD))
        elif number == _MESSAGE_PROPERTIES:
            message.add(value, depth)
        elif number == _ATTACHMENT_PROPERTIES:
            parts[-1].add(value, depth)
        elif number == _CODE_PAGE:
            message.add_number(0x3FFD, value[:4])
        elif number in _STREAMS:
            parts[-1].streams.setdefault(f"__SUBSTG1.0_{_STREAMS[number]}", value)
    attached = {f"__ATTACH_VERSION1.0_#{n:08X}": part.folder() for n, part in enumerate(parts[1:])}
    return {**message.folder(), **attached}


class _Properties:
    """The properties of a message or an attachment, as streams."""

    def __init__(self, head: int) -> None:
        """`head`: bytes before the properties of fixed length."""
        self.streams: Folder = {}
        self._fixed = bytearray(head)

    def add(self, data: bytes, depth: int) -> None:
        """Add encoded properties of a message, which lies in so many others."""
        for number, kind, value in _properties(data):
            if kind == _EMBEDDED and value[_INTERFACE:].startswith(_SIGNATURE) and depth < _DEEPEST:
                inside = _folder(value[_INTERFACE:], _EMBEDDED_HEAD, depth + 1)
                self.streams[f"__SUBSTG1.0_{number:04X}000D"] = inside
            elif kind in _VARIABLE:
                self.streams[f"__SUBSTG1.0_{number:04X}{kind:04X}"] = value
            else:
                self.add_number(number, value)

    def add_number(self, number: int, value: bytes) -> None:
        """Add a property of fixed length."""
        self._fixed += struct.pack("<HHI8s", 3, number, 0, value)

    def folder(self) -> Folder:
        """The streams, with the one for all properties of fixed length."""
        return {**self.streams, "__PROPERTIES_VERSION1.0": bytes(self._fixed)}


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The number, type and first value of each property, as far as they can be read."""
    place = 4
    try:
        (count,) = struct.unpack_from("<I", data)
        for _ in range(count):
            kind, number = struct.unpack_from("<HH", data, place)
            place += 4
            if number >= _NAMED:
                (has_name,) = struct.unpack_from("<I", data, place + 16)
                (length,) = struct.unpack_from("<I", data, place + 20)
                place += 24 + (_padded(length) if has_name else 0)
            base, values = kind & ~_SEVERAL, 1
            if base in _VARIABLE or kind & _SEVERAL:
                (values,) = struct.unpack_from("<I", data, place)
                place += 4
            for which in range(values):
                if base in _VARIABLE:
                    (length,) = struct.unpack_from("<I", data, place)
                    place += 4
                else:
                    length = _FIXED[base]
                if place > len(data):
                    return
                if not which:
                    yield number, base, data[place : place + length]
                place += _padded(length)
    except (struct.error, KeyError):
        return


def _padded(length: int) -> int:
    return length + -length % 4
