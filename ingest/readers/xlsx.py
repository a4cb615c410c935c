"""Excel: the sheets of an Excel workbook, with their cells as they are shown."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from lxml.etree import _Element as Element

from rodedraad.ingest.errors import DamagedPart
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.lines import Content, Line, Member, one_line
from rodedraad.ingest.readers.drawings import drawn_text
from rodedraad.ingest.readers.number_formats import BUILT_IN, GENERAL, is_date, shown_number
from rodedraad.ingest.readers.ooxml import Package
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
from rodedraad.ingest.xml_elements import attribute, child, children, large_xml, local, whole_number

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384  # of Excel
_ON = ("1", "true")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_BOOLEANS = {
    "nl": ("ONWAAR", "WAAR"),
    "fr": ("FAUX", "VRAI"),
    "es": ("FALSO", "VERDADERO"),
    "de": ("FALSCH", "WAHR"),
}


def read_xlsx(data: bytes) -> Content:
    """An Excel workbook: each sheet is a section, each row a line.

    Hidden sheets, and rows and columns hidden by hand, are left out and named as unread; rows that a
    filter or a closed group hides are read.
    """
    package = Package(data)
    main = package.main_part("xl/workbook.xml")
    workbook = _Workbook(package, main)
    lines: list[Line] = []
    pictures: list[Member] = []
    sheets: list[str] = []
    for reference in children(workbook.root, "sheets"):
        name = one_line(attribute(reference, "name") or "")
        if attribute(reference, "state") in ("hidden", "veryHidden"):
            workbook.left_out.sheets.append(name)
            continue
        part = package.target(main, reference)
        sheets.append(part)
        for drawing in package.related(part, "drawing"):
            pictures += shown_pictures(package, package.related(drawing, "image"), f"{name}/")
        try:
            lines += sheet_lines(workbook.sheet(name, part))
        except DamagedPart as error:
            package.miss(part or name, error)
    package.check_read(lines)
    citation, language = package.citation()
    return Content(
        lines,
        citation=citation,
        language=language,
        unread=(*package.unread(*sheets), *workbook.left_out.reasons()),
        titled=False,
        members=tuple(pictures),
    )


class _Raw(NamedTuple):
    """A cell as the file has it."""

    kind: str  # the attribute t
    value: str
    style: str  # the attribute s


class _Parsed:
    """What the part of a sheet says."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, _Raw]] = {}
        self.hidden: set[int] = set()  # rows
        self.hidden_columns: list[tuple[int, int]] = []
        self.merged: list[Area] = []
        self.filters: list[Area] = []
        self.is_filtered = False
        self.lacks_results = False  # of formulas


