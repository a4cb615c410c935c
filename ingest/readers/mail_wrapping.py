"""Mail wrapping: what a plain text holds besides text: signatures (OpenPGP), and files (uuencode)."""

import binascii
import re
from bisect import bisect_right
from typing import NamedTuple

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_ENDS = {_SIGNED: "", _SIGNATURE: "-----END PGP SIGNATURE-----", _ENCRYPTED: "-----END PGP MESSAGE-----"}
_FILE, _END_OF_FILE = re.compile(r"begin [0-7]{3,4} (\S.*)"), "end"


class Unwrapped(NamedTuple):
    """A text without what is wrapped in it."""

    text: str
    files: list[tuple[str, bytes]]  # the name and the bytes of each
    is_encrypted: bool  # whether a part of it is


def unwrapped(text: str) -> Unwrapped:
    """A plain text without signatures, encrypted parts and files; a part without an end stays text."""
    rows = [row.rstrip() for row in text.split("\n")]
    ends = {end: [n for n, row in enumerate(rows) if row == end] for end in (*_ENDS.values(), _END_OF_FILE)}
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    begun: set[str] = set()
    place = 0
    for number, row in enumerate(text.split("\n")):
        if number < place:
            continue
        begin = rows[number]
        named = _FILE.fullmatch(begin)
        end = _next(ends[_END_OF_FILE if named else _ENDS[begin]], number) if named or begin in _ENDS else 0
        if end and named and (data := _decoded(rows, number + 1, end)) is not None:
            files.append((named[1], data))
            place = end + 1
        elif end and not named:
            begun.add(begin)
            place = end + 1
        else:
            kept.append(row.removeprefix("- ") if _SIGNED in begun and _SIGNATURE not in begun else row)
    return Unwrapped("\n".join(kept), files, _ENCRYPTED in begun)


def _next(places: list[int], after: int) -> int:
    """The first of the places after one; 0 if there is none."""
    index = bisect_right(places, after)
    return places[index] if index < len(places) else 0


def _decoded(rows: list[str], start: int, end: int) -> bytes | None:
    """The bytes in the rows of a file; None if they are none."""
    try:
        return b"".join(binascii.a2b_uu(rows[number]) for number in range(start, end))
    except (binascii.Error, ValueError):
        return None
