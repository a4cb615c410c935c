"""PDF cells: the pieces of the lines of a page, in rows from its top to its bottom."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rodedraad.ingest.readers.pdf_print import Piece, Printed

NARROW = 0.2  # times the type size: the least width of a corridor
FAR = 4.0  # times the type size: rows at a greater distance are not of one table
TALL = 12  # lines: a row between two rules has fewer

_LEADER = re.compile(r"\s*(?:\.\s?){4,}\s*|\s*…{2,}\s*")


@dataclass(slots=True)
class PdfCell:
    """A piece of a line, with the place of its line in the order of drawing."""

    text: str
    left: float
    right: float
    line: Printed
    place: int


@dataclass(slots=True)
class PdfRow:
    """What is on one line of the page, from left to right."""

    cells: list[PdfCell]
    bottom: float
    size: float


@dataclass(slots=True)
class Band:
    """Rows with white corridors between their cells."""

    rows: list[PdfRow]
    corridors: list[tuple[float, float]]
    left: float  # of its cells
    right: float
    columns: list[list[list[PdfCell]]] = field(default_factory=list)  # the cells of each row, by column
    groups: list[list[int]] = field(default_factory=list)  # the rows between two rules, by index


def pdf_rows(lines: Sequence[Printed]) -> list[PdfRow]:
    """The rows of a page, from top to bottom."""
    cells = [
        PdfCell(text, left, right, line, place)
        for place, line in enumerate(lines)
        for text, left, right in _pieces(line)
    ]
    rows: list[PdfRow] = []
    for cell in sorted(cells, key=lambda cell: -cell.line.bottom):
        row = rows[-1] if rows else None
        if row and row.bottom - cell.line.bottom < 0.3 * min(row.size, cell.line.size):
            row.cells.append(cell)
        else:
            rows.append(PdfRow([cell], cell.line.bottom, cell.line.size))
    for row in rows:
        row.cells.sort(key=lambda cell: cell.left)
    return rows


def _pieces(line: Printed) -> Iterator[Piece]:
    """The pieces of a line between wide spaces and rows of dots."""
    for text, left, right in line.pieces or ((line.text, line.left, line.right),):
        if "..." not in text and ". . ." not in text and "……" not in text:
            yield text, left, right
            continue
        letter = (right - left) / len(text)
        begin = 0
        for dots in (*_LEADER.finditer(text), None):
            end = dots.start() if dots else len(text)
            if part := text[begin:end].strip():
                yield part, left + begin * letter, left + end * letter
            begin = dots.end() if dots else end


def by_column(row: PdfRow, corridors: Sequence[tuple[float, float]]) -> list[list[PdfCell]]:
    """The cells of a row in each of the columns between these corridors."""
    columns: list[list[PdfCell]] = [[] for _ in range(len(corridors) + 1)]
    for cell in row.cells:
        columns[sum((left + right) / 2 < cell.left for left, right in corridors)].append(cell)
    return columns
