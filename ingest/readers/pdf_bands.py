"""PDF bands: stretches of a page in which cells stand side by side, with the corridors between them.

A PDF draws each cell as a text of its own. The rules of a table part its cells; without them, white
corridors run down between the cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rodedraad.ingest.readers.pdf_print import SPACE, Piece, Printed, Rule
from rodedraad.ingest.readers.pdf_rules import Rules

NARROW = 0.2  # times the type size: the least width of a corridor
FAR = 4.0  # times the type size: rows at a greater distance are not of one table
TIGHT = 1.6  # times the type size: lines of one cell stand closer
SAME = 4.0  # points by which the ends of the rules of one table differ at most
LOOSER = 1.25  # times the distance of two lines: a greater one parts two rows, or two tables
TALL = 12  # lines: a row between two rules has fewer
MOST_PARTED = 200  # lines and rules between two rules that go over all of a table

_MARK = re.compile(r"[•·▪◦●■□✓✔*–—-]|\(?(\d{1,2}|[a-z]|[ivx]+)[.)]")
_LEADER = re.compile(r"\s*(?:\.\s?){4,}\s*|\s*…{2,}\s*")


@dataclass(slots=True)
class Cell:
    """A piece of a line, with the place of its line in the order of drawing."""

    text: str
    left: float
    right: float
    line: Printed
    place: int


@dataclass(slots=True)
class Row:
    """What stands on one line of the page, from left to right."""

    cells: list[Cell]
    bottom: float
    size: float


@dataclass(slots=True)
class Band:
    """Rows with white corridors between their cells."""

    rows: list[Row]
    corridors: list[tuple[float, float]]
    left: float  # of its cells
    right: float
    columns: list[list[list[Cell]]] = field(default_factory=list)  # the cells of each row, by column
    groups: list[list[int]] = field(default_factory=list)  # the rows between two rules, by index


def bands(lines: Sequence[Printed], rules: Rules) -> Iterator[Band]:
    """The bands of a page, from its lines and rules."""
    rows = _rows(lines)
    for band in (*_between_rules(rows, rules), *_between_corridors(rows)):
        if _settle(band):
            yield band


def _rows(lines: Sequence[Printed]) -> list[Row]:
    """The rows of a page, from top to bottom."""
    cells = [
        Cell(text, left, right, line, place)
        for place, line in enumerate(lines)
        for text, left, right in _pieces(line)
    ]
    rows: list[Row] = []
    for cell in sorted(cells, key=lambda cell: -cell.line.bottom):
        row = rows[-1] if rows else None
        if row and row.bottom - cell.line.bottom < 0.3 * min(row.size, cell.line.size):
            row.cells.append(cell)
        else:
            rows.append(Row([cell], cell.line.bottom, cell.line.size))
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


def _between_rules(rows: list[Row], rules: Rules) -> Iterator[Band]:
    """The bands of at least two rows between rules of equal length; their cells leave `rows`."""
    for stack in _stacks(rules.across):
        left, right, _ = stack[0]
        sides = [down for down in rules.down if left + SAME < down[2] < right - SAME]
        frame = [_within(row, left, right) for row in rows]
        frame = [row for row in frame if row.cells]
        edges = [left, *(place for _, _, place in sides), right]
        parts = [part for part in rules.parts if _ends_at(part, edges, bool(sides))]
        tops = [rule for rule in stack if not _is_broken(rule, stack, frame, parts)]
        band = Band([], [], left, right)
        for (_, _, top), (_, _, bottom) in pairwise(tops):
            inside = [row for row in frame if bottom < _middle(row) < top]
            between = [part for part in parts if bottom + SAME < part[2] < top - SAME]
            groups = list(_parted(inside, between)) if between else [inside]
            bare = sides and not any(start < (top + bottom) / 2 < end for start, end, _ in sides)
            if bare or max(map(len, groups), default=0) > TALL:
                yield from _taken(band, rows, sides)
                band = Band([], [], left, right)
                continue
            for group in filter(None, groups):
                band.groups.append(list(range(len(band.rows), len(band.rows) + len(group))))
                band.rows += group
        yield from _taken(band, rows, sides)


def _middle(row: Row) -> float:
    return row.bottom + row.size / 2


def _ends_at(part: Rule, edges: Sequence[float], both: bool) -> bool:
    """Whether a rule ends at edges of the columns, and is no line under a word."""
    ends = [any(abs(end - edge) < SAME for edge in edges) for end in part[:2]]
    return all(ends) if both else any(ends)


def _is_broken(rule: Rule, stack: Sequence[Rule], rows: Sequence[Row], parts: Sequence[Rule]) -> bool:
    """Whether a rule leaves out a column with a cell that goes over it, other than the first and last."""
    if rule in (stack[0], stack[-1]):
        return False
    own = [part for part in parts if abs(part[2] - rule[2]) < 1]
    above = min((other[2] for other in stack if other[2] > rule[2]), default=rule[2])
    below = max((other[2] for other in stack if other[2] < rule[2]), default=rule[2])
    return len(own) > 1 and any(
        not _covers(own, cell) for row in rows if below < _middle(row) < above for cell in row.cells
    )


def _covers(parts: Sequence[Rule], cell: Cell) -> bool:
    return any(start - SAME < cell.left and cell.right < end + SAME for start, end, _ in parts)


def _parted(rows: Sequence[Row], parts: Sequence[Rule]) -> Iterator[list[Row]]:
    """The lines of each row between shorter rules; a cell that goes over a rule stands in both rows."""
    places: list[float] = []
    for part in sorted(parts, key=lambda part: -part[2]):
        if not places or places[-1] - part[2] > SAME:
            places.append(part[2])
    if len(places) > MOST_PARTED or len(rows) > MOST_PARTED:
        places = []
    covered = [[part for part in parts if abs(part[2] - place) < SAME] for place in places]
    groups: list[list[Row]] = [[] for _ in range(len(places) + 1)]
    for row in rows:
        own = sum(place > _middle(row) for place in places)
        cells: list[list[Cell]] = [[] for _ in groups]
        for cell in row.cells:
            first = last = own
            while first > 0 and not _covers(covered[first - 1], cell):
                first -= 1
            while last < len(places) and not _covers(covered[last], cell):
                last += 1
            for number in range(first, last + 1):
                cells[number].append(cell)
        for group, inside in zip(groups, cells, strict=True):
            if inside:
                group.append(replace(row, cells=inside))
    return iter(groups)


def _stacks(across: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Rules of equal length one below the other, three or more, from the top."""
    stacks: list[list[Rule]] = []
    for rule in sorted(across, key=lambda rule: -rule[2]):
        for stack in stacks:
            if abs(stack[0][0] - rule[0]) < SAME and abs(stack[0][1] - rule[1]) < SAME:
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    return (stack for stack in stacks if len(stack) > 2)


