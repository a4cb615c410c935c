"""Sheets: the rows of a spreadsheet as lines in which each cell follows the name of its column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Line, block
from rodedraad.ingest.readers.tables import LONGEST_REPEATED
from rodedraad.ingest.readers.unread import listed

MOST_CELLS = 2_000_000
"""Cells of the largest workbook that is read."""

LONGEST_COLUMN_NAME = 80
"""The most characters of the name of a column."""

LOOK_AHEAD = 200
"""The rows that are looked at below one, to decide whether it has the names of columns."""

_MOST_MERGED = 200  # columns of one merged cell
_YEARS = range(1900, 2101)


class SheetCell(NamedTuple):
    """A cell of a sheet that shows something."""

    text: str
    kind: str = "text"  # or "date", also of a time, or "number"
    style: str = ""  # equal for cells that look the same
    merged: int = 0  # which merged area it is of, from 1; 0 for none


Area = tuple[int, int, int, int]
"""The first row and column, and the last row and column, of a part of a sheet."""

SheetRow = Mapping[int, SheetCell]
"""The cells of a row by their column, from left to right."""


class Sheet(NamedTuple):
    """A sheet: its name, its rows by their number, and which rows the file marks as names of columns."""

    name: str
    rows: Mapping[int, SheetRow]
    headers: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()  # numbers of rows that are left out
    beside: tuple[str, ...] = ()  # texts that are in no cell, as of shapes


def check_cells(count: int) -> None:
    """Raise UnreadableDocument for more than MOST_CELLS cells."""
    if count > MOST_CELLS:
        raise UnreadableDocument("it holds more than {cells} cells; split it", cells=f"{MOST_CELLS:,}")


def fill_merged(rows: dict[int, dict[int, SheetCell]], areas: Sequence[Area]) -> None:
    """Let each row that holds something have the texts of the merged areas that it is in.

    A text longer than a label stays in the first row of its area.
    """
    filled = {number for number, row in rows.items() if row}
    changed: set[int] = set()
    count = 0
    for id, (top, left, bottom, right) in enumerate(areas, 1):
        cell = rows.get(top, {}).get(left)
        if cell is None:
            continue
        last = bottom if len(cell.text) <= LONGEST_REPEATED else top
        columns = range(left, min(right, left + _MOST_MERGED) + 1)
        near = range(top, last + 1) if last - top < len(filled) else filled
        reached = [number for number in near if top <= number <= last and number in filled]
        count += len(reached) * len(columns) + len(near)
        check_cells(count)
        for number in reached:
            rows[number].update(dict.fromkeys(columns, cell._replace(merged=id)))
        changed.update(reached)
    for number in changed:
        rows[number] = dict(sorted(rows[number].items()))


@dataclass
class LeftOut:
    """The names of the sheets that are hidden, have hidden rows or columns, or lack results of formulas."""

    sheets: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)

    def reasons(self) -> tuple[Reason, ...]:
        """What was not read of the workbook."""
        texts = (
            (self.sheets, "its hidden sheets {sheets} are left out; unhide them to have them read"),
            (
                self.rows,
                "its hidden rows and columns in {sheets} are left out; unhide them to have them read",
            ),
            (
                self.formulas,
                "its formulas in {sheets} have no saved result; open it in a spreadsheet program and save it",
            ),
        )
        return tuple(Reason(text, {"sheets": listed(names)}) for names, text in texts if names)


def sheet_lines(sheet: Sheet) -> Iterator[Line]:
    """The lines of a sheet: its name as a heading, its rows, and the texts beside them.

    An empty row ends a table. A row has the names of columns if the file marks it so, or if it is the
    first of a table with more than one cell, holds different texts, and does not look like the rows below.
    """
    filled = {number for number, row in sheet.rows.items() if row}
    if filled or sheet.beside:
        yield from block(sheet.name, level=1)
    table = _Table()
    for _, group in groupby(enumerate(sorted(filled | sheet.hidden)), lambda pair: pair[1] - pair[0]):
        found = [number for _, number in group if number not in sheet.hidden]
        if not found:
            continue
        yield from table.lines([sheet.rows[n] for n in found], [n in sheet.headers for n in found])
    for text in sheet.beside:
        yield from block(text)


class _Table:
    """The names of the columns of the tables in a sheet, one after another."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._looks: list[str] | None = None  # of the row of names, if it is unlike the next
        self._kinds: dict[int, str] = {}  # of the last cell of each column
        self._below = 0  # rows since the names

    def lines(self, rows: list[SheetRow], marked: list[bool]) -> Iterator[Line]:
        """The lines of the rows between two empty rows."""
        if not self._goes_on(rows):
            self._names, self._looks = {}, None
        place, tight = 0, False
        while place < len(rows):
            row = rows[place]
            if (
                (marked[place] and _are_names(row))
                or self._looks_like_names(row)
                or (not self._names and _begins(rows, place))
            ):
                size = _header_size(rows, place)
                self._take_names(rows[place : place + size], rows[place + size : place + size + 1])
                place += size
                below = rows[place : place + LOOK_AHEAD]
                if all(any(column in each for each in below) for column in self._names):
                    continue
                text = " | ".join(self._names.values())  # some of which no cell follows
            else:
                text = self._row_text(row)
                self._kinds.update((column, cell.kind) for column, cell in row.items())
                self._below += 1
                place += 1
            yield from block(text, tight=tight)
            tight = True

    def _goes_on(self, rows: list[SheetRow]) -> bool:
        """Whether rows after an empty one belong to the table before it: the first fits its columns."""
        place = next((place for place, row in enumerate(rows) if len(row) > 1), None)
        return (
            place is not None
            and not _begins(rows, place)
            and rows[place].keys() == self._names.keys()
            and all(self._kinds.get(column) == cell.kind for column, cell in rows[place].items())
        )

    def _looks_like_names(self, row: SheetRow) -> bool:
        if self._looks is None or _looks(row) != self._looks:
            return False
        if self._below < 2:  # as where every other row has a colour
            self._looks = None
            return False
        return _are_names(row)

    def _take_names(self, header: Sequence[SheetRow], below: Sequence[SheetRow]) -> None:
        self._names, self._kinds, self._below = {}, {}, 0
        for row in header:
            for column, cell in row.items():
                above = self._names.get(column, "")
                self._names[column] = cell.text if above in ("", cell.text) else f"{above} {cell.text}"
        self._looks = _looks(header[0]) if below and _looks(below[0]) != _looks(header[0]) else None

    def _row_text(self, row: SheetRow) -> str:
        """A row as a line; a merged cell over all of it, as a title, is a line without names."""
        areas = {cell.merged for cell in row.values()}
        if not self._names or (len(areas) == 1 and areas != {0}):
            cells = list(row.values())
            texts = [b.text for a, b in zip([None, *cells], cells, strict=False) if not _is_same_area(a, b)]
            return " | ".join(texts).replace(": | ", ": ")  # a field of a form, and its value
        named = ((self._names.get(column), cell.text) for column, cell in row.items())
        return "; ".join(f"{name}: {text}" if name else text for name, text in named)


