"""Signed message: the message inside a file that is signed as a whole (S/MIME: RFC 8551, RFC 5652)."""

from collections.abc import Iterator
from typing import NamedTuple

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the identifier of such a file
_SEQUENCE, _SET, _NUMBER, _OBJECT = 0x30, 0x31, 0x02, 0x06
_OCTETS, _OCTETS_IN_PIECES, _CONTENT, _END = 0x04, 0x24, 0xA0, 0x00
_UNTIL_END = 0x80  # in place of a length


class _Element(NamedTuple):
    """An element of BER: its tag, and where its content begins and ends."""

    tag: int
    start: int
    end: int  # that of what it is in, if its length is not given


def signed_content(data: bytes) -> bytes | None:
    """The content that is signed; None for anything else, such as an encrypted message."""
    try:
        file = _element(data, 0, len(data), _SEQUENCE)
        if not data.startswith(_SIGNED_DATA, file.start):
            return None
        outer = _element(data, file.start + len(_SIGNED_DATA), file.end, _CONTENT)
        signed = _element(data, outer.start, outer.end, _SEQUENCE)
        version = _element(data, signed.start, signed.end, _NUMBER)
        algorithms = _element(data, version.end, signed.end, _SET)
        message = _element(data, algorithms.end, signed.end, _SEQUENCE)
        kind = _element(data, message.start, message.end, _OBJECT)
        content = _element(data, kind.end, message.end, _CONTENT)
        return b"".join(_pieces(data, content))
    except (IndexError, ValueError):
        return None


def _pieces(data: bytes, content: _Element) -> Iterator[bytes]:
    """The bytes of the content, which may be in several pieces."""
    if data[content.start] == _OCTETS:
        whole = _element(data, content.start, content.end, _OCTETS)
        yield data[whole.start : whole.end]
        return
    pieces = _element(data, content.start, content.end, _OCTETS_IN_PIECES)
    place = pieces.start
    while place < pieces.end and data[place] != _END:
        piece = _element(data, place, pieces.end, _OCTETS)
        yield data[piece.start : piece.end]
        place = piece.end
    if data[content.start + 1] == _UNTIL_END and data[place] != _END:
        raise ValueError


def _element(data: bytes, place: int, end: int, tag: int) -> _Element:
    """The element at a place; raises IndexError or ValueError if none with this tag ends before `end`."""
    length, start = data[place + 1], place + 2
    if length == _UNTIL_END:
        length = end - start
    elif length > _UNTIL_END:
        size = length - _UNTIL_END
        length = int.from_bytes(data[start : start + size])
        start += size
    if data[place] != tag or start + length > end:
        raise ValueError
    return _Element(tag, start, start + length)