def _within(row: Row, left: float, right: float) -> Row:
    return replace(row, cells=[cell for cell in row.cells if left - SAME < cell.left < right])


def _taken(band: Band, rows: list[Row], sides: Sequence[Rule]) -> Iterator[Band]:
    """The band, if it has columns, with the rows that touch it; its cells leave `rows`."""
    if len(band.groups) < 2:
        return
    height = band.rows[0].bottom - band.rows[-1].bottom
    size = band.rows[0].size
    band.corridors = [
        (place, place) for start, end, place in sides if end - start > height / 2
    ] or _projected([cell for row in band.rows for cell in row.cells], NARROW * size)
    if not band.corridors:
        return
    above = [row for row in rows if row.bottom > band.rows[0].bottom][-1:]
    below = [row for row in rows if row.bottom < band.rows[-1].bottom][:1]
    for row in above:
        if row.bottom - band.rows[0].bottom < FAR * size and _fits(band, row):
            band.rows.insert(0, replace(row))
            band.groups = [[0], *([place + 1 for place in group] for group in band.groups)]
    for row in below:
        if band.rows[-1].bottom - row.bottom < FAR * size and _fits(band, row):
            band.groups.append([len(band.rows)])
            band.rows.append(replace(row))
    taken = {id(cell) for row in band.rows for cell in row.cells}
    for row in rows:
        row.cells = [cell for cell in row.cells if id(cell) not in taken]
    rows[:] = [row for row in rows if row.cells]
    yield band


def _fits(band: Band, row: Row) -> bool:
    """Whether a row outside the rules has cells in several columns of the band."""
    crossed = any(
        cell.left < left and cell.right > right for cell in row.cells for left, right in band.corridors
    )
    inside = band.left - SAME < row.cells[0].left and row.cells[-1].right < band.right + SAME
    return inside and not crossed and sum(map(bool, _by_column(row, band.corridors))) > 1


def _projected(cells: Sequence[Cell], least: float) -> list[tuple[float, float]]:
    """The corridors that no cell stands in."""
    corridors = []
    edge = min(cell.right for cell in cells)
    for cell in sorted(cells, key=lambda cell: cell.left):
        if cell.left - edge > least:
            corridors.append((edge, cell.left))
        edge = max(edge, cell.right)
    return corridors


def _between_corridors(rows: Sequence[Row]) -> Iterator[Band]:
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


def _spaces(row: Row) -> list[tuple[float, float]]:
    """The spaces between the cells of a row."""
    spaces = []
    edge = row.cells[0].right
    for cell in row.cells[1:]:
        if cell.left - edge > SPACE * row.size:
            spaces.append((edge, cell.left))
        edge = max(edge, cell.right)
    return spaces


def _joins(band: Band, row: Row) -> bool:
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


def _beside(band: Band, row: Row) -> Iterator[tuple[float, float]]:
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
    corridor: tuple[float, float], cells: Sequence[Cell], least: float
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
    band.columns = [_by_column(row, corridors) for row in band.rows]
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


def _by_column(row: Row, corridors: Sequence[tuple[float, float]]) -> list[list[Cell]]:
    columns: list[list[Cell]] = [[] for _ in range(len(corridors) + 1)]
    for cell in row.cells:
        columns[sum((left + right) / 2 < cell.left for left, right in corridors)].append(cell)
    return columns
