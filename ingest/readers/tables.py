"""Tables: the rows of a table in a text, each a line."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rodedraad.ingest.lines import Line, block

CELL_SEPARATOR = " | "

LONGEST_REPEATED = 100
"""The most characters of a cell merged over rows that is repeated in each of them."""


class Cell(NamedTuple):
    """A cell: its text, over how many columns it goes, and whether it goes on from the row above."""

    text: str
    columns: int = 1
    continues: bool = False


class TableRows:
    """The rows of a table as lines; a row repeats the labels of the cells that go on in it."""

    def __init__(self) -> None:
        self._labels: dict[int, str] = {}  # of the last row, by column

    def line(self, cells: Iterable[Cell], first_column: int = 0) -> str:
        """The line of the next row: its cells with " | " between them; empty for a row without text."""
        column, texts, own = first_column, [], False
        for cell in cells:
            text = self._labels.get(column, "") if cell.continues else cell.text
            own = own or bool(cell.text)
            texts.append(text)
            self._labels[column] = text if len(text) <= LONGEST_REPEATED else ""
            column += cell.columns
        return CELL_SEPARATOR.join(filter(None, texts)) if own else ""


def nested_rows(cells: Sequence[tuple[list[Line], bool]]) -> Iterator[Line]:
    """A row with tables in its cells: each of their rows, after the labels that are beside them.

    `cells`: the lines of each cell, and whether it has a table. Where a cell without one holds more than
    a label, the row is for layout, and its cells follow each other.
    """
    labels = [" ".join(line.text for line in lines) for lines, nests in cells if not nests]
    if max(map(len, labels), default=0) > LONGEST_REPEATED:
        labels, cells = [], [(lines, True) for lines, _ in cells]
    for lines, nests in cells:
        for line in lines if nests else ():
            text = CELL_SEPARATOR.join(filter(None, [*labels, line.text]))
            yield from block(text, line.level, tight=not line.gap)
