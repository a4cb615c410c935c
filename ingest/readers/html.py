"""HTML: its tree, and the lines of a tree; for web pages, chapters of e-books, and converted Markdown."""

import re
from collections.abc import Collection, Iterator, Mapping

from lxml import etree
from lxml import html as lxml_html

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Line, block, clean
from rodedraad.ingest.readers.form_fields import field_value
from rodedraad.ingest.readers.hidden_elements import hidden_elements
from rodedraad.ingest.readers.list_marks import ListMarks, MarkForm, forms_of_marks
from rodedraad.ingest.readers.raised import raised
from rodedraad.ingest.xml_elements import whole_number

UNSEEN = frozenset(
    "script style head template noscript iframe object audio video canvas nav select textarea datalist "
    "del s strike annotation annotation-xml".split()
)
"""The elements whose text a page does not show as its own, or shows as struck out."""

HEADINGS = {f"h{level}": level for level in range(1, 7)}
"""The elements that are headings, and the level of each."""

_BLOCKS = frozenset(
    "p div section article main h1 h2 h3 h4 h5 h6 ul ol li menu dl dt dd table thead tbody tfoot caption "
    "blockquote pre figure figcaption address hr body header footer aside form details summary fieldset "
    "legend noframes dialog center".split()
)
_FIELDS = frozenset(("input", "select", "textarea"))
_LISTS = frozenset(("ul", "ol", "menu"))
_XHTML = re.compile(r"\A\s*<\?xml|xmlns=[\"']http://www\.w3\.org/1999/xhtml")
_SELF_CLOSED = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)([A-Za-z][\w:-]*)([^<>]*)/>",
    re.I,
)
_FOLDING = re.compile("accordion|collaps|toggle|faq", re.I)
_WIDE_SPACE = re.compile(r"[^\S\u00a0]+")
_BESIDE = frozenset("span strong b em i a time label small".split())
_WORD_END, _WORD_BEGIN = re.compile(r"[^\W\d_A-Z]{2}\Z"), re.compile(r"[A-ZÀ-Þ\d]")

LONGEST_CELL = 600
"""Characters of a table cell from which its paragraphs are kept apart: a passage holds no more."""

MOST_COLUMNS = 200
"""The columns of a table whose cells may reach into other rows or columns."""

MOST_REPEATED = 1_000_000
"""Characters of cells over several rows that are repeated in one document."""


