"""CSV: tables of comma-separated values and the like, with any separator."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise

from rodedraad.ingest.lines import Content, Line, block, check_length, one_line
from rodedraad.ingest.readers.decoding import decode

_SEPARATORS = "\t|;,"  # from the least to the most usual in prose
_GIVEN = re.compile(r"sep=(.)(?:\r\n?|\n)", re.I)
_ESCAPED = re.compile(r"\\([\"\\])")
_ROW_END = re.compile(r"\r\n?|\n")
_SENTENCE_ENDS = (".", "?", "!")
_STEPS = tuple({years} for years in (1, 2, 4, 5, 10, -1, -2, -4, -5, -10))
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_AMOUNT = re.compile(r"\W*[\d.]+,\d+\W*")
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")

ROWS_LOOKED_AT = 1000
"""The rows at the start of a table that decide its separator and its column names."""

SAME_WIDTH = 0.9
"""The least share of rows with equally many cells where separators have spaces after them, as in prose."""


def read_csv(data: bytes) -> Content:
    """A table: each row is a line, each cell follows its column's name if the table has names.

    Lines above the names, such as a title, are lines of their own.
    """
    text = decode(data)
    check_length(len(text))
    given = _GIVEN.match(text)
    separator = given[1] if given else _separator(text)
    rows = _rows(text[given.end() :] if given else text, separator)
    first = list(islice(rows, ROWS_LOOKED_AT))
    width = _usual_width(first)
    start = next((n for n, row in enumerate(first) if len(list(filter(None, row))) > width / 2), 0)
    start = _after_comments(first, start)
    names = first[start] if width > 1 and _are_names(first[start], first[start + 1 :]) else []
    lines: list[Line] = []
    for row in first[: start + bool(names and len(first) == start + 1)]:
        lines += block((", " if separator == "," else " | ").join(filter(None, row)), tight=True)
    for row in chain(first[start + bool(names) :], rows):
        lines += block("; ".join(_labelled(names, row)), tight=True)
    return Content(lines)


def _after_comments(rows: Sequence[Sequence[str]], start: int) -> int:
    """The first row at or after `start` that is no comment; the last one may have the names of columns."""
    after = next((n for n, row in enumerate(rows) if n >= start and not row[0].startswith("#")), start)
    return after if after == start or _are_names(rows[after], rows[after + 1 :]) else after - 1


def _labelled(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for column, cell in enumerate(row):
        if cell:
            name = names[column] if column < len(names) else ""
            yield f"{name}: {cell}" if name else cell


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    """The rows that are not empty, without the empty cells at their ends.

    A cell in double quotes may hold separators, line ends, and quotes that are doubled or, as databases
    write them, follow a backslash. Other quotes are characters as any other.
    """
    end = re.escape(separator)
    cell = re.compile(
        rf'[ ]*"(?P<quoted>(?>[^"]+|"")*+)"[ ]*(?={end}|[\r\n]|\Z)'
        rf'|[ ]*"(?P<escaped>(?>[^"\\]+|\\.)*+)"[ ]*(?={end}|[\r\n]|\Z)'
        rf"|[^{end}\r\n]*",
        re.DOTALL,
    )
    row: list[str] = []
    place = 0
    while place < len(text):
        found = cell.match(text, place)
        assert found  # the second alternative may be empty
        row.append(one_line(_unquoted(found)))
        place = found.end()
        if text.startswith(separator, place) and separator != "\n":
            place += 1
            continue
        line_end = _ROW_END.match(text, place)
        place = line_end.end() if line_end else len(text)
        while row and not row[-1]:
            row.pop()
        if row:
            yield row
        row = []
    while row and not row[-1]:
        row.pop()
    if row:
        yield row


def _unquoted(cell: re.Match[str]) -> str:
    """The text of a cell, with its quotes resolved."""
    if cell["quoted"] is not None:
        return cell["quoted"].replace('""', '"')
    return cell[0] if cell["escaped"] is None else _ESCAPED.sub(r"\1", cell["escaped"])


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """The number of cells, more than one, that most rows have; 1 if no row has more."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _separator(text: str) -> str:
    """The separator of the table: the one that parts most rows into equally many cells.

    A line end if there is none, as in a list of sentences.
    """
    best, most = "\n", 0.0
    for separator in _SEPARATORS:
        rows = list(islice(_rows(text, separator), ROWS_LOOKED_AT))
        width = _usual_width(rows)
        parted = [row for row in rows if len(row) > 1]
        if len(parted) < len(rows) / 2 or not parted:
            continue
        same = sum(len(row) == width for row in rows) / len(rows)
        sample = text[:100_000]
        spaced = sample.count(f"{separator} ") > sample.count(separator) / 2
        sentences = sum(row[-1].endswith(_SENTENCE_ENDS) for row in parted) > len(parted) / 2
        if spaced and (sentences or same < SAME_WIDTH or len(rows[0]) == 1):
            continue
        if separator == "," and all(_AMOUNT.fullmatch(",".join(row)) for row in parted):
            continue
        if same > most:
            best, most = separator, same
    return best


def _are_names(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row has the names of the columns: none is like the cells below it.

    Only the first may be empty. They all differ, unless they are above numbers.
    """
    years = [int(cell) for cell in row if _YEAR.fullmatch(cell)]
    in_step = {later - earlier for earlier, later in pairwise(years)} in _STEPS
    above_numbers = False
    for column, cell in enumerate(row):
        shapes = Counter(_shape(other[column]) for other in below if len(other) > column and other[column])
        usual = max(shapes, key=shapes.__getitem__, default="")
        telling = cell[:1].isdigit() or cell[-1:] in _SENTENCE_ENDS
        if telling and usual in ("", _shape(cell)) and not (in_step and _YEAR.fullmatch(cell)):
            return False
        above_numbers = above_numbers or (usual.startswith("9") and not cell[:1].isdigit())
    return all(row[1:]) and (above_numbers or len(set(row)) == len(row))


def _shape(cell: str) -> str:
    """What kind of text a cell is: a sentence by its end, any other by its letters and numbers."""
    if cell[-1:] in _SENTENCE_ENDS:
        return cell[-1]
    return _LETTERS.sub("a", _DIGITS.sub(lambda number: "9" * min(len(number[0]), 4), cell))
