"""PowerPoint: the text of a presentation; a slide is a page, its title a heading."""

from collections.abc import Iterator

from lxml.etree import _Element as Element

from rodedraad.ingest.lines import Content, Line, Member, block
from rodedraad.ingest.readers.drawings import chart_lines, diagram_lines, drawn_text, is_struck
from rodedraad.ingest.readers.numbering import LAST_START, LEVELS, Counter, printed
from rodedraad.ingest.readers.ooxml import Package
from rodedraad.ingest.readers.shown_pictures import shown_pictures
from rodedraad.ingest.readers.tables import Cell, TableRows
from rodedraad.ingest.readers.unread import LEFT_OUT
from rodedraad.ingest.xml_elements import attribute, child, children, local, whole_number

_TITLES = {"ctrTitle": 1, "title": 2}  # heading levels: of the presentation, and of a slide
_NOT_CONTENT = frozenset(["sldNum", "ftr", "dt", "hdr", "sldImg"])
_STYLES = {"arabic": "1", "alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}


def read_pptx(data: bytes) -> Content:
    """A PowerPoint file: each slide with its notes after it."""
    package = Package(data)
    main = package.main_part("ppt/presentation.xml")
    lines: list[Line] = []
    pictures: list[Member] = []
    slides = []
    left_out = False
    for page, reference in enumerate(children(package.xml(main), "sldIdLst")):
        name = package.target(main, reference)
        slides.append(name)
        slide = package.extra(name)
        if slide is not None:
            lines += _shapes(package, name, slide, page)
            left_out = left_out or any(map(is_struck, slide.iter("{*}rPr")))
        pictures += shown_pictures(package, package.related(name, "image"), f"slide {page + 1}/")
        for notes in package.related(name, "notesSlide"):
            root = package.extra(notes)
            if root is not None:
                lines += _shapes(package, notes, root, page, only="body")
    package.check_read(lines)
    citation, language = package.citation()
    unread = (*package.unread(*slides), *([LEFT_OUT] if left_out else []))
    return Content(
        lines, paged=True, citation=citation, language=language, unread=unread, members=tuple(pictures)
    )


def _shapes(package: Package, part: str, slide: Element, page: int, only: str = "") -> Iterator[Line]:
    """The text of a slide's shapes, its title first; of one kind alone if `only` names it."""
    found = slide.iter("{*}sp", "{*}tbl", "{*}chart", "{*}relIds")
    shapes = [element for element in found if not _in_fallback(element)]
    for shape in sorted(shapes, key=lambda shape: not _kind(shape).endswith("itle")):
        kind = _kind(shape)
        name = local(shape)
        if name == "sp":
            if kind not in _NOT_CONTENT and only in ("", kind):
                yield from _shape(shape, kind, page)
        elif only:
            continue
        elif name == "tbl":
            yield from _table(shape, page)
        else:
            of_chart = name == "chart"
            target = package.target(part, shape) if of_chart else package.diagram(part, shape)
            root = package.extra(target) if target else None
            if root is not None:
                yield from chart_lines(root, page) if of_chart else diagram_lines(root, page)


def _in_fallback(element: Element) -> bool:
    return any(local(ancestor) == "Fallback" for ancestor in element.iterancestors())


def _kind(shape: Element) -> str:
    """The type of a placeholder, "list" if it has none; empty for other shapes."""
    placeholder = child(shape, "nvSpPr", "nvPr", "ph")
    if placeholder is None:
        return ""
    return attribute(placeholder, "type") or "list"


def _shape(shape: Element, kind: str, page: int) -> Iterator[Line]:
    paragraphs = list(shape.iterfind("{*}txBody/{*}p"))
    in_list = kind == "list" and len(paragraphs) > 1
    numbers = Counter()
    tight = False
    for paragraph in paragraphs:
        text = drawn_text(paragraph)
        if text.strip():
            mark = _mark(child(paragraph, "pPr"), in_list, numbers)
            yield from block(mark + text, _TITLES.get(kind, 0), page, tight)
            tight = bool(mark)


def _mark(properties: Element | None, in_list: bool, numbers: Counter) -> str:
    """The number or bullet of a paragraph; nothing for others, after which the numbers begin again."""
    level = whole_number(attribute(properties, "lvl"), 0, LEVELS - 1, otherwise=0)
    numbered = child(properties, "buAutoNum")
    if numbered is None:
        numbers.restart(level)
        bullet = child(properties, "buChar") is not None
        return "• " if bullet or (in_list and child(properties, "buNone") is None) else ""
    start = whole_number(attribute(numbered, "startAt"), 1, LAST_START, otherwise=1)
    numbers.count(level, start)
    style = attribute(numbered, "type") or "arabicPeriod"
    number = printed(
        numbers.number(level, start), next((s for n, s in _STYLES.items() if style.startswith(n)), "1")
    )
    match style.removesuffix("Plain"):
        case name if name.endswith("ParenBoth"):
            return f"({number}) "
        case name if name.endswith("ParenR"):
            return f"{number}) "
        case name if name.endswith("Period"):
            return f"{number}. "
    return f"{number} "


def _table(table: Element, page: int) -> Iterator[Line]:
    rows, tight = TableRows(), False
    for row in table.iterchildren("{*}tr"):
        cells = [
            Cell(" ".join(drawn_text(cell).split()), continues=attribute(cell, "vMerge") in ("1", "true"))
            for cell in row.iterchildren("{*}tc")
        ]
        yield from block(rows.line(cells), 0, page, tight)
        tight = True
