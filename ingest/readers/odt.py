"""OpenDocument text: the text of a file of LibreOffice Writer and the like, in reading order."""

from collections.abc import Iterable, Iterator

from lxml.etree import _Element as Element

from rodedraad.ingest.lines import HEADING_LEVELS, Content, Line, block
from rodedraad.ingest.readers.headers_and_footers import with_headers_and_footers
from rodedraad.ingest.readers.numbering import LAST_START
from rodedraad.ingest.readers.odf import OdfPackage, repeated, spanned
from rodedraad.ingest.readers.odt_numbering import ListCounter, Lists, list_levels
from rodedraad.ingest.readers.raised import Above, joined
from rodedraad.ingest.readers.shown_pictures import shown_pictures
from rodedraad.ingest.readers.symbol_fonts import TICKED, UNTICKED, from_symbols
from rodedraad.ingest.readers.tables import Cell, TableRows, nested_rows
from rodedraad.ingest.readers.unread import COMMENTS, LEFT_OUT
from rodedraad.ingest.xml_elements import attribute, child, children, dublin_core, local, whole_number

_SHAPES = frozenset(
    "text-box custom-shape rect ellipse circle line polyline polygon path connector caption measure".split()
)
_AROUND = frozenset(
    "section frame g index-body index-title bibliography numbered-paragraph note-body alphabetical-index "
    "illustration-index object-index table-index user-index table-of-content".split()
)
_NO_TEXT = frozenset("annotation tracked-changes title desc ruby-text forms image".split())
_HEADERS = ("header", "header-first", "header-left")
_FOOTERS = ("footer", "footer-first", "footer-left")


def read_odt(data: bytes) -> Content:
    """An OpenDocument text; notes, shapes and charts follow the paragraph that they belong to."""
    package = OdfPackage(data)
    content = package.xml("content.xml")
    styles = package.optional_xml("styles.xml")
    citation, language = dublin_core(package.optional_xml("meta.xml"))
    text = _OpenText(package, content, styles)
    body = list(text.blocks(children(content, "body", "text")))
    pages = _master_pages(content, styles)
    headers, footers = (
        [line for page in pages for part in page if local(part) in names for line in text.blocks(part)]
        for names in (_HEADERS, _FOOTERS)
    )
    return Content(
        with_headers_and_footers(headers, body, footers),
        citation=citation,
        language=language,
        unread=(
            *package.unread(),
            *([COMMENTS] if next(content.iter("{*}annotation"), None) is not None else []),
            *([LEFT_OUT] if text.left_out else []),
        ),
        members=tuple(shown_pictures(package, map(package.href, content.iter("{*}image")))),
    )


def _master_pages(content: Element, styles: Element) -> list[Element]:
    """The page styles that the text uses: the first, those that it names, and those that follow one."""
    known = {attribute(page, "name"): page for page in styles.iter("{*}master-page")}
    wanted = ["Standard", *list(known)[:1]]
    wanted += [
        attribute(style, "master-page-name") for part in (content, styles) for style in part.iter("{*}style")
    ]
    used: dict[str | None, Element] = {}
    for name in wanted:
        while name in known and name not in used:
            used[name] = known[name]
            name = attribute(known[name], "next-style-name")
    return list(used.values())


