"""Recognition: the words of a picture and their places (OCR), by tesseract where it is installed."""

import csv
import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import groupby, zip_longest
from pathlib import Path
from statistics import mean, median

from PIL import Image

from rodedraad.ingest.deadline import seconds_left
from rodedraad.ingest.lines import one_line
from rodedraad.ingest.readers.pdf_print import SPACE, Piece, Printed

TESSERACT_LANGUAGES = ("nld", "eng", "fra", "spa", "deu")
"""The languages that are looked for, by tesseract's names."""

PAGE_SECONDS = 600
"""Seconds for one picture, at most; a dense page takes two to five, and on a busy machine many times that."""

RESERVE = 15
"""Seconds that are left for what comes after recognition."""

LARGEST_SIDE = 3500
"""Pixels of the longer side of a picture that is recognised, at most."""

CERTAIN = 50
"""The mean confidence, of 100, from which a line is text and no pattern in a photograph."""

TURNED_BELOW = 75
"""The mean confidence below which a picture may be turned; 50 to 65 where it is, 85 and more where not."""

_TURN = re.compile(r"Rotate: (90|180|270)")

SAME_TYPE = 0.75, 1.35
"""Times the usual height of a page's lines: those between are in the same type."""


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word; edges in pixels from the upper left corner of the picture."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """The lines of words in a picture, in reading order, and its size in pixels once it is upright."""

    lines: list[list[Word]]
    width: int
    height: int
    turned: int = 0  # degrees, clockwise, by which it was turned to be upright

    def place(self, word: Word) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of a word in the picture before it was turned."""
        match self.turned:
            case 90:
                return word.top, self.width - word.right, word.bottom, self.width - word.left
            case 180:
                return (
                    self.width - word.right,
                    self.height - word.bottom,
                    self.width - word.left,
                    self.height - word.top,
                )
            case 270:
                return self.height - word.bottom, word.left, self.height - word.top, word.right
        return word.left, word.top, word.right, word.bottom


_Found = tuple[str, str, str, Word]
"""A word, after the numbers of its block, paragraph and line."""


def can_recognise() -> bool:
    """Whether there is a program that recognises text, with at least one of TESSERACT_LANGUAGES."""
    return bool(_languages())


def recognised(
    numbers: Sequence[int], picture: Callable[[int], Image.Image]
) -> Iterator[tuple[int, Recognised | None]]:
    """What is recognised in each picture of these numbers; None once time runs out, and no more is drawn.

    `picture` draws one. Several are read at once, one on each core.
    """
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as threads:
        for start in range(0, len(numbers), cores):
            batch = numbers[start : start + cores]
            drawn = [picture(number) for number in batch] if seconds_left() > RESERVE else []
            yield from zip_longest(batch, threads.map(recognise, drawn))


def recognise(picture: Image.Image) -> Recognised | None:
    """What is recognised in a picture; None if time ran out, or the program failed."""
    try:
        words = _words_in(picture)
        turned = _turned(picture) if words and _confidence(words) < TURNED_BELOW else 0
        again = _words_in(picture.rotate(-turned, expand=True)) if turned else []
    except (OSError, subprocess.SubprocessError, KeyError, ValueError, TypeError):
        return None
    if again and _confidence(again) > _confidence(words):
        words = again
    else:
        turned = 0
    lines = [[word for *_, word in line if word.text] for _, line in groupby(words, lambda word: word[:3])]
    certain = [line for line in lines if line and mean(word.confidence for word in line) >= CERTAIN]
    size = picture.size[::-1] if turned % 180 else picture.size
    return Recognised(certain, *size, turned)


def _confidence(words: Sequence[_Found]) -> float:
    return mean(word.confidence for *_, word in words)


def _words_in(picture: Image.Image) -> list[_Found]:
    """The words in a picture as it is."""
    return list(_words(_run(picture, "-l", "+".join(_languages()), "--psm", "3", "tsv")))


def _turned(picture: Image.Image) -> int:
    """The degrees, clockwise, by which a picture must be turned to be upright; 0 if that is not found."""
    try:
        told = _TURN.search(_run(picture, "--psm", "0"))
    except subprocess.CalledProcessError as error:
        if error.returncode < 0:  # killed, as where memory runs out
            raise
        return 0  # there are too few letters, or it has no data for that
    return int(told[1]) if told else 0


def _run(picture: Image.Image, *arguments: str) -> str:
    """What tesseract prints of a picture; raises ValueError if no time is left."""
    seconds = min(PAGE_SECONDS, seconds_left() - RESERVE)
    if seconds <= 0:
        raise ValueError
    file = io.BytesIO()
    picture.convert("L").save(file, "PPM")
    done = subprocess.run(
        [_program(), "stdin", "stdout", *arguments],
        input=file.getvalue(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        timeout=seconds,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace")


def _words(table: str) -> Iterator[_Found]:
    """The words in tesseract's table, each after its block, paragraph and line."""
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5":
            left, top = int(row["left"]), int(row["top"])
            right, bottom = left + int(row["width"]), top + int(row["height"])
            word = Word(one_line(row["text"]), left, top, right, bottom, float(row["conf"]))
            yield row["block_num"], row["par_num"], row["line_num"], word


def _program() -> str:
    """The path of tesseract; empty if it is not installed, or only in the current folder."""
    found = shutil.which("tesseract")
    return found if found and Path(found).resolve().parent != Path.cwd() else ""


@cache
def _languages() -> tuple[str, ...]:
    """Those of TESSERACT_LANGUAGES that tesseract has data for."""
    if not _program():
        return ()
    try:
        listed = subprocess.run(
            [_program(), "--list-langs"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    names = listed.stdout.decode("utf-8", "replace").split()
    return tuple(name for name in TESSERACT_LANGUAGES if name in names)


def as_printed(found: Recognised, number: int, height: float) -> list[Printed]:
    """Recognised lines as those of a page, so many points high; `number` is the page's, from 0."""
    usual = median([_height(line) for line in found.lines] or [1.0])
    scale = found.height / max(height, 1.0)
    return [_printed(line, number, found.height, scale, usual) for line in found.lines]


def _height(line: list[Word]) -> float:
    return max(word.bottom for word in line) - min(word.top for word in line)


def _printed(line: list[Word], number: int, height: int, scale: float, usual: float) -> Printed:
    own = _height(line)
    size = usual if SAME_TYPE[0] < own / usual < SAME_TYPE[1] else own
    pieces: list[Piece] = []
    for word in line:
        left, right = word.left / scale, word.right / scale
        if pieces and left - pieces[-1][2] < 2 * SPACE * size / scale:
            pieces[-1] = (f"{pieces[-1][0]} {word.text}", pieces[-1][1], right)
        else:
            pieces.append((word.text, left, right))
    return Printed(
        text=" ".join(word.text for word in line),
        page=number,
        left=pieces[0][1],
        right=pieces[-1][2],
        bottom=(height - median(word.bottom for word in line)) / scale,
        size=max(size / scale, 1.0),
        pieces=tuple(pieces) if len(pieces) > 1 else (),
    )
