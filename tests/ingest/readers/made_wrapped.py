"""Made wrapped: messages as S/MIME signs them whole, and as Outlook packs them into a winmail.dat."""

import struct
from collections.abc import Iterable

SIGNED_DATA, DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")


def signed(content: bytes, kind: bytes = SIGNED_DATA) -> bytes:
    """A file that is signed as a whole, without certificates and signatures."""
    message = _ber(0x30, DATA + _ber(0xA0, _ber(0x04, content)))
    return _ber(0x30, kind + _ber(0xA0, _ber(0x30, b"\x02\x01\x01" + _ber(0x31, b"") + message)))


def signed_in_pieces(content: bytes) -> bytes:
    """The same as programs write it that do not know its length beforehand."""
    half = len(content) // 2
    pieces = _ber(0x04, content[:half]) + _ber(0x04, content[half:])
    inside = _open(0x30, DATA + _open(0xA0, _open(0x24, pieces)))
    return _open(0x30, SIGNED_DATA + _open(0xA0, _open(0x30, b"\x02\x01\x01" + _ber(0x31, b"") + inside)))


def _ber(tag: int, content: bytes) -> bytes:
    length = len(content)
    return bytes([tag]) + (bytes([length]) if length < 128 else b"\x83" + length.to_bytes(3)) + content


def _open(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80]) + content + b"\0\0"


Property = tuple[int, int, bytes]
"""The type, number and value of a property."""


def packed(
    properties: Iterable[Property], *attached: Iterable[Property], old: Iterable[tuple[int, bytes]] = ()
) -> bytes:
    """A winmail.dat: the properties of the message, those of each attachment, and `old` attributes."""
    parts = [_attribute(1, 0x9003, _properties(properties))]
    parts += (_attribute(1, number, value) for number, value in old)
    for each in attached:
        parts += [_attribute(2, 0x9002, bytes(14)), _attribute(2, 0x9005, _properties(each))]
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(parts)


def text(number: int, value: str) -> Property:
    """A property that is a text."""
    return 0x1F, number, f"{value}\0".encode("utf-16-le")


def _attribute(level: int, number: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, number, 6, len(value)) + value + b"\0\0"


def _properties(properties: Iterable[Property]) -> bytes:
    encoded = [_property(*each) for each in properties]
    return struct.pack("<I", len(encoded)) + b"".join(encoded)


def _property(kind: int, number: int, value: bytes) -> bytes:
    name = bytes(16) + struct.pack("<II", 0, 1) if number >= 0x8000 else b""
    size = struct.pack("<II", 1, len(value)) if kind in (0x0D, 0x1E, 0x1F, 0x102) else b""
    return struct.pack("<HH", kind, number) + name + size + value + bytes(-len(value) % 4)