class _Workbook:
    """The texts and formats that the sheets of a workbook share."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self.root = package.xml(main)
        self._from_1904 = attribute(child(self.root, "workbookPr"), "date1904") in _ON
        self._strings = self._shared_strings(main)
        self._codes = _format_codes(package.root_of(main, "styles"))
        self._language: str | None = None
        self._count = 0  # cells read
        self.left_out = LeftOut()
        self._shown = cache(self._show_number)

    def _shared_strings(self, main: str) -> list[str]:
        name = next(iter(self._package.related(main, "sharedStrings")), "xl/sharedStrings.xml")
        if name not in self._package:
            return []
        return [_text_of(item) for item in large_xml(self._package.read(name), name, "si")]

    def sheet(self, name: str, part: str) -> Sheet:
        """A sheet by its name and its part; raises DamagedPart if that is missing or damaged."""
        parsed = self._parse(part)
        headers = {first for first, *_ in parsed.filters}
        for each in self._package.related(part, "table"):
            table = self._package.extra(each)
            if table is None:
                continue
            area = _area(attribute(table, "ref"))
            if area and attribute(table, "headerRowCount") != "0":
                headers.add(area[0])
            parsed.is_filtered |= next(table.iter("{*}filterColumn"), None) is not None
        if parsed.is_filtered:
            parsed.hidden.clear()
        if self._language is None:
            inline = (raw.value for row in parsed.rows.values() for raw in row.values() if raw.kind == "text")
            self._language = detect_language("\n".join([*self._strings[:1000], *inline])[:10_000])
        if parsed.lacks_results:
            self.left_out.formulas.append(name)
        return Sheet(
            name,
            self._cells(name, parsed),
            frozenset(headers),
            frozenset(parsed.hidden),
            tuple(self._beside(part)),
        )

    def _parse(self, part: str) -> _Parsed:
        parsed, row_number = _Parsed(), 0
        for element in large_xml(
            self._package.read(part), part, "row", "cols", "mergeCell", "autoFilter", "filterColumn"
        ):
            match local(element):
                case "row":
                    row_number = whole_number(element.get("r"), 1, _LAST_ROW, otherwise=row_number + 1)
                    self._parse_row(parsed, element, row_number)
                case "cols":
                    for column in element:
                        first, last = (
                            whole_number(column.get(name), 1, _LAST_COLUMN, otherwise=0)
                            for name in ("min", "max")
                        )
                        if column.get("hidden") in _ON and not column.get("outlineLevel"):
                            parsed.hidden_columns.append((first, last))
                case "mergeCell":
                    parsed.merged += filter(None, [_area(element.get("ref"))])
                case "autoFilter":
                    parsed.filters += filter(None, [_area(element.get("ref"))])
                case "filterColumn":
                    parsed.is_filtered = True
        return parsed

    def _parse_row(self, parsed: _Parsed, element: Element, number: int) -> None:
        row: dict[int, _Raw] = {}
        column = 0
        for cell in element.iterchildren("{*}c"):
            column = _column(cell.get("r") or "") or column + 1
            kind, value, has_formula = cell.get("t") or "n", None, False
            for part in cell:
                match local(part):
                    case "v":
                        value = part.text or ""
                    case "is":
                        kind, value = "text", _text_of(part)
                    case "f":
                        has_formula = True
            if not value:
                parsed.lacks_results |= has_formula and kind != "str"
            else:
                row[column] = _Raw(kind, value, cell.get("s") or "0")
        self._count += len(row)
        check_cells(self._count)
        if row:
            parsed.rows[number] = row
        if element.get("hidden") in _ON and not element.get("outlineLevel"):
            parsed.hidden.add(number)

    def _cells(self, name: str, parsed: _Parsed) -> dict[int, dict[int, SheetCell]]:
        """The cells that are shown."""
        rows: dict[int, dict[int, SheetCell]] = {}
        left_out = False
        for number, row in parsed.rows.items():
            cells = {}
            for column, raw in row.items():
                hidden = number in parsed.hidden or any(a <= column <= z for a, z in parsed.hidden_columns)
                left_out |= hidden
                if not hidden and (text := one_line(self._text(raw))):
                    cells[column] = SheetCell(text, self._kind(raw), raw.style)
            rows[number] = cells
        if left_out:
            self.left_out.rows.append(name)
        fill_merged(rows, parsed.merged)
        return rows

    def _text(self, raw: _Raw) -> str:
        match raw.kind:
            case "s":
                place = whole_number(raw.value, 0, len(self._strings) - 1, otherwise=-1)
                return self._strings[place] if place >= 0 else ""
            case "b":
                names = _BOOLEANS.get(self._language or "", ("FALSE", "TRUE"))
                return names[raw.value == "1"]
            case "n":
                return self._shown(raw.value, self._code(raw))
        return raw.value

    def _kind(self, raw: _Raw) -> str:
        if raw.kind == "d" or (raw.kind == "n" and is_date(self._code(raw))):
            return "date"
        return "number" if raw.kind in ("n", "b", "e") else "text"

    def _code(self, raw: _Raw) -> str:
        return (
            self._codes[int(raw.style)]
            if raw.style.isdecimal() and int(raw.style) < len(self._codes)
            else GENERAL
        )

    def _show_number(self, value: str, code: str) -> str:
        try:
            return shown_number(float(value), code, self._language or "", self._from_1904)
        except (ValueError, OverflowError):
            return value

    def _beside(self, part: str) -> Iterator[str]:
        """The texts of the shapes on a sheet, and the titles of its charts."""
        for name in self._package.related(part, "drawing"):
            drawing = self._package.extra(name)
            for shape in () if drawing is None else drawing.iter("{*}txBody", "{*}chart"):
                if local(shape) == "txBody":
                    yield from filter(str.strip, map(drawn_text, shape.iterchildren("{*}p")))
                    continue
                chart = self._package.extra(self._package.target(name, shape))
                for title in () if chart is None else chart.iter("{*}title"):
                    yield drawn_text(title)


def _text_of(item: Element) -> str:
    """The text of a cell that has runs of several looks; without how it is pronounced."""
    return "".join(
        each.text or ""
        for each in item.iter("{*}t")
        if (parent := each.getparent()) is not None and local(parent) != "rPh"
    )


def _format_codes(styles: Element) -> list[str]:
    """The format code of each style of cells."""
    own = {attribute(each, "numFmtId"): attribute(each, "formatCode") for each in children(styles, "numFmts")}
    codes = []
    for each in children(styles, "cellXfs"):
        id = attribute(each, "numFmtId") or "0"
        built_in = BUILT_IN.get(whole_number(id, 0, 999, otherwise=0), GENERAL)
        codes.append(own.get(id) or built_in)
    return codes


@cache
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _column(reference: str) -> int:
    """The number of the column in a reference such as "B7"; 0 if it is none."""
    letters = reference.rstrip("0123456789")
    return _column_number(letters) if 0 < len(letters) < 4 and letters.isascii() and letters.isupper() else 0


def _area(reference: str | None) -> Area | None:
    """The area of a reference such as "A1:C4"."""
    found = _REFERENCE.findall(reference or "")
    if not found:
        return None
    (left, top), (right, bottom) = found[0], found[-1]
    return int(top), _column_number(left), int(bottom), _column_number(right)
