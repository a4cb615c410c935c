"""Office: Word, OpenDocument and PowerPoint files, in reading order."""

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from lxml.etree import _Element as Element

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Content, Line, block
from rodedraad.ingest.xml_elements import attribute, child, children, dublin_core, local, whole_number
from rodedraad.ingest.zip_limits import LimitedZip

HEADING_LEVELS = 9  # under the title


def read_docx(data: bytes) -> Content:
    """A Word document; notes follow the paragraph that refers to them."""
    archive = LimitedZip(data)
    citation, language = dublin_core(archive.optional_xml("docProps/core.xml"))
    lines = list(_Word(archive).blocks(children(archive.xml("word/document.xml"), "body")))
    return Content(lines, citation=citation, language=language)


class _Word:
    """The styles, lists and notes of a Word file, and the state of its list counters."""

    def __init__(self, archive: LimitedZip) -> None:
        self._styles = {
            attribute(style, "styleId"): style for style in archive.optional_xml("word/styles.xml")
        }
        numbering = archive.optional_xml("word/numbering.xml")
        kinds = {attribute(n, "abstractNumId"): n for n in numbering if local(n) == "abstractNum"}
        self._lists = {
            attribute(n, "numId"): kinds.get(attribute(child(n, "abstractNumId"), "val"))
            for n in numbering
            if local(n) == "num"
        }
        self._notes = {
            (kind, attribute(note, "id")): note
            for kind in ("footnote", "endnote")
            for note in archive.optional_xml(f"word/{kind}s.xml")
        }
        self._counted: Counter[tuple[str | None, str]] = Counter()
        self._aside: list[Element] = []  # notes and text boxes in the current paragraph
        self._tight = False  # whether the previous block was a list item

    def blocks(self, parent: Iterable[Element]) -> Iterator[Line]:
        for element in parent:
            match local(element):
                case "p":
                    yield from self._paragraph(element)
                    aside, self._aside = self._aside, []
                    for other in aside:
                        yield from self.blocks(other)
                case "tbl":
                    yield from self._table(element)
                case "sdt" | "sdtContent" | "customXml" | "ins" | "smartTag":
                    yield from self.blocks(element)

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        text = "".join(self._text(paragraph))
        if not text.strip():
            return
        level = self._level(paragraph)
        mark = "" if level else self._mark(paragraph)
        yield from block(mark + text, level, tight=bool(mark) and self._tight)
        self._tight = bool(mark)

    def _table(self, table: Element) -> Iterator[Line]:
        tight = False
        for row in table.iter("{*}tr"):
            cells = [" ".join("".join(self._text(cell, " ")).split()) for cell in row.iterchildren("{*}tc")]
            yield from block(" | ".join(filter(None, cells)), tight=tight)
            tight = True
        self._tight = False

    def _text(self, parent: Element, between: str = "") -> Iterator[str]:
        for element in parent:
            match local(element):
                case "t":
                    yield element.text or ""
                case "tab" | "ptab":
                    yield "\t"
                case "br" | "cr":
                    yield "\n"
                case "noBreakHyphen":
                    yield "-"
                case "footnoteReference" | "endnoteReference":
                    note = self._notes.get((local(element)[: -len("Reference")], attribute(element, "id")))
                    if note is not None:
                        self._aside.append(note)
                case "txbxContent":
                    self._aside.append(element)
                case "del" | "moveFrom" | "instrText" | "Fallback" | "pPr" | "rPr" | "tblPr" | "tcPr":
                    pass
                case "p":
                    yield between
                    yield from self._text(element, between)
                case _:
                    yield from self._text(element, between)

    def _properties(self, paragraph: Element) -> Iterator[Element]:
        """The properties of the paragraph, of its style, and of the styles that is based on."""
        own = child(paragraph, "pPr")
        if own is not None:
            yield own
        style = self._styles.get(attribute(child(own, "pStyle"), "val"))
        for _ in range(HEADING_LEVELS):
            if style is None:
                return
            properties = child(style, "pPr")
            yield style if properties is None else properties
            style = self._styles.get(attribute(child(style, "basedOn"), "val"))

    def _level(self, paragraph: Element) -> int:
        """The heading level by style or outline; 1 for the title, 0 for other paragraphs."""
        style = self._styles.get(attribute(child(paragraph, "pPr", "pStyle"), "val"))
        name = (attribute(child(style, "name"), "val") or "").casefold()
        if name == "title":
            return 1
        if name.startswith("heading "):
            return whole_number(name[8:], 1, HEADING_LEVELS, otherwise=HEADING_LEVELS) + 1
        for properties in self._properties(paragraph):
            outline = attribute(child(properties, "outlineLvl"), "val")
            if outline:
                level = whole_number(outline, 0, HEADING_LEVELS - 1, otherwise=-1)
                return level + 2 if level >= 0 else 0
        return 0

    def _mark(self, paragraph: Element) -> str:
        """The mark of a list item: its number or a bullet; empty for other paragraphs."""
        for properties in self._properties(paragraph):
            numbered = child(properties, "numPr")
            id = attribute(child(numbered, "numId"), "val")
            if id is None:
                continue
            depth = attribute(child(numbered, "ilvl"), "val") or "0"
            kind = self._lists.get(id)
            levels = [] if kind is None else kind.iterchildren("{*}lvl")
            level = next((each for each in levels if attribute(each, "ilvl") == depth), None)
            if id == "0" or attribute(child(level, "numFmt"), "val") == "none":
                return ""
            if attribute(child(level, "numFmt"), "val") != "decimal":
                return "• "
            self._counted[id, depth] += 1
            first = whole_number(attribute(child(level, "start"), "val"), 0, 99_999, otherwise=1)
            return f"{self._counted[id, depth] + first - 1}. "
        return ""


