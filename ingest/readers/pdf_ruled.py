"""PDF ruled tables: the bands of a page whose rows and cells are between rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rodedraad.ingest.readers.pdf_cells import FAR, NARROW, TALL, Band, PdfCell, PdfRow, by_column
from rodedraad.ingest.readers.pdf_print import Rule
from rodedraad.ingest.readers.pdf_rules import Rules

SAME = 4.0  # points by which the ends of the rules of one table differ at most
MOST_PARTED = 200  # lines and rules between two rules that go over all of a table


def between_rules(rows: list[PdfRow], rules: Rules) -> Iterator[Band]:
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


def _middle(row: PdfRow) -> float:
    return row.bottom + row.size / 2


def _ends_at(part: Rule, edges: Sequence[float], both: bool) -> bool:
    """Whether a rule ends at edges of the columns, and is no line under a word."""
    ends = [any(abs(end - edge) < SAME for edge in edges) for end in part[:2]]
    return all(ends) if both else any(ends)


def _is_broken(rule: Rule, stack: Sequence[Rule], rows: Sequence[PdfRow], parts: Sequence[Rule]) -> bool:
    """Whether a rule leaves out a column with a cell that goes over it, other than the first and last."""
    if rule in (stack[0], stack[-1]):
        return False
    own = [part for part in parts if abs(part[2] - rule[2]) < 1]
    above = min((other[2] for other in stack if other[2] > rule[2]), default=rule[2])
    below = max((other[2] for other in stack if other[2] < rule[2]), default=rule[2])
    return len(own) > 1 and any(
        not _covers(own, cell) for row in rows if below < _middle(row) < above for cell in row.cells
    )


def _covers(parts: Sequence[Rule], cell: PdfCell) -> bool:
    return any(start - SAME < cell.left and cell.right < end + SAME for start, end, _ in parts)


def _parted(rows: Sequence[PdfRow], parts: Sequence[Rule]) -> Iterator[list[PdfRow]]:
    """The lines of each row between shorter rules; a cell that goes over a rule is in both rows."""
    places: list[float] = []
    for part in sorted(parts, key=lambda part: -part[2]):
        if not places or places[-1] - part[2] > SAME:
            places.append(part[2])
    if len(places) > MOST_PARTED or len(rows) > MOST_PARTED:
        places = []
    covered = [[part for part in parts if abs(part[2] - place) < SAME] for place in places]
    groups: list[list[PdfRow]] = [[] for _ in range(len(places) + 1)]
    for row in rows:
        own = sum(place > _middle(row) for place in places)
        cells: list[list[PdfCell]] = [[] for _ in groups]
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


def _within(row: PdfRow, left: float, right: float) -> PdfRow:
    return replace(row, cells=[cell for cell in row.cells if left - SAME < cell.left < right])


def _taken(band: Band, rows: list[PdfRow], sides: Sequence[Rule]) -> Iterator[Band]:
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


def _fits(band: Band, row: PdfRow) -> bool:
    """Whether a row outside the rules has cells in several columns of the band."""
    crossed = any(
        cell.left < left and cell.right > right for cell in row.cells for left, right in band.corridors
    )
    inside = band.left - SAME < row.cells[0].left and row.cells[-1].right < band.right + SAME
    return inside and not crossed and sum(map(bool, by_column(row, band.corridors))) > 1


def _projected(cells: Sequence[PdfCell], least: float) -> list[tuple[float, float]]:
    """The corridors that no cell is in."""
    corridors = []
    edge = min(cell.right for cell in cells)
    for cell in sorted(cells, key=lambda cell: cell.left):
        if cell.left - edge > least:
            corridors.append((edge, cell.left))
        edge = max(edge, cell.right)
    return corridors