def _looks(row: SheetRow) -> list[str]:
    return [cell.style for cell in row.values()]


def _is_same_area(cell: SheetCell | None, other: SheetCell) -> bool:
    return cell is not None and cell.merged == other.merged != 0


def _begins(rows: Sequence[SheetRow], place: int) -> bool:
    """Whether the row at a place, with no names above it, has the names of columns."""
    row = rows[place]
    if not _are_names(row):
        return False
    following = [each for each in rows[place + 1 : place + LOOK_AHEAD] if len(each) > 1]
    if not following or _goes_on_below(row, following):
        return False
    first, *others = row
    if row[first].text.endswith(":"):
        return False  # the name of a field in a form
    below = following[0].get(first)
    if (below is not None and below.style != row[first].style) or _differs_below(row, following):
        return True
    kinds = {each[column].kind for each in following for column in others if column in each}
    is_form = len(row) == 2 and len(kinds) > 1
    return len({cell.style for cell in row.values() if cell.kind == "text"}) == 1 and not is_form


def _are_names(row: SheetRow) -> bool:
    """Whether cells can be the names of columns: texts, dates and years, different where not merged."""
    cells = list(row.values())
    areas = {cell.merged or -number for number, cell in enumerate(cells, 1)}
    return (
        len(areas) > 1
        and len({cell.text for cell in cells}) == len(areas)
        and all(len(cell.text) <= LONGEST_COLUMN_NAME and _can_be_name(cell) for cell in cells)
        and any(cell.kind == "text" for cell in cells)
    )


def _can_be_name(cell: SheetCell) -> bool:
    text = cell.text
    return cell.kind != "number" or (len(text) == 4 and text.isdecimal() and int(text) in _YEARS)


def _goes_on_below(row: SheetRow, following: Sequence[SheetRow]) -> bool:
    """Whether a column has only years, or only dates, from its first cell on."""
    return any(
        cell.kind != "text" and all(each.kind == cell.kind and _can_be_name(each) for each in below)
        for column, cell in row.items()
        for below in [[each[column] for each in following if column in each]]
    )


def _differs_below(row: SheetRow, following: Sequence[SheetRow]) -> bool:
    """Whether a column begins with a text and has only numbers and dates below it."""
    return any(
        below and all(cell.kind != "text" for cell in below)
        for column in row
        for below in [[each[column] for each in following if column in each]]
        if row[column].kind == "text"
    )


def _header_size(rows: Sequence[SheetRow], place: int) -> int:
    """The rows of names: two where the first has cells merged over several names in the second."""
    if place + 2 < len(rows):
        upper, lower = rows[place], rows[place + 1]
        over = any(
            _is_same_area(a, b) for a, b in zip(upper.values(), list(upper.values())[1:], strict=False)
        )
        if over and all(map(_can_be_name, lower.values())):
            return 2
    return 1
