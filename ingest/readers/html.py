"""HTML: web pages; also the chapters of e-books, and Markdown converted to HTML."""

import codecs
import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Content, Line, block, clean, one_line
from rodedraad.ingest.readers.text import decode
from rodedraad.ingest.xml_elements import whole_number

_CHARSET = re.compile(
    rb"""<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*["']?\s*([\w-]{2,30})""", re.I
)
_UNSEEN = frozenset(
    "script style head template noscript svg math iframe object audio video canvas nav select button "
    "textarea datalist".split()
)
_AROUND = frozenset("header footer aside form dialog menu".split())
_BLOCKS = frozenset(
    "p div section article main h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot tr td th "
    "caption blockquote pre figure figcaption address hr body header footer aside form details summary "
    "fieldset".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MARK = re.compile(r"(?:•|\d+\.) ")
_WIDE_SPACE = re.compile(r"[^\S\u00a0]+")


def read_html(data: bytes) -> Content:
    """A web page: its main text, without navigation and other page furniture."""
    import trafilatura

    root = parse_html(_decode(data))
    if root is None:
        return Content([])
    metadata = trafilatura.extract_metadata(root, extensive=False)
    citation = Citation(
        title=_line(metadata.title),
        author=_line(metadata.author),
        publisher=_line(metadata.sitename),
        date=_line(metadata.date),
    )
    lines = html_lines(root, without=_AROUND) or html_lines(root)
    articles = list(root.iter("article"))
    if len(articles) == 1:
        article = html_lines(articles[0], without=_AROUND)
        if _length(article) > _length(lines) / 2:
            return Content(article, citation=citation, language=root.get("lang"))
    main = trafilatura.bare_extraction(
        root, output_format="xml", fast=True, favor_recall=True, include_comments=False
    )
    if isinstance(main, trafilatura.settings.Document):
        lines = _main(lines, main.body)
    return Content(lines, citation=citation, language=root.get("lang"))


def _length(lines: list[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _main(lines: list[Line], found: etree._Element) -> list[Line]:
    """The lines from the first to the last that trafilatura found, with the headings above them.

    `found` is the tree of its result. That lacks headings, lists and tables of the main text, but
    its beginning and end show which lines are outside the main text.
    """
    for line_break in found.iter("lb"):
        line_break.tail = "\n" + (line_break.tail or "")
    texts = {
        one_line(text)
        for element in found.iter("p", "head", "item", "cell", "quote", "code")
        for text in "".join(element.itertext()).split("\n")
    }
    places = [place for place, line in enumerate(lines) if _MARK.sub("", line.text) in texts]
    if not places:
        return lines
    first, end = places[0], places[-1] + 1
    title = max((place for place in range(first) if lines[place].level == 1), default=first)
    while first > title and (lines[first - 1].level or title < first):
        first -= 1
    while end < len(lines) and lines[end].gap == 0:
        end += 1
    return lines[first:end]


def _line(value: str | None) -> str | None:
    return one_line(value or "") or None


def _decode(data: bytes) -> str:
    if declared := _CHARSET.search(data[:2048]):
        name = declared[1].decode("ascii").casefold()
        try:
            codec = codecs.lookup({"iso-8859-1": "cp1252", "latin1": "cp1252"}.get(name, name))
            if codec.name.startswith(("cp", "iso8859", "windows", "koi8", "mac")):
                return data.decode(codec.name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def parse_html(text: str) -> etree._Element | None:
    """The root of an HTML document, corrected as browsers do; None if it is empty."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = clean(text).encode()
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except etree.ParserError:
        return None
    except (etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise UnreadableDocument("its HTML cannot be read") from error


def html_lines(root: etree._Element, page: int = 0, without: frozenset[str] = frozenset()) -> list[Line]:
    """The lines of an HTML tree in reading order, without the elements named in `without`.

    A table row becomes one line; a list item begins with its bullet or number.
    """
    return list(_Walk(page, _UNSEEN | without).lines(root))


class _Walk:
    """A walk through an HTML tree, and the text collected since the last block began."""

    def __init__(self, page: int, unseen: frozenset[str]) -> None:
        self._page = page
        self._unseen = unseen
        self._text: list[str] = []
        self._numbers: list[int | None] = []  # the next number of each open list; None for bullets
        self._mark = ""  # bullet or number of the list item that begins
        self._tight = False  # whether no empty line comes before the next block

    def lines(self, root: etree._Element) -> Iterator[Line]:
        yield from self._element(root)
        yield from self._flush()

    def _element(self, element: etree._Element) -> Iterator[Line]:
        name = element.tag if isinstance(element.tag, str) else ""
        if not name or element.get("hidden") is not None or self._is_unseen(element):
            return
        if name == "br":
            self._text.append("\n")
        elif name == "img":
            self._text.append(element.get("alt") or "")
        elif name == "tr":
            yield from self._flush()
            self._text.append(" | ".join(filter(None, map(self._cell, element))))
            yield from self._flush(tight=True)
        elif name == "pre":
            yield from self._flush()
            self._text.append("".join(element.itertext()))
            yield from self._flush()
        elif name in _BLOCKS:
            yield from self._flush()
            if name in ("ul", "ol"):
                self._numbers.append(_first_number(element) if name == "ol" else None)
            elif name == "li":
                self._mark = self._next_mark()
            yield from self._inside(element)
            yield from self._flush(_HEADINGS.get(name, 0))
            if name in ("ul", "ol"):
                self._numbers.pop()
            if name in ("ul", "ol", "table"):
                self._tight = False
        else:
            yield from self._inside(element)

    def _is_unseen(self, element: etree._Element) -> bool:
        if element.tag == "header" and next(element.iterancestors("article", "main"), None) is not None:
            return False  # it has the title of the article, not of the site
        return element.tag in self._unseen or element.get("role") == "navigation"

    def _inside(self, element: etree._Element) -> Iterator[Line]:
        self._text.append(_WIDE_SPACE.sub(" ", element.text or ""))
        for inner in element:
            yield from self._element(inner)
            self._text.append(_WIDE_SPACE.sub(" ", inner.tail or ""))

    def _flush(self, level: int = 0, tight: bool = False) -> Iterator[Line]:
        text = "".join(self._text)
        self._text.clear()
        if text.strip():
            yield from block(self._mark + text, level, self._page, self._tight)
            self._tight = tight or bool(self._mark)
            self._mark = ""

    def _next_mark(self) -> str:
        """The mark of a list item: its number in an ordered list, else a bullet."""
        number = self._numbers[-1] if self._numbers else None
        if number is None:
            return "• "
        self._numbers[-1] = number + 1
        return f"{number}. "

    def _cell(self, cell: etree._Element) -> str:
        return " ".join(line.text for line in _Walk(self._page, self._unseen).lines(cell))


def _first_number(ordered: etree._Element) -> int:
    return whole_number(ordered.get("start"), 0, 99_999, otherwise=1)
