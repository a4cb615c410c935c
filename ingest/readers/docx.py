"""Word: the text of a Word file, in reading order."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml.etree import _Element as Element

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Content, Line, block
from rodedraad.ingest.readers.docx_forms import box_of, form_field, is_left_out, is_on
from rodedraad.ingest.readers.docx_styles import Styles
from rodedraad.ingest.readers.drawings import chart_lines, diagram_lines
from rodedraad.ingest.readers.headers_and_footers import with_headers_and_footers
from rodedraad.ingest.readers.office_math import math_text
from rodedraad.ingest.readers.ooxml import Package
from rodedraad.ingest.readers.raised import Above, joined
from rodedraad.ingest.readers.shown_pictures import shown_pictures
from rodedraad.ingest.readers.symbol_fonts import from_symbols, is_symbol_font
from rodedraad.ingest.readers.tables import Cell, TableRows, nested_rows
from rodedraad.ingest.readers.unread import LEFT_OUT
from rodedraad.ingest.xml_elements import attribute, child, children, local, whole_number

_WRAPPERS = frozenset("sdt sdtContent customXml ins moveTo smartTag AlternateContent Choice".split())
_NO_TEXT = frozenset("del moveFrom instrText Fallback pPr rPr sdtPr rt".split())
_ASIDE = frozenset(["txbxContent", "chart", "relIds"])


def read_docx(data: bytes) -> Content:
    """A Word document; notes, text boxes and charts follow the paragraph that they belong to."""
    package = Package(data)
    main = package.main_part("word/document.xml")
    document = package.xml(main)
    citation, language = package.citation()
    word = _Word(package, main)
    body = list(word.blocks(children(document, "body")))
    headers, footers = (list(word.headers_or_footers(document, kind)) for kind in ("header", "footer"))
    return Content(
        with_headers_and_footers(headers, body, footers),
        citation=citation,
        language=language,
        unread=(*package.unread(main), *([LEFT_OUT] if word.left_out else [])),
        members=tuple(shown_pictures(package, package.related(main, "image"))),
    )


class _Word:
    """The styles, lists and notes of a Word file, and what was found so far."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._main = self._part = main  # the part that is being read
        styles, numbering, *notes = (
            package.root_of(main, kind) for kind in ("styles", "numbering", "footnotes", "endnotes")
        )
        self._styles = Styles(styles, numbering)
        self._notes = {(local(note), attribute(note, "id")): note for root in notes for note in root}
        self._aside: list[Element] = []  # notes, text boxes and charts that are to follow
        self._tables = 0  # around the current paragraph
        self._begun = ""  # of a paragraph whose end is deleted
        self._tight = False  # whether the previous block was a list item
        self.left_out = False  # whether there was struck-out or hidden text

    def blocks(self, parent: Iterable[Element]) -> Iterator[Line]:
        for element in parent:
            match local(element):
                case "p":
                    yield from self._paragraph(element)
                case "tbl":
                    yield from self._table(element)
                case "altChunk":
                    yield from self._chunk(self._package.target(self._part, element))
                case name if name in _WRAPPERS:
                    yield from self.blocks(element)
                    continue
            if not self._tables:
                yield from self._beside()
        if self._begun:
            yield from block(self._begun)
            self._begun = ""

    def headers_or_footers(self, document: Element, kind: str) -> Iterator[Line]:
        """The lines of the headers or footers that are printed; `kind` is one of these."""
        settings = self._package.root_of(self._main, "settings")
        even = is_on(child(settings, "evenAndOddHeaders"), otherwise=False)
        names: dict[str, None] = {}
        for section in document.iter("{*}sectPr"):
            first = is_on(child(section, "titlePg"), otherwise=False)
            for reference in section.iterchildren("{*}" + f"{kind}Reference"):
                shown = {"first": first, "even": even}.get(attribute(reference, "type") or "", True)
                if shown:
                    names[self._package.target(self._main, reference)] = None
        for name in filter(None, names):
            root = self._package.extra(name)
            if root is not None:
                self._part = name
                yield from self.blocks(root)
        self._part = self._main

    def _beside(self) -> Iterator[Line]:
        """The notes, text boxes and charts of what was just read."""
        aside, self._aside = self._aside, []
        for element in aside:
            kind = local(element)
            if kind not in ("chart", "relIds"):
                yield from self.blocks(element)
                continue
            name = self._package.target(self._part, element)
            if kind == "relIds":
                name = self._package.diagram(self._part, element)
            root = self._package.extra(name) if name else None
            if root is not None:
                yield from chart_lines(root) if kind == "chart" else diagram_lines(root)
            self._tight = False

    def _chunk(self, name: str) -> Iterator[Line]:
        from rodedraad.ingest.readers.altchunk import chunk_lines  # which needs the readers of other kinds

        try:
            lines = chunk_lines(self._package.read(name))
        except UnreadableDocument as error:
            self._package.miss(name, error)
        else:
            yield from (replace(line, gap=line.gap if number else 1) for number, line in enumerate(lines))

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        text = self._begun + joined(self._text(paragraph))
        self._begun = ""
        if child(paragraph, "pPr", "rPr", "del") is not None:  # it goes on in the next paragraph
            self._begun = text
            return
        level, mark = self._styles.level(paragraph), self._styles.mark(paragraph)
        if not text.strip() and not (mark and self._tables):  # as of a numbered row of a table
            return
        yield from block(mark + text, level, tight=bool(mark) and self._tight and not level)
        self._tight = bool(mark) and not level

    def _table(self, table: Element) -> Iterator[Line]:
        rows, tight = TableRows(), False
        self._tables += 1
        for row in _inside(table, "tr"):
            if child(row, "trPr", "del") is not None:
                continue
            cells = list(_inside(row, "tc"))
            nesting = [next(cell.iterdescendants("{*}tbl"), None) is not None for cell in cells]
            if any(nesting):
                yield from nested_rows(
                    [(list(self.blocks(c)), n) for c, n in zip(cells, nesting, strict=True)]
                )
                tight = False
            elif len(cells) == 1 and len(cells[0].findall("{*}p")) > 1:
                yield from self.blocks(cells[0])
                tight = False
            else:
                before = attribute(child(row, "trPr", "gridBefore"), "val")
                line = rows.line(map(self._cell, cells), whole_number(before, 0, 99, otherwise=0))
                yield from block(line, tight=tight)
                tight = True
        self._tables -= 1
        self._tight = False

    def _cell(self, cell: Element) -> Cell:
        properties = child(cell, "tcPr")
        merged = child(properties, "vMerge")
        return Cell(
            " ".join(line.text for line in self.blocks(cell)),
            whole_number(attribute(child(properties, "gridSpan"), "val"), 1, 99, otherwise=1),
            merged is not None and attribute(merged, "val") != "restart",
        )

    def _text(self, parent: Element, font: str | None = None) -> Iterator[str]:
        for element in parent:
            match local(element):
                case "t":
                    yield from_symbols(element.text or "", font)
                case "r":
                    properties = child(element, "rPr")
                    if properties is not None and is_left_out(properties):
                        self.left_out = self.left_out or any(each.text for each in element.iter("{*}t"))
                        continue
                    own = attribute(child(properties, "rFonts"), "ascii")
                    text = self._text(element, own if is_symbol_font(own) else None)
                    above = attribute(child(properties, "vertAlign"), "val") == "superscript"
                    yield from map(Above, text) if above else text
                case "tab" | "ptab":
                    yield "\t"
                case "br" | "cr":
                    yield "\n"
                case "noBreakHyphen":
                    yield "-"
                case "sym":
                    yield from_symbols(_character(attribute(element, "char")), attribute(element, "font"))
                case "textpath":
                    yield attribute(element, "string") or ""
                case "fldChar":
                    yield form_field(element)
                case "oMath":
                    yield math_text(element)
                case "footnoteReference" | "endnoteReference":
                    note = self._notes.get((local(element)[: -len("Reference")], attribute(element, "id")))
                    if note is not None:
                        self._aside.append(note)
                case name if name in _ASIDE:
                    self._aside.append(element)
                case "sdt" if (box := box_of(element)) is not None:
                    yield box
                case name if name not in _NO_TEXT:
                    yield from self._text(element, font)


def _inside(parent: Element, name: str) -> Iterator[Element]:
    """The rows of a table, or the cells of a row, also those in content controls."""
    for element in parent:
        if local(element) == name:
            yield element
        elif local(element) in _WRAPPERS:
            yield from _inside(element, name)


def _character(code: str | None) -> str:
    """The character with a hexadecimal number; none for a number of another form."""
    try:
        return chr(int(code or "", 16))
    except (ValueError, OverflowError):
        return ""
