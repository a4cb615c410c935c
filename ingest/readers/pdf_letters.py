"""PDF letters: what print does with single letters, undone: raised digits, initials and spaced words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rodedraad.ingest.readers.pdf_print import Piece, Printed
from rodedraad.ingest.readers.raised import raised

RAISED_REACH = 0.3
"""Times the type size: a raised or lowered text is no further from the word before it."""

OVERLAP = 0.4
"""Times the smaller type size: the least height that two parts of one line have in common."""

INITIAL = 1.8
"""Times the type size of the lines beside it: the least size of an initial that is set into them."""

MOST_LETTERS = 2
"""The letters of an initial, with its quotation mark."""

SPACED = 0.6
"""The share of words of a single letter from which a line is spaced out."""

FEWEST = 5
"""The fewest words of a line that is spaced out."""

_DIGITS = re.compile(r"[+−–-]?\d+")


def mended(lines: Sequence[Printed]) -> list[Printed]:
    """The lines of a page, with those joined that a raised text or an initial parts."""
    joined: list[Printed] = []
    for line in map(_closed_up, lines):
        if joined and _goes_on(joined[-1], line):
            joined[-1] = _one_line(joined[-1], line)
        else:
            joined.append(line)
    return list(_with_initials(joined))


def _goes_on(before: Printed, line: Printed) -> bool:
    """Whether a line is right after the one before it, a little higher or lower."""
    size = min(before.size, line.size)
    overlap = min(before.bottom + before.size, line.bottom + line.size) - max(before.bottom, line.bottom)
    return -RAISED_REACH * size < line.left - before.right < RAISED_REACH * size and overlap > OVERLAP * size


def _one_line(before: Printed, line: Printed) -> Printed:
    text = line.text
    if line.bottom > before.bottom and (lead := _DIGITS.match(text)):
        text = raised(before.text, lead[0]) + text[lead.end() :]
    space = " " if line.left - before.right > RAISED_REACH / 2 * line.size else ""
    larger = max(before, line, key=lambda each: (each.size, len(each.text)))
    return replace(
        before,
        text=f"{before.text}{space}{text}",
        right=line.right,
        bottom=min(before.bottom, line.bottom),
        size=larger.size,
        pieces=tuple(_together(before, replace(line, text=text), space)),
        start=-1,
    )


def _together(before: Printed, line: Printed, space: str) -> Iterator[Piece]:
    """The pieces of two parts of a line, of which the last of the one and the first of the other are one."""
    if not before.pieces and not line.pieces:
        return
    pieces = before.pieces or ((before.text, before.left, before.right),)
    others = line.pieces or ((line.text, line.left, line.right),)
    yield from pieces[:-1]
    yield f"{pieces[-1][0]}{space}{others[0][0]}", pieces[-1][1], others[0][2]
    yield from others[1:]


def _closed_up(line: Printed) -> Printed:
    """The line without the spaces between the letters of spaced words; wide spaces part the words."""
    if line.text.count(" ") < len(line.text) / 3:
        return line
    words = line.text.split()
    letters = sum(len(word) == 1 and word.isalpha() for word in words)
    if len(words) < FEWEST or letters < SPACED * len(words) or 2 * len(line.pieces) > len(words):
        return line
    texts = [text for text, _, _ in line.pieces] or [line.text]
    return replace(line, text=" ".join(text.replace(" ", "") for text in texts), pieces=(), start=-1)


def _with_initials(lines: Sequence[Printed]) -> Iterator[Printed]:
    """The lines, each initial as the first letter of the highest line beside it."""
    initials: dict[int, Printed] = {}  # by the index of the line that they begin
    for line in lines:
        if len(line.text) > MOST_LETTERS or not line.text[-1:].isupper():
            continue
        beside = [
            (-other.bottom, place)
            for place, other in enumerate(lines)
            if line.size > INITIAL * other.size
            and -other.size < other.left - line.right < other.size
            and line.bottom - other.size < other.bottom < line.bottom + line.size
        ]
        if beside:
            initials[min(beside)[1]] = line
    taken = {id(line) for line in initials.values()}
    for place, line in enumerate(lines):
        if id(line) in taken:
            continue
        if place in initials:
            line = replace(line, text=initials[place].text + line.text, pieces=(), start=-1)
        yield line
