"""PDF bands: stretches of a page in which cells are side by side, with the corridors between them.

A PDF draws each cell as a text of its own. The rules of a table part its cells; without them, white
corridors run down between the cells.
"""

import re
from collections.abc import Iterator, Sequence

from rodedraad.ingest.readers.pdf_cells import FAR, NARROW, Band, PdfCell, PdfRow, by_column, pdf_rows
from rodedraad.ingest.readers.pdf_print import SPACE, Printed
from rodedraad.ingest.readers.pdf_ruled import between_rules
from rodedraad.ingest.readers.pdf_rules import Rules

TIGHT = 1.6  # times the type size: lines of one cell are closer
LOOSER = 1.25  # times the distance of two lines: a greater one parts two rows, or two tables

_MARK = re.compile(r"[•·▪◦●■□✓✔*–—-]|\(?(\d{1,2}|[a-z]|[ivx]+)[.)]")


def bands(lines: Sequence[Printed], rules: Rules) -> Iterator[Band]:
    """The bands of a page, from its lines and rules."""
    rows = pdf_rows(lines)
    for band in (*between_rules(rows, rules), *_between_corridors(rows)):
        if _settle(band):
            yield band


def _between_corridors(rows: Sequence[PdfRow]) -> Iterator[Band]:
    band: Band | None = None
    for row in rows:
        if band and _joins(band, row):
            continue
        if band:
            yield band
        spaces = _spaces(row)
        band = Band([row], spaces, row.cells[0].left, row.cells[-1].right) if spaces else None
    if band:
        yield band


def _spaces(row: PdfRow) -> list[tuple[float, float]]:
    """The spaces between the cells of a row."""
    spaces = []
    edge = row.cells[0].right
    for cell in row.cells[1:]:
        if cell.left - edge > SPACE * row.size:
            spaces.append((edge, cell.left))
        edge = max(edge, cell.right)
    return spaces


def _joins(band: Band, row: PdfRow) -> bool:
    """Whether a row goes on with a band; then it is added, and narrows the corridors."""
    last, spaces = band.rows[-1], _spaces(row)
    down = last.bottom - row.bottom
    if down > FAR * max(last.size, row.size):
        return False
    if len(spaces) > len(band.corridors):  # of a table of more columns
        if len(band.rows) > 1:
            usual = band.rows[-2].bottom - last.bottom
            if down > LOOSER * usual or len(spaces) > len(band.corridors) + 1:
                return False
        elif all(any(_overlap(space, corridor) for space in spaces) for corridor in band.corridors):
            band.corridors = spaces  # the first row has cells over several columns
    least = NARROW * row.size
    left_over = [list(_without(corridor, row.cells, least)) for corridor in band.corridors]
    narrowed = [corridor for rest in left_over for corridor in rest]
    blocked = left_over.count([])
    if not blocked:
        band.corridors = sorted((*narrowed, *_beside(band, row)))
    elif not spaces or 2 * blocked > len(band.corridors):
        return False
    band.left = min(band.left, row.cells[0].left)
    band.right = max(band.right, row.cells[-1].right)
    band.rows.append(row)
    return True


def _overlap(space: tuple[float, float], other: tuple[float, float]) -> bool:
    return space[0] < other[1] and other[0] < space[1]


def _beside(band: Band, row: PdfRow) -> Iterator[tuple[float, float]]:
    """The corridors between the band so far and what a row has to the left or right of it."""
    for left, right in _spaces(row):
        if left < band.left:
            right = min(right, band.left)
        elif right > band.right:
            left = max(left, band.right)
        else:
            continue
        if right - left > NARROW * row.size:
            yield left, right


def _without(
    corridor: tuple[float, float], cells: Sequence[PdfCell], least: float
) -> Iterator[tuple[float, float]]:
    """What the cells of a row leave of a corridor, where it is wide enough."""
    left, right = corridor
    for cell in cells:
        if left < cell.right and cell.left < right:
            if cell.left - left > least:
                yield left, cell.left
            left = cell.right
    if right - left > least:
        yield left, right


def _settle(band: Band) -> bool:
    """Whether a band has columns; then its cells are put into them."""
    while not band.groups and len(band.rows) > 1 and len(band.rows[-1].cells) == 1 and not _hangs(band):
        band.rows.pop()
    corridors = list(band.corridors)
    if all(_MARK.fullmatch(row.cells[0].text) for row in band.rows if row.cells[0].right <= corridors[0][1]):
        del corridors[0]
    band.columns = [by_column(row, corridors) for row in band.rows]
    full = sum(sum(map(bool, columns)) > 1 for columns in band.columns)
    filled = any(cell.line.filled for row in band.rows for cell in row.cells)
    return bool(corridors) and full >= (1 if filled else 2)


def _hangs(band: Band) -> bool:
    """Whether the last row, of one cell, is the second line of a cell above it."""
    above, row = band.rows[-2:]
    (cell,) = row.cells
    return above.bottom - row.bottom < TIGHT * row.size and (
        cell.left > band.corridors[0][0] or cell.text[0].islower()
    )
