"""RTF flow: the paragraphs and tables that the text of a rich text file forms."""

from collections.abc import Iterator

from rodedraad.ingest.lines import Line, block, one_line
from rodedraad.ingest.readers.raised import joined
from rodedraad.ingest.readers.tables import Cell, TableRows, nested_rows

_BOXES = "☐☑☒✓✗"


class Flow:
    """A text that grows: the body, a header, or a note; and the table in it that is being read."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._text: list[str] = []
        self._mark: list[str] = []
        self._aside: list[Flow] = []
        self._cells: list[tuple[str, list[Line]]] = []  # of the row: text, and the rows of tables in it
        self._inner_cells: list[str] = []
        self._inner_rows: list[Line] = []
        self._continues: list[bool] = []  # which cells go on from the row above
        self._rows: TableRows | None = None  # of the table
        self._tight = False

    def __iter__(self) -> Iterator[Line]:
        """The lines so far."""
        return iter(self.lines)

    def add(self, text: str, to_mark: bool = False) -> None:
        """Add text to the paragraph, or to the number or bullet before it."""
        (self._mark if to_mark else self._text).append(text)

    def put_aside(self, other: "Flow") -> None:
        """Let another text follow the paragraph or row."""
        self._aside.append(other)

    def end_paragraph(self, level: int, in_table: bool) -> None:
        """End a paragraph; in a table, the next goes on in the same cell."""
        if in_table:
            self._text.insert(0, self._taken_mark())
            self._text.append(" ")
            return
        self._rows = None
        mark, text = self._taken_mark(), self._taken()
        if text.strip():
            self.lines += block(mark + text, level, tight=bool(mark) and self._tight and not level)
            self._tight = bool(mark) and not level
        self._take_aside()

    def begin_row(self) -> None:
        """Begin the definition of a row."""
        self._continues = []

    def define_cell(self, continues: bool) -> None:
        """Define the next cell of the row."""
        self._continues.append(continues)

    def end_cell(self, nested: bool = False) -> None:
        """End a cell, of the table or of one nested in it."""
        text = one_line(self._taken_mark() + self._taken())
        if nested:
            self._inner_cells.append(text)
        else:
            self._cells.append((text, self._inner_rows))
            self._inner_rows = []

    def end_nested_row(self) -> None:
        """End a row of a nested table."""
        self._inner_rows += block(" | ".join(filter(None, self._inner_cells)), tight=True)
        self._inner_cells = []

    def end_row(self) -> None:
        """End a row."""
        tight = self._rows is not None
        self._rows = self._rows or TableRows()
        if any(inner for _, inner in self._cells):
            self.lines += nested_rows([([*block(text), *inner], bool(inner)) for text, inner in self._cells])
        else:
            going_on = [*self._continues, *[False] * len(self._cells)]
            cells = [Cell(text, continues=on) for (text, _), on in zip(self._cells, going_on, strict=False)]
            self.lines += block(self._rows.line(cells), tight=tight)
        self._cells = []
        self._tight = False
        self._take_aside()

    def end(self) -> None:
        """End the text, also in the midst of a row."""
        if self._cells:
            self.end_cell()
            self.end_row()
        self.end_paragraph(0, False)

    def _taken(self) -> str:
        text = joined(self._text)
        self._text = []
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _taken_mark(self) -> str:
        mark = one_line("".join(self._mark))
        self._mark = []
        if not mark:
            return ""
        return f"{mark} " if any(map(str.isalnum, mark)) or mark in _BOXES else "• "

    def _take_aside(self) -> None:
        for other in self._aside:
            other.end()
            self.lines += other.lines
        self._aside = []
