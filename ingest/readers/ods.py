"""OpenDocument spreadsheet: the sheets of a file of LibreOffice Calc and the like, as they are shown."""

from collections.abc import Iterable, Iterator

from lxml.etree import _Element as Element

from rodedraad.ingest.lines import Content, Line, one_line
from rodedraad.ingest.readers.odf import OdfPackage, cell_text, paragraph_text, repeated, spanned
from rodedraad.ingest.readers.sheets import (
    Area,
    LeftOut,
    Sheet,
    SheetCell,
    check_cells,
    fill_merged,
    sheet_lines,
)
from rodedraad.ingest.readers.shown_pictures import shown_pictures
from rodedraad.ingest.readers.unread import COMMENTS
from rodedraad.ingest.xml_elements import attribute, child, children, dublin_core, local

_MOST_REPEATED = 200  # times that a cell or row with text is repeated
_KINDS = {"string": "text", "date": "date", "time": "date"}
_GROUPS = frozenset(
    f"table-{name}" for of in ("row", "column") for name in (f"{of}s", f"header-{of}s", f"{of}-group")
)


def read_ods(data: bytes) -> Content:
    """An OpenDocument spreadsheet: each sheet is a section, each row a line.

    Hidden sheets, and rows and columns hidden by hand, are left out and named as unread; rows that a
    filter or a closed group hides are read.
    """
    package = OdfPackage(data)
    content = package.xml("content.xml")
    citation, language = dublin_core(package.optional_xml("meta.xml"))
    hidden_styles = {
        attribute(style, "name")
        for style in content.iter("{*}style")
        if attribute(child(style, "table-properties"), "display") == "false"
    }
    left_out = LeftOut()
    count = 0
    lines: list[Line] = []
    for table in children(content, "body", "spreadsheet"):
        if local(table) != "table":
            continue
        name = one_line(attribute(table, "name") or "")
        if attribute(table, "style-name") in hidden_styles:
            left_out.sheets.append(name)
            continue
        sheet = _sheet(name, table, left_out, package)
        count += sum(map(len, sheet.rows.values()))
        check_cells(count)
        lines += sheet_lines(sheet)
    commented = [COMMENTS] if next(content.iter("{*}annotation"), None) is not None else []
    return Content(
        lines,
        citation=citation,
        language=language,
        unread=(*commented, *left_out.reasons()),
        titled=False,
        members=tuple(shown_pictures(package, map(package.href, content.iter("{*}image")))),
    )


def _sheet(name: str, table: Element, left_out: LeftOut, package: OdfPackage) -> Sheet:
    hidden_columns = _hidden_columns(table)
    rows: dict[int, dict[int, SheetCell]] = {}
    hidden: set[int] = set()
    areas: list[Area] = []
    number = count = 0
    loses = lacks_results = False
    for row, in_group in _inside(table, "table-row"):
        times = repeated(row, "rows")
        cells: dict[int, SheetCell] = {}
        is_hidden = attribute(row, "visibility") == "collapse" and not in_group
        column = 0
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            wide = repeated(cell, "columns")
            if local(cell) == "table-cell" and len(cell.attrib) + len(cell):
                text = cell_text(cell)
                lacks_results |= not text and attribute(cell, "formula") is not None
                if text and (is_hidden or any(a <= column <= z for a, z in hidden_columns)):
                    loses = True
                elif text:
                    kind = _KINDS.get(attribute(cell, "value-type") or "string", "number")
                    shown = SheetCell(text, kind, attribute(cell, "style-name") or "")
                    cells.update(dict.fromkeys(range(column, column + min(wide, _MOST_REPEATED)), shown))
                    down, over = spanned(cell, "rows"), spanned(cell, "columns")
                    if down > 1 or over > 1:
                        areas.append((number, column, number + down - 1, column + over - 1))
            column += wide
        if is_hidden and times <= _MOST_REPEATED:
            hidden.update(range(number, number + times))
        elif cells:
            count += len(cells) * min(times, _MOST_REPEATED)
            check_cells(count)
            rows.update({each: dict(cells) for each in range(number, number + min(times, _MOST_REPEATED))})
        number += times
    fill_merged(rows, areas)
    if loses:
        left_out.rows.append(name)
    if lacks_results:
        left_out.formulas.append(name)
    return Sheet(name, rows, hidden=frozenset(hidden), beside=tuple(_beside(table, package)))


def _hidden_columns(table: Element) -> list[tuple[int, int]]:
    """The first and last of the columns that are hidden by hand."""
    found, column = [], 0
    for element, in_group in _inside(table, "table-column"):
        wide = repeated(element, "columns")
        if attribute(element, "visibility") == "collapse" and not in_group:
            found.append((column, column + wide - 1))
        column += wide
    return found


def _inside(parent: Iterable[Element], name: str, in_group: bool = False) -> Iterator[tuple[Element, bool]]:
    """The rows or columns of a sheet, and whether each is in a group that can be closed."""
    for element in parent:
        kind = local(element)
        if kind == name:
            yield element, in_group
        elif kind in _GROUPS:
            yield from _inside(element, name, in_group or kind.endswith("-group"))


def _beside(table: Element, package: OdfPackage) -> Iterator[str]:
    """The texts of the shapes on a sheet, and the titles of its charts."""
    for shape in table.iter("{*}text-box", "{*}custom-shape", "{*}object"):
        if local(shape) == "object":
            yield from package.chart_titles(shape)
        else:
            yield from filter(None, (one_line(paragraph_text(p)) for p in shape.iterchildren("{*}p")))