def read_odt(data: bytes) -> Content:
    """An OpenDocument text; notes follow the paragraph that refers to them."""
    archive = LimitedZip(data)
    manifest = archive.optional_xml("META-INF/manifest.xml")
    if next(manifest.iter("{*}encryption-data"), None) is not None:
        raise UnreadableDocument("it is protected by a password; save it again without one")
    content = archive.xml("content.xml")
    citation, language = dublin_core(archive.optional_xml("meta.xml"))
    styles = (*content.iter("{*}style"), *archive.optional_xml("styles.xml").iter("{*}style"))
    parents = {attribute(style, "name"): attribute(style, "parent-style-name") for style in styles}
    ordered = {
        attribute(style, "name")
        for part in (content, archive.optional_xml("styles.xml"))
        for style in part.iter("{*}list-style")
        if child(style, "list-level-style-number") is not None
    }
    lines = list(_OpenText(parents, ordered).blocks(children(content, "body", "text")))
    return Content(lines, citation=citation, language=language)


class _OpenText:
    """The styles of an OpenDocument text."""

    def __init__(self, parents: dict[str | None, str | None], ordered: set[str | None]) -> None:
        self._parents = parents  # style → its parent style
        self._ordered = ordered  # list styles whose first level has numbers
        self._aside: list[Element] = []

    def blocks(self, parent: Iterable[Element], mark: str = "", tight: bool = False) -> Iterator[Line]:
        for element in parent:
            match local(element):
                case "h":
                    level = whole_number(attribute(element, "outline-level"), 1, HEADING_LEVELS, otherwise=1)
                    yield from self._paragraph(element, "", level + 1)
                case "p":
                    style = attribute(element, "style-name")
                    is_title = "Title" in (style, self._parents.get(style))
                    yield from self._paragraph(element, mark, int(is_title), tight)
                    mark = ""
                case "list":
                    yield from self._list(element, attribute(element, "style-name"), tight)
                case "table":
                    yield from self._table(element)
                case "section" | "text-box" | "frame" | "index-body" | "numbered-paragraph" | "note-body":
                    yield from self.blocks(element)

    def _paragraph(self, element: Element, mark: str, level: int, tight: bool = False) -> Iterator[Line]:
        text = "".join(self._text(element))
        if text.strip():
            yield from block(mark + text, level, tight=tight)
        aside, self._aside = self._aside, []
        for other in aside:
            yield from self.blocks(other)

    def _list(self, element: Element, style: str | None, tight: bool) -> Iterator[Line]:
        items = [item for item in element if local(item) in ("list-item", "list-header")]
        for number, item in enumerate(items, 1):
            mark = f"{number}. " if style in self._ordered else "• "
            yield from self.blocks(item, mark, tight or number > 1)

    def _table(self, table: Element) -> Iterator[Line]:
        tight = False
        for row in table.iter("{*}table-row"):
            cells = [
                " ".join("".join(self._text(cell, " ")).split()) for cell in row.iterchildren("{*}table-cell")
            ]
            yield from block(" | ".join(filter(None, cells)), tight=tight)
            tight = True

    def _text(self, parent: Element, between: str = "") -> Iterator[str]:
        yield parent.text or ""
        for element in parent:
            match local(element):
                case "s":
                    yield " "
                case "tab":
                    yield "\t"
                case "line-break":
                    yield "\n"
                case "note" if (body := child(element, "note-body")) is not None:
                    self._aside.append(body)
                case "text-box":
                    self._aside.append(element)
                case "annotation" | "tracked-changes" | "title" | "desc" | "ruby-text":
                    pass
                case name:
                    if name in ("p", "h"):
                        yield between
                    yield from self._text(element, between)
            yield element.tail or ""