def parse_html(text: str) -> etree._Element | None:
    """The root of an HTML document, corrected as browsers do; None if it is empty."""
    if _XHTML.search(text[:2000]):
        text = _SELF_CLOSED.sub(r"<\1\2></\1>", text)
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = clean(text).encode()
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except etree.ParserError:
        return None
    except (etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise UnreadableDocument("its HTML cannot be read") from error


def html_lines(root: etree._Element, without: Collection[etree._Element] = ()) -> list[Line]:
    """The lines of an HTML tree in reading order, without hidden and struck-out text.

    A table row becomes one line, a cell over several rows is in each of them; a list item begins with
    its bullet or number. `without`: elements to leave out.
    """
    return list(_Walk(hidden_elements(root).union(without), forms_of_marks(root)).lines(root))


def is_laid_out(row: etree._Element) -> bool:
    """Whether the cells of a table row are parts of the page, and not data: they hold more than a text."""
    for cell in row:
        if next(cell.iter("table", "pre"), None) is not None:
            return True
        if next(cell.iter("p", "div", "ul", "ol", "blockquote", "br", *HEADINGS), None) is None:
            continue
        length = len("".join(cell.itertext()).split())
        heading = next(cell.iter(*HEADINGS), None)
        if heading is not None and length > len("".join(heading.itertext()).split()):
            return True
        if len(row) == 1 or sum(map(len, cell.itertext())) > LONGEST_CELL:
            return True
    return False


def _is_cell(element: etree._Element) -> bool:
    return element.tag in ("td", "th") or element.get("role") in (
        "cell",
        "gridcell",
        "columnheader",
        "rowheader",
    )


class _Walk:
    """A walk through an HTML tree, and the text collected since the last block began."""

    def __init__(self, unseen: Collection[etree._Element], forms: Mapping[str, MarkForm]) -> None:
        self._unseen = unseen
        self._forms = forms  # of the marks of lists
        self._text: list[str] = []
        self._lists: list[ListMarks] = []
        self._spans: list[dict[int, tuple[int, str]]] = []  # of each open table: see _cells
        self._repeated = 0
        self._mark = ""  # bullet or number of the list item that begins
        self._tight = False  # whether no empty line comes before the next block

    def lines(self, root: etree._Element) -> Iterator[Line]:
        yield from self._inside(root) if _is_cell(root) else self._element(root)
        yield from self._flush()

    def _element(self, element: etree._Element) -> Iterator[Line]:
        name = element.tag if isinstance(element.tag, str) else ""
        if name in _FIELDS and element not in self._unseen:
            self._text.append(f" {field_value(element)} ")
        if not name or name in UNSEEN or element in self._unseen:
            return
        if name == "br":
            self._text.append("\n")
        elif name == "img":
            self._text.append(element.get("alt") or "")
        elif name == "q":
            self._text.append("“")
            yield from self._inside(element)
            self._text.append("”")
        elif name == "button":
            if _opens(element, self._unseen):
                yield from self._flush()
                yield from self._inside(element)
        elif name == "math":
            self._text.append(_formula(element))
        elif name == "svg":
            self._text.append(
                " ".join("".join(text.itertext()) for text in element.iter("text", "foreignobject"))
            )
        elif name == "sup":
            yield from self._raised(element)
        elif name == "tr" or element.get("role") == "row":
            yield from self._row(element)
        elif name == "pre":
            yield from self._flush()
            self._text.append("".join(self._as_typed(element)))
            yield from self._flush()
        elif name in _BLOCKS:
            yield from self._block(element, name)
        elif "noteref" in (element.get("epub:type") or element.get("role") or ""):
            yield from self._raised(element)
        else:
            yield from self._inside(element)

    def _block(self, element: etree._Element, name: str) -> Iterator[Line]:
        yield from self._flush()
        if name in _LISTS:
            self._lists.append(ListMarks(element, self._forms))
        elif name == "li":
            self._mark = self._lists[-1].next_mark(element) if self._lists else "• "
        elif name in ("table", "thead", "tbody", "tfoot"):
            self._spans.append({})
        yield from self._inside(element)
        yield from self._flush(HEADINGS.get(name, 0), tight=name == "dt")
        if name in _LISTS:
            self._lists.pop()
        elif name in ("table", "thead", "tbody", "tfoot"):
            self._spans.pop()
        if (name in _LISTS and not self._lists) or name in ("table", "dl"):
            self._tight = False

    def _inside(self, element: etree._Element) -> Iterator[Line]:
        text = element.text or ""
        if element.tag in _BESIDE and _stands_apart(element, self._text):
            text = f" {text}"
        self._text.append(_WIDE_SPACE.sub(" ", text))
        for inner in element:
            yield from self._element(inner)
            self._text.append(_WIDE_SPACE.sub(" ", inner.tail or ""))

    def _as_typed(self, element: etree._Element) -> Iterator[str]:
        yield element.text or ""
        for inner in element:
            if inner.tag == "br":
                yield "\n"
            elif inner.tag not in UNSEEN and inner.tag != "button" and inner not in self._unseen:
                yield from self._as_typed(inner)
            yield inner.tail or ""

    def _raised(self, element: etree._Element) -> Iterator[Line]:
        """A raised text: digits after a digit stay apart from it, as in 10⁶."""
        before = next((text for text in reversed(self._text) if text), "")
        text = "".join(element.itertext()).strip()
        if (shown := raised(before, text)) != text:
            self._text.append(shown)
        else:
            yield from self._inside(element)

    def _row(self, row: etree._Element) -> Iterator[Line]:
        yield from self._flush()
        if is_laid_out(row):
            for cell in row:
                if _is_cell(cell) and cell not in self._unseen:
                    yield from self._inside(cell)
                    yield from self._flush()
        else:
            self._text.append(" | ".join(filter(None, self._cells(row))))
            yield from self._flush(tight=True)

    def _cells(self, row: etree._Element) -> list[str]:
        """The texts of the cells of a row, among them those of rows above that reach into it.

        The open table has for each column the number of rows that such a cell still reaches, and its text.
        """
        spans = self._spans[-1] if self._spans else {}
        texts: list[str] = []
        own = False

        def reaching() -> None:
            while len(texts) in spans:
                rows, text = spans.pop(len(texts))
                if rows > 1:
                    spans[len(texts)] = rows - 1, text
                self._repeated += len(text)
                texts.append(text if self._repeated < MOST_REPEATED else "")

        for cell in row:
            if not _is_cell(cell):
                continue
            reaching()
            text = "" if cell in self._unseen else self._cell(cell)
            own = own or bool(text)
            rows = whole_number(cell.get("rowspan"), 1, 65_534, otherwise=1)
            columns = whole_number(cell.get("colspan"), 1, 1000, otherwise=1)
            for column in range(max(1, min(columns, MOST_COLUMNS - len(texts)))):
                if rows > 1 and len(texts) < MOST_COLUMNS:
                    spans[len(texts)] = rows - 1, "" if column else text
                texts.append("" if column else text)
        reaching()
        return texts if own else []

    def _cell(self, cell: etree._Element) -> str:
        return " ".join(line.text for line in _Walk(self._unseen, self._forms).lines(cell))

    def _flush(self, level: int = 0, tight: bool = False) -> Iterator[Line]:
        text = "".join(self._text)
        self._text.clear()
        if text.strip():
            yield from block(self._mark + text, level, tight=self._tight)
            self._tight = tight or bool(self._mark)
            self._mark = ""


def _stands_apart(element: etree._Element, texts: list[str]) -> bool:
    """Whether a style sets an element apart from the one before it: their words would become one else."""
    before = element.getprevious()
    return (
        before is not None
        and before.tag in _BESIDE
        and not before.tail
        and _WORD_BEGIN.match(element.text or "") is not None
        and _WORD_END.search(next((text for text in reversed(texts) if text), "")) is not None
        and next(element.iterancestors("code"), None) is None
    )


def _opens(button: etree._Element, unseen: Collection[etree._Element]) -> bool:
    """Whether a button is the heading of a part that it opens, and not a command."""
    heading = next(button.iterancestors("dt", "summary", *HEADINGS), None)
    if heading is not None:
        return "".join(heading.itertext()).split() == "".join(button.itertext()).split()
    part = button.getnext()
    folds = button.get("aria-expanded") is not None or _FOLDING.search(button.get("class") or "")
    return bool(folds) and part is not None and part.tag in ("div", "section") and part not in unseen


def _formula(math: etree._Element) -> str:
    """A formula in a line: powers as ^, fractions as /."""
    name, parts = math.tag, [_formula(part) for part in math if part.tag not in UNSEEN]
    if name in ("mfrac", "msup", "msub") and len(parts) == 2:
        first, second = (part if len(part) == 1 or part.isalnum() else f"({part})" for part in parts)
        if name == "msup" and second.isdecimal():
            return first + raised("0", second)
        return f"{first}{ {'mfrac': '/', 'msup': '^', 'msub': '_'}[name] }{second}"
    if name == "msqrt":
        return f"√({''.join(parts)})"
    return (math.text or "").strip() + "".join(parts)
