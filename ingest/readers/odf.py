"""ODF: what the OpenDocument formats have in common: their package, styles and charts."""

from collections.abc import Iterator

from lxml.etree import _Element as Element

from rodedraad.ingest.errors import DamagedPart, Reason, UnreadableDocument
from rodedraad.ingest.lines import Line, block, one_line
from rodedraad.ingest.readers.drawings import series_lines
from rodedraad.ingest.readers.unread import listed
from rodedraad.ingest.xml_elements import attribute, local, whole_number
from rodedraad.ingest.zip_limits import LimitedZip

_MOST = 1_048_576  # rows of a sheet


class OdfPackage(LimitedZip):
    """The parts of an OpenDocument file."""

    def __init__(self, data: bytes) -> None:
        """Open the file; raises UnreadableDocument as `LimitedZip` does, and if it has a password."""
        super().__init__(data)
        manifest = self.optional_xml("META-INF/manifest.xml")
        if next(manifest.iter("{*}encryption-data"), None) is not None:
            raise UnreadableDocument("it is protected by a password; save it again without one")
        self._missed: dict[str, None] = {}

    def object_lines(self, frame: Element) -> Iterator[Line]:
        """The text of the chart or formula that is embedded in a frame."""
        root = self._object(frame)
        chart = None if root is None else next(root.iter("{*}chart"), None)
        if chart is not None:
            yield from _chart_lines(chart)
        elif root is not None and local(root) == "math":
            yield from block(_formula(root))
        else:
            self._missed[attribute(frame, "href") or ""] = None

    def chart_titles(self, frame: Element) -> list[str]:
        """The titles of the chart that is embedded in a frame; none if that is something else."""
        root = self._object(frame)
        return [] if root is None else _titles(root)

    @staticmethod
    def href(reference: Element) -> str:
        """The name of the part that an element refers to."""
        return (attribute(reference, "href") or "").removeprefix("./")

    def _object(self, frame: Element) -> Element | None:
        try:
            return self.xml(f"{self.href(frame)}/content.xml")
        except DamagedPart:
            return None

    def unread(self) -> tuple[Reason, ...]:
        """The embedded files that were not read."""
        if not self._missed:
            return ()
        why = {"files": listed(href.removeprefix("./") for href in self._missed)}
        return (Reason("its embedded files {files} are not read; save them on their own", why),)


def _formula(root: Element) -> str:
    """A formula in a line, as its author typed it where the file has that."""
    typed = next(root.iter("{*}annotation"), None)
    return one_line("".join(root.itertext() if typed is None else typed.itertext()))


def repeated(element: Element, of: str) -> int:
    """How often an element is repeated; `of` is "rows" or "columns"."""
    return whole_number(attribute(element, f"number-{of}-repeated"), 1, _MOST, otherwise=1)


def spanned(cell: Element, of: str) -> int:
    """Over how many of them a cell goes; `of` is "rows" or "columns"."""
    return whole_number(attribute(cell, f"number-{of}-spanned"), 1, _MOST, otherwise=1)


def cell_text(cell: Element) -> str:
    """The text of a cell of a chart or sheet, as it is shown; else its value."""
    texts = map(paragraph_text, cell.iterchildren("{*}p"))
    return one_line(" ".join(texts)) or next(
        (
            value
            for name in ("value", "date-value", "time-value", "string-value")
            if (value := attribute(cell, name))
        ),
        "",
    )


def paragraph_text(paragraph: Element) -> str:
    """The text of a paragraph in a cell or a shape."""
    text = paragraph.text or ""
    for each in paragraph:
        spaces = local(each) in ("s", "tab", "line-break")
        text += (" " if spaces else paragraph_text(each)) + (each.tail or "")
    return text


def _chart_lines(chart: Element) -> Iterator[Line]:
    """The titles of a chart, and the rows of the table that it was drawn from."""
    for title in _titles(chart):
        yield from block(title)
    rows = [
        [cell_text(cell) for cell in row.iterchildren("{*}table-cell")] for row in chart.iter("{*}table-row")
    ]
    header, *rest = rows or [[]]
    yield from series_lines(
        [
            (
                header[column],
                {place: row[0] for place, row in enumerate(rest) if row},
                {place: row[column] for place, row in enumerate(rest) if column < len(row)},
            )
            for column in range(1, len(header))
        ]
    )


def _titles(chart: Element) -> list[str]:
    """The titles of a chart and of its axes."""
    titles = chart.iter("{urn:oasis:names:tc:opendocument:xmlns:chart:1.0}*")
    return [
        one_line(" ".join("".join(each.itertext()) for each in title.iter("{*}p")))
        for title in titles
        if local(title) in ("title", "subtitle")
    ]
