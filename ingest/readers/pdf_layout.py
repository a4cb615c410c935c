"""PDF layout: the printed lines of all pages as lines with gaps, indents and headings.

A PDF marks no paragraphs. The spacing, indent, type size and width of each line show
`ingest.reflow` where paragraphs end; notes at the foot of a page are set apart from the text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from operator import itemgetter
from statistics import median

from rodedraad.ingest.lines import Line, one_line
from rodedraad.ingest.readers.pdf_print import Printed

_SENTENCE_END = re.compile(r"[.!?…;,]$")
_NOTE = re.compile(r"(\d{1,3}|[*†‡§]+|\[\d{1,3}\]|\(\d{1,3}\)|[a-z]\))[.)]?\s")

LARGER = 1.12
"""A line whose type is this many times as large as the body text's is a heading."""

NOTE_SIZE = 0.93
"""A text at the foot of a page, in type of at most this share of the body's size, is a note."""

WIDER = 1.35
"""A line distance this many times the usual for its type size separates paragraphs."""

HEADING_GAP = 1.85  # times the type size: lines at a greater distance are not one heading
LEADING = 1.2  # times the type size: the customary line distance
INDENT = 0.7  # times the type size: a line with a greater indent is indented
COLUMN = 3  # lines from which the longest shows the width of the column
LONGEST_HEADING = 200  # characters


def laid_out(lines: Sequence[Printed]) -> Iterator[Line]:
    """The lines of a document in reading order, with their gap, indent, width and level."""
    rounded = [round(line.size * 2) / 2 for line in lines]
    sizes: Counter[float] = Counter()
    for line, size in zip(lines, rounded, strict=True):
        sizes[size] += len(line.text)
    body = max(sizes, key=lambda size: sizes[size], default=0.0)
    bold_body = sum(len(line.text) for line in lines if line.bold) > sum(len(line.text) for line in lines) / 2
    larger = {size for line, size in zip(lines, rounded, strict=True) if line.size > LARGER * body}
    ranks = {size: min(rank, 5) for rank, size in enumerate(sorted(larger, reverse=True), 1)}
    levels: list[int] = []
    for line, size in zip(lines, rounded, strict=True):
        level = ranks.get(size, 0)
        if not level and line.bold and not bold_body and not _SENTENCE_END.search(line.text):
            level = min(len(ranks), 5) + 1
        heads = any(c.isalpha() for c in line.text) and len(line.text) > 2 and not (line.row or line.aside)
        levels.append(level if heads else 0)
    leadings = _leadings(lines)
    numbers = enumerate(_runs(lines, levels))
    places = [[place for place, _ in run] for _, run in groupby(numbers, itemgetter(1))]
    runs = [lines[run[0] : run[-1] + 1] for run in places]
    columns = [_reach(run) for run in runs if len(run) >= COLUMN and not run[0].row]
    column = median(columns) if columns else 0.0
    for number, (run, level) in enumerate(zip(runs, (levels[run[0]] for run in places), strict=True)):
        if run[0].row:
            yield from (Line(one_line(row.text), row.page, gap=not n) for n, row in enumerate(run))
            continue
        if sum(len(line.text) for line in run) > LONGEST_HEADING:
            level = 0
        placed = _placed(run, level, leadings, column if level or len(run) < COLUMN else 0.0)
        if run[0].aside or (not level and _is_note(runs, number, body)):
            yield from (
                replace(line, aside=True, gap=line.gap or bool(_NOTE.match(line.text))) for line in placed
            )
        else:
            yield from placed


def _is_note(runs: Sequence[Sequence[Printed]], number: int, body: float) -> bool:
    """Whether a run is under the text of its column, in smaller type, and nothing under it."""
    run = runs[number]
    if max(line.size for line in run) > NOTE_SIZE * body or not number:
        return False
    above, top = runs[number - 1][-1], run[0]
    if above.page != top.page or above.bottom < top.bottom:
        return False
    if above.size <= NOTE_SIZE * body and not _is_note(runs, number - 1, body):
        return False
    below = next((other[0] for other in runs[number + 1 :] if other[0].size > NOTE_SIZE * body), None)
    return below is None or below.page != top.page or below.bottom > top.bottom


def _reach(run: Sequence[Printed]) -> float:
    return max(line.right for line in run) - min(line.left for line in run)


def _leadings(lines: Sequence[Printed]) -> dict[float, float]:
    """The usual distance from one line to the next, in points, by type size."""
    found: defaultdict[float, Counter[float]] = defaultdict(Counter)
    for before, line in pairwise(lines):
        down = before.bottom - line.bottom
        if before.page == line.page and 0.5 * line.size < down < 2.5 * line.size:
            found[round(line.size)][round(down * 2) / 2] += 1
    return {size: counts.most_common(1)[0][0] for size, counts in found.items()}


def _runs(lines: Sequence[Printed], levels: Sequence[int]) -> Iterator[int]:
    """A run number for each line; lines in one column and one type size share it."""
    number = 0
    for place, line in enumerate(lines):
        if place:
            before = lines[place - 1]
            if (
                line.page != before.page
                or line.bottom > before.bottom + line.size / 4
                or abs(line.size - before.size) > 0.08 * before.size
                or levels[place] != levels[place - 1]
                or (line.row, line.aside) != (before.row, before.aside)
            ):
                number += 1
        yield number


def _placed(
    run: Sequence[Printed], level: int, leadings: dict[float, float], column: float
) -> Iterator[Line]:
    """The lines of a run, with their gap, indent and width; `column` is the least column width in points."""
    edge = max(max(line.right for line in run), min(line.left for line in run) + column)
    margin = Counter(round(line.left) for line in run).most_common(1)[0][0]
    before: Printed | None = None
    for line in run:
        usual = leadings.get(round(line.size), LEADING * line.size)
        if level:  # the distance between two headings is not the line distance within one
            usual = min(usual, LEADING * line.size)
        down = before.bottom - line.bottom if before else 0.0
        indent = line.left - (before.left if before else margin)
        full = len(line.text) * (edge - line.left) / max(line.right - line.left, 1.0)
        yield Line(
            text=one_line(line.text),
            page=line.page,
            gap=(down > WIDER * usual) + (down > HEADING_GAP * line.size),
            indented=indent > INDENT * line.size,
            width=max(round(full), 1),
            level=level,
        )
        before = line