class _OpenText:
    """The styles and lists of an OpenDocument text, and what was found so far."""

    def __init__(self, package: OdfPackage, content: Element, styles: Element) -> None:
        self._package = package
        all_styles = [*content.iter("{*}style"), *styles.iter("{*}style")]
        self._parents = {attribute(s, "name"): attribute(s, "parent-style-name") for s in all_styles}
        self._hidden = {attribute(style, "name") for style in all_styles if _is_left_out(style)}
        self._above = {attribute(style, "name") for style in all_styles if _is_above(style)}
        self._lists = Lists(each for part in (styles, content) for each in part.iter("{*}list-style"))
        outline = next(styles.iter("{*}outline-style"), None)
        self._headings = ListCounter({} if outline is None else list_levels(outline, of_headings=True))
        self._controls = {
            attribute(control, "id"): control
            for forms in content.iter("{*}forms")
            for control in forms.iter()
            if attribute(control, "id")
        }
        self._aside: list[Element] = []  # notes, shapes and charts that are to follow
        self._tables = 0  # around the current paragraph
        self.left_out = False  # whether there was struck-out or hidden text

    def blocks(self, parent: Iterable[Element], mark: str = "", tight: bool = False) -> Iterator[Line]:
        for element in parent:
            match local(element):
                case "h":
                    yield from self._heading(element, mark)
                    mark = ""
                case "p":
                    style = attribute(element, "style-name")
                    is_title = "Title" in (style, self._parents.get(style))
                    yield from self._paragraph(element, mark, int(is_title), tight)
                    mark = ""
                case "list":
                    style = attribute(element, "style-name")
                    yield from self._list(element, self._lists.begin(element, style), 0, tight)
                case "table":
                    yield from self._table(element)
                case "object":
                    yield from self._package.object_lines(element)
                case "control":
                    yield from block(self._control(element))
                case "section" if attribute(element, "display") == "none":
                    self.left_out = True
                case name if name in _AROUND or name in _SHAPES:
                    yield from self.blocks(element)
            if not self._tables:
                aside, self._aside = self._aside, []
                yield from self.blocks(aside)

    def _heading(self, element: Element, mark: str) -> Iterator[Line]:
        level = whole_number(attribute(element, "outline-level"), 1, HEADING_LEVELS, otherwise=1)
        if not mark and self._headings.levels and attribute(element, "is-list-header") != "true":
            restarts = attribute(element, "restart-numbering") == "true"
            start = whole_number(attribute(element, "start-value"), 0, LAST_START, otherwise=1)
            mark = self._headings.mark(level - 1, start if restarts else None)
        yield from self._paragraph(element, mark, level + 1)

    def _paragraph(self, element: Element, mark: str, level: int, tight: bool = False) -> Iterator[Line]:
        if attribute(element, "style-name") in self._hidden:
            self.left_out = True
            return
        text = joined(self._text(element))
        if text.strip() or (mark and self._tables):
            yield from block(mark + text, level, tight=tight)

    def _list(self, element: Element, counter: ListCounter, level: int, tight: bool) -> Iterator[Line]:
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            mark = ""
            first = next((local(each) for each in item if local(each)), "")
            if local(item) == "list-item" and first != "list":  # else only what is in the list is numbered
                start = attribute(item, "start-value")
                given = None if start is None else whole_number(start, 0, LAST_START, otherwise=1)
                mark = counter.mark(level, given)
            for each in item:
                if local(each) == "list":
                    style = attribute(each, "style-name")
                    inner = counter if style in (None, counter.style) else self._lists.begin(each, style)
                    yield from self._list(each, inner, level + 1, tight)
                else:
                    yield from self.blocks([each], mark, tight)
                    mark = ""
                tight = True

    def _table(self, table: Element) -> Iterator[Line]:
        rows, tight = TableRows(), False
        going_on: dict[int, int] = {}  # rows for which a cell still goes on, by column
        self._tables += 1
        for row in _rows_of(table):
            elements = [cell for cell in row if local(cell) in ("table-cell", "covered-table-cell")]
            nesting = [next(cell.iterdescendants("{*}table"), None) is not None for cell in elements]
            if any(nesting):
                yield from nested_rows(
                    [(list(self.blocks(c)), n) for c, n in zip(elements, nesting, strict=True)]
                )
                tight = False
            elif len(elements) == 1 and sum(local(each) != "soft-page-break" for each in elements[0]) > 1:
                yield from self.blocks(elements[0])
                tight = False
            else:
                yield from block(rows.line(self._cells(elements, going_on)), tight=tight)
                tight = True
        self._tables -= 1

    def _cells(self, elements: list[Element], going_on: dict[int, int]) -> Iterator[Cell]:
        column = 0
        for cell in elements:
            columns = min(repeated(cell, "columns"), 99)
            for _ in range(columns):
                left = going_on.get(column, 0)
                going_on[column] = max(left - 1, spanned(cell, "rows") - 1)
                for over in range(1, min(spanned(cell, "columns"), 99)):
                    going_on[column + over] = 0
                text = " ".join(line.text for line in self.blocks(cell))
                yield Cell(text, continues=left > 0 and local(cell) == "covered-table-cell")
                column += 1

    def _control(self, element: Element) -> str:
        """A control of a form: a box, or what was filled in."""
        control = self._controls.get(attribute(element, "control"))
        if control is None:
            return ""
        label = attribute(control, "label") or ""
        if local(control) in ("checkbox", "radio"):
            state = attribute(control, "current-state") or attribute(control, "state")
            on = state == "checked" or attribute(control, "current-selected") == "true"
            return f"{TICKED if on else UNTICKED} {label} "
        return attribute(control, "current-value") or attribute(control, "value") or label

    def _text(self, parent: Element) -> Iterator[str]:
        yield from_symbols(parent.text or "", None)
        for element in parent:
            match local(element):
                case "s":
                    yield " "
                case "tab":
                    yield "\t"
                case "line-break":
                    yield "\n"
                case "note":
                    self._aside += element.iterchildren("{*}note-body")
                case "control":
                    yield self._control(element)
                case "fieldmark":
                    yield _legacy_box(element)
                case "span" if attribute(element, "style-name") in self._hidden:
                    self.left_out = True
                case "span" if attribute(element, "style-name") in self._above:
                    yield from map(Above, self._text(element))
                case "hidden-text" if attribute(element, "is-hidden") != "false":
                    self.left_out = True
                case name if name in _SHAPES or name == "object":
                    self._aside.append(element)
                case name if name not in _NO_TEXT:
                    yield from self._text(element)
            yield from_symbols(element.tail or "", None)


def _rows_of(table: Element) -> Iterator[Element]:
    """The rows of a table, also those in groups and headers, but not those of the tables in it."""
    for element in table:
        if local(element) == "table-row":
            yield element
        elif local(element) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows_of(element)


def _is_left_out(style: Element) -> bool:
    """Whether a style strikes its text out, or hides it."""
    properties = child(style, "text-properties")
    struck = attribute(properties, "text-line-through-style") or attribute(
        properties, "text-line-through-type"
    )
    return struck not in (None, "none") or attribute(properties, "display") == "none"


def _is_above(style: Element) -> bool:
    """Whether a style sets its text above the line."""
    position = (attribute(child(style, "text-properties"), "text-position") or "").split()
    return bool(position) and (
        position[0] == "super" or (position[0][0] != "-" and position[0] not in ("sub", "0%"))
    )


def _legacy_box(field: Element) -> str:
    """The box of a form that was made in Word."""
    if not (attribute(field, "type") or "").endswith("FORMCHECKBOX"):
        return ""
    values = {attribute(each, "name"): attribute(each, "value") for each in field.iter("{*}param")}
    return TICKED if values.get("Checkbox_Checked") == "true" else UNTICKED
