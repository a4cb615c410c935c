"""PDF tables: cells that are side by side on a page become rows; columns of prose stay columns.

Cells side by side are a table where they begin on the same lines, and columns of prose where the lines
of each column run on independently of their neighbours.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rodedraad.ingest.readers.pdf_bands import LOOSER, TIGHT, bands
from rodedraad.ingest.readers.pdf_cells import TALL, Band, PdfCell, PdfRow
from rodedraad.ingest.readers.pdf_print import Printed
from rodedraad.ingest.readers.pdf_rules import Rules
from rodedraad.ingest.readers.tables import CELL_SEPARATOR

GUTTER = 1.2  # times the type size: a wider corridor separates columns, however few lines it passes
WORDY = 20  # characters of the longest line of a column whose cells may have several lines
MIXED = 0.2  # the share of lines from which a band is columns: one cell begins where another runs on
RUN_ON = 0.3  # the share of the lines of prose that begin in mid-sentence, at least
FAR_APART = 2.0  # times the type size: a wider space in a line separates two texts
SHORTEST_TEXT = 6  # characters of a text that is no number or mark of what follows

_BULLET = re.compile(r"[•·▪◦●■*–—-]")


def may_hold_tables(lines: Sequence[Printed]) -> bool:
    """Whether cells may be side by side: not where prose was drawn, one column after another."""
    if any(line.pieces or line.filled or "...." in line.text for line in lines):
        return True
    runs: list[list[str]] = [[]]
    for before, line in pairwise((*lines[:1], *lines)):
        if line.bottom > before.bottom + line.size / 2:
            runs.append([])
        runs[-1].append(line.text)
    return sum(not _is_prose(run) for run in runs) > 1


def _is_prose(texts: Sequence[str]) -> bool:
    """Whether many lines run on in mid-sentence, and are long."""
    going_on = sum(text[0].islower() for text in texts)
    return len(texts) > TALL and going_on > RUN_ON * len(texts) and sum(map(len, texts)) > WORDY * len(texts)


def with_tables(lines: list[Printed], rules: Rules) -> list[Printed]:
    """The lines of a page in reading order, with a line for each row of a table."""
    instead: dict[int, list[Printed]] = {}
    gone: set[int] = set()
    for band in bands(lines, rules):
        replaced = _read(band)
        if replaced:
            places = {cell.place for row in band.rows for cell in row.cells}
            gone |= places
            instead[min(places)] = replaced
    return [
        line
        for place, printed in enumerate(lines)
        for line in instead.get(place, [] if place in gone else [_apart(printed)])
    ]


def _apart(line: Printed) -> Printed:
    """A line that is in no table, with its parts kept apart where the space between them is very wide."""
    if len(line.pieces) < 2 or len(line.pieces[0][0]) < SHORTEST_TEXT:
        return line
    texts = [line.pieces[0][0]]
    for before, (text, left, _) in pairwise(line.pieces):
        texts += [CELL_SEPARATOR if left - before[2] > FAR_APART * line.size else " ", text]
    return replace(line, text="".join(texts))


def _read(band: Band) -> list[Printed]:
    """The lines of a band: rows of a table, or columns; none if it was drawn by columns."""
    if not _in_columns(band):
        groups = _groups(band)
        if groups is not None:
            return [_joined(band, group) for group in groups]
    across = sum(
        len({cell.place for column in columns for cell in column}) < sum(map(bool, columns))
        for columns in band.columns
    )
    if across < len(band.rows) / 3:
        return []
    return [
        _printed(row, columns[number])
        for number in range(len(band.columns[0]))
        for row, columns in zip(band.rows, band.columns, strict=True)
        if columns[number]
    ]


def _groups(band: Band) -> list[list[int]] | None:
    """The lines of each row of a table; None if the band is columns of prose."""
    if band.groups and _are_rows(band, band.groups, 2, 1 / 3):
        return band.groups
    groups = _spaced(band)
    if len(groups) == len(band.rows) or not _are_rows(band, groups, 3, 0):
        if len(band.rows) < 3 and not band.groups and not _is_wide(band):
            return None
        groups = _unruled(band) or []
    return None if not groups or (len(groups) < len(band.rows) and _is_drawn_down(band)) else groups


def _is_drawn_down(band: Band) -> bool:
    """Whether each column was drawn before the next one, as columns of prose are."""
    drawn = [
        [cell.place for columns in band.columns for cell in columns[number]]
        for number in range(len(band.columns[0]))
    ]
    return all(max(before) < min(after) for before, after in pairwise(filter(None, drawn)))


def _is_wide(band: Band) -> bool:
    """Whether a corridor is too wide for a space between words."""
    return any(right - left > GUTTER * band.rows[0].size for left, right in band.corridors)


def _in_columns(band: Band) -> bool:
    """Whether two columns hold lists."""
    marked = [
        sum(bool(_BULLET.match(columns[number][0].text)) for columns in band.columns if columns[number])
        for number in range(len(band.columns[0]))
    ]
    return sum(count > 1 for count in marked) > 1


def _spaced(band: Band) -> list[list[int]]:
    """The lines of a band, separated where they are further apart."""
    down = [before.bottom - row.bottom for before, row in pairwise(band.rows)]
    least = min((each for each in down if each > 0.8 * band.rows[0].size), default=0.0)
    groups = [[0]]
    for place, distance in enumerate(down, 1):
        if distance > LOOSER * least:
            groups.append([])
        groups[-1].append(place)
    return groups


def _are_rows(band: Band, groups: Sequence[Sequence[int]], fewest: int, several: float) -> bool:
    """Whether each group is one row of a table; at most the share `several` may be more than one."""
    if len(groups) < fewest or max(map(len, groups)) > TALL:
        return False
    many = sum(sum(_is_whole(band.columns[place]) for place in group) > 1 for group in groups)
    alone = sum(len(_filled(band, group)) < 2 for group in groups)
    return many <= several * len(groups) and 2 * alone <= len(groups)


def _is_whole(columns: Sequence[Sequence[PdfCell]]) -> bool:
    """Whether a line may be a row of its own: it has all its cells, and they begin as cells do."""
    return all(columns) and not any(cells[0].text[0].islower() for cells in columns)


def _unruled(band: Band) -> list[list[int]] | None:
    """The rows of a table without rules between them; None if these are columns of prose."""
    columns = list(zip(*band.columns, strict=True))
    edges = [max((cell.right for cells in column for cell in cells), default=0.0) for column in columns]
    wordy = [max(map(_length, column)) >= WORDY for column in columns]
    groups = [[0]]
    together = mixed = continued = 0
    for place, (before, row) in enumerate(pairwise(band.rows), 1):
        tight = before.bottom - row.bottom < TIGHT * row.size
        runs_on = {
            number: _runs_on(column[place - 1], column[place], edges[number])
            if wordy[number] and tight
            else False
            for number, column in enumerate(columns)
            if column[place]
        }
        begins = False in runs_on.values()
        if len(runs_on) > 1:
            together += begins and True not in runs_on.values()
            mixed += begins and True in runs_on.values()
        elif tight and begins:
            (number,) = runs_on
            under = not wordy[number] and bool(columns[number][place - 1])
            begins = not under or (number == 0 and not row.cells[0].text[0].islower())
        continued += not begins
        if begins:
            groups.append([])
        groups[-1].append(place)
    alone = sum(len(_filled(band, group)) < 2 for group in groups)
    if mixed > MIXED * (mixed + together) or together < (2 if continued else 1) or 2 * alone > len(groups):
        return None
    return groups


def _filled(band: Band, group: Sequence[int]) -> set[int]:
    """The columns in which some of these lines have a cell."""
    return {number for place in group for number, cells in enumerate(band.columns[place]) if cells}


def _length(cells: Sequence[PdfCell]) -> int:
    return sum(len(cell.text) for cell in cells)


def _runs_on(above: Sequence[PdfCell], cells: Sequence[PdfCell], edge: float) -> bool | None:
    """Whether a cell is the next line of the one above; None where it may be that, or a cell of its own.

    `edge` is the right edge of the column.
    """
    if not above:
        return False
    last, text = above[-1], cells[0].text
    letter = (last.right - last.left) / max(len(last.text), 1)
    if last.right + letter * (2 + len(text.split(" ", 1)[0])) <= edge:
        return False
    return True if text[0].islower() else None


def _joined(band: Band, group: Sequence[int]) -> Printed:
    """A row of a table as one line."""
    first = band.rows[group[0]]
    texts: list[str] = []
    for number in range(len(band.columns[0])):
        text = ""
        for place in group:
            for cell in band.columns[place][number]:
                if text.endswith("-") and cell.text[0].islower():
                    text = text[:-1] + cell.text
                else:
                    text = f"{text} {cell.text}".strip()
        if text:
            texts.append(text)
    cells = [cell for place in group for cell in band.rows[place].cells]
    return Printed(
        CELL_SEPARATOR.join(texts),
        cells[0].line.page,
        min(cell.left for cell in cells),
        max(cell.right for cell in cells),
        band.rows[group[-1]].bottom,
        first.size,
        row=True,
    )


def _printed(row: PdfRow, cells: Sequence[PdfCell]) -> Printed:
    """Cells of a row as one line of a column."""
    line = cells[0].line
    text = " ".join(cell.text for cell in cells)
    return Printed(text, line.page, cells[0].left, cells[-1].right, row.bottom, line.size, line.bold)
