"""ODF: what the OpenDocument formats have in common: their package, styles and charts."""

from collections.abc import Iterator

from lxml.etree import _Element as Element

from rodedraad.ingest.errors import DamagedPart, Reason, UnreadableDocument
from rodedraad.ingest.lines import Line, block, one_line
from rodedraad.ingest.readers.drawings import series_lines
from rodedraad.ingest.readers.unread import listed
from rodedraad.ingest.xml_elements import attribute, local
from rodedraad.ingest.zip_limits import LimitedZip

MOST_REPEATED = 1_000
"""The most times that a cell or a row with text may be repeated."""


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
        href = attribute(frame, "href") or ""
        name = f"{href.removeprefix('./')}/content.xml"
        try:
            root = self.xml(name)
        except DamagedPart:
            self._missed[href] = None
            return
        charts = list(root.iter("{*}chart"))
        if charts:
            yield from _chart_lines(charts[0])
        elif local(root) == "math":
            yield from block(math_line(root))
        else:
            self._missed[href] = None

    def unread(self) -> tuple[Reason, ...]:
        """The embedded files that were not read."""
        if not self._missed:
            return ()
        why = {"files": listed(href.removeprefix("./") for href in self._missed)}
        return (Reason("its embedded files {files} are not read; save them on their own", why),)


def math_line(root: Element) -> str:
    """A formula in a line, as its author typed it where the file has that."""
    typed = next(root.iter("{*}annotation"), None)
    return one_line("".join(root.itertext() if typed is None else typed.itertext()))


def repeated(element: Element, of: str) -> int:
    """How many times a cell, row or column stands in a row, from its attribute such as "columns-repeated"."""
    value = attribute(element, f"number-{of}-repeated") or "1"
    return int(value) if value.isdecimal() and len(value) < 9 else 1


def spanned(element: Element, of: str) -> int:
    """Over how many rows or columns a cell goes."""
    value = attribute(element, f"number-{of}-spanned") or "1"
    return int(value) if value.isdecimal() and len(value) < 9 else 1


def cell_text(cell: Element) -> str:
    """The text of a cell of a chart or sheet, as it is shown; else its value."""
    texts = ["".join(each.itertext()) for each in cell.iterchildren("{*}p")]
    return one_line(" ".join(texts)) or next(
        (
            value
            for name in ("value", "date-value", "time-value", "string-value")
            if (value := attribute(cell, name))
        ),
        "",
    )


def _chart_lines(chart: Element) -> Iterator[Line]:
    """A chart: its titles, and the rows of the table that it was drawn from."""
    for name in ("title", "subtitle"):
        for title in chart.iter("{*}" + name):
            yield from block(one_line(" ".join("".join(p.itertext()) for p in title.iter("{*}p"))))
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
