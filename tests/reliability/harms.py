"""Harms: the ways in which a file of an index is damaged."""

import os
from pathlib import Path


def flip_first(path: Path) -> None:
    flip(path, 0)


def flip_last(path: Path) -> None:
    flip(path, -1)


def flip_middle(path: Path) -> None:
    flip(path, path.stat().st_size // 2)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0")


def remove(path: Path) -> None:
    path.unlink()


HARMS = [flip_first, flip_middle, flip_last, zero, cut_short, empty, lengthen, remove]


def files(place: Path) -> list[Path]:
    """The files of the index in a place that are not empty, below its home."""
    home = place / "home"
    found = [home / "CURRENT", *home.glob("generations/**/*")]
    return sorted(path.relative_to(home) for path in found if path.is_file() and path.stat().st_size)