def read_pptx(data: bytes) -> Content:
    """A PowerPoint file: a slide is a page, its title a heading, and its notes follow it."""
    archive = LimitedZip(data)
    targets = _relations(archive, "ppt/presentation.xml")
    lines: list[Line] = []
    for page, slide in enumerate(children(archive.xml("ppt/presentation.xml"), "sldIdLst")):
        name = targets.get(slide.get(_RELATION_ID) or "", "")
        lines += _shapes(archive.xml(name), page)
        for target in _relations(archive, name).values():
            if target.startswith("ppt/notesSlides/"):
                lines += _shapes(archive.xml(target), page, only="body")
    citation, language = dublin_core(archive.optional_xml("docProps/core.xml"))
    return Content(lines, paged=True, citation=citation, language=language)


_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TITLES = {"ctrTitle": 1, "title": 2}  # heading levels: of the presentation, and of a slide
_NOT_CONTENT = frozenset(["sldNum", "ftr", "dt", "hdr", "sldImg"])


def _relations(archive: LimitedZip, part: str) -> dict[str, str]:
    """The names of the parts that a part refers to, by relationship id."""
    folder, name = posixpath.split(part)
    relations = archive.optional_xml(f"{folder}/_rels/{name}.rels")
    return {
        each.get("Id", ""): posixpath.normpath(
            posixpath.join(folder, unquote(each.get("Target", "")))
        ).lstrip("/")
        for each in relations
        if each.get("TargetMode") != "External"
    }


def _shapes(slide: Element, page: int, only: str = "") -> Iterator[Line]:
    """The text of a slide's shapes, its title first; of one kind alone if `only` names it."""
    shapes = [element for element in slide.iter("{*}sp", "{*}tbl") if not _in_fallback(element)]
    for shape in sorted(shapes, key=lambda shape: not _kind(shape).endswith("itle")):
        kind = _kind(shape)
        if local(shape) == "tbl" and not only:
            yield from _rows(shape, page)
        elif kind not in _NOT_CONTENT and only in ("", kind):
            yield from _shape(shape, kind, page)


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
    tight = False
    for paragraph in paragraphs:
        properties = child(paragraph, "pPr")
        bullet = child(properties, "buChar") is not None or child(properties, "buAutoNum") is not None
        mark = "• " if bullet or (in_list and child(properties, "buNone") is None) else ""
        text = "".join(_drawn_text(paragraph))
        if text.strip():
            yield from block(mark + text, _TITLES.get(kind, 0), page, tight)
            tight = bool(mark)


def _rows(table: Element, page: int) -> Iterator[Line]:
    tight = False
    for row in table.iterchildren("{*}tr"):
        cells = [" ".join("".join(_drawn_text(cell)).split()) for cell in row.iterchildren("{*}tc")]
        yield from block(" | ".join(filter(None, cells)), 0, page, tight)
        tight = True


def _drawn_text(parent: Element) -> Iterator[str]:
    for element in parent.iter("{*}t", "{*}br", "{*}p"):
        yield (element.text or "") if local(element) == "t" else " " if local(element) == "p" else "\n"
