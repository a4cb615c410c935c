"""Page furniture: the parts of a web page around its main text, such as navigation and footers."""

import re
from collections.abc import Iterator

from lxml import etree

from rodedraad.ingest.readers.hidden_elements import hidden_elements
from rodedraad.ingest.readers.html import HEADINGS, UNSEEN, is_laid_out

MOST_OF_PAGE = 0.8
"""The share of a page's text, links aside, that its main part holds at least."""

MOSTLY_LINKS = 0.7
"""The share of its characters in links from which a part of a page is a list of links."""

LEAST_KEPT = 1 / 4
"""The least share of a page's text, links aside, that is kept; of a page that would keep less, all is."""

SMALL_PART = 1 / 3
"""The largest share of a page's text, links aside, in a part that is left out for its name."""

SHORT = 300
"""The most characters of a form or a menu of buttons that is left out; a page keeps no fewer."""

_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_LANDMARKS = frozenset("navigation search menu menubar toolbar dialog alertdialog".split())
_AROUND = {"banner": "header", "contentinfo": "footer", "complementary": "aside"}
_LINKS = frozenset(
    "nav navbar navigation navigatie menu submenu pagination pager paging toc sidebar share "
    "sharing social related sitemap widget widgets catlinks printfooter navbox".split()
)
_PATH = frozenset("breadcrumb breadcrumbs crumb crumbs kruimelpad skip skiplink skiplinks".split())
_FOOT = frozenset("footer foot colofon colophon copyright popup modal".split())
_BANNER = frozenset(
    "cookie cookies consent gdpr cookiebanner cookiebar cookieconsent onetrust cybot cmplz".split()
)
_MARKS = frozenset("editsection linenos lineno".split())
_INLINE = frozenset("a span b i em strong font small".split())
_CONTAINERS = frozenset("div section article main form center table tbody tr td".split())
_TITLED = frozenset("div section article form".split())
_PARTS = frozenset((*_CONTAINERS, "ul", "ol", "header", "dl"))
_FEET = frozenset((*_PARTS, "p", "address"))


def page_furniture(root: etree._Element) -> set[etree._Element]:
    """The elements of a page that are surely not its main text.

    That is what the page itself says to be navigation, a header, a footer or a banner, by element, role
    or name, and the lists of links without a heading outside the part that holds most of the text.
    """
    return _Page(root).furniture()


class _Page:
    """A page, and the amounts of text in its elements."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._body = next(root.iter("body"), root)
        self._all: dict[etree._Element, int] = {}  # characters of each element's text
        self._linked: dict[etree._Element, int] = {}  # those of them that are in links
        self._measure(hidden_elements(root))
        self._core = self._find_core()
        self._core_is_titled = next(self._core.iter("h1"), None) is not None
        self._around_core = {self._core, *self._core.iterancestors()}

    def _measure(self, hidden: set[etree._Element]) -> None:
        for element in reversed(list(self._root.iter())):
            if not isinstance(element.tag, str) or element.tag in UNSEEN or element in hidden:
                self._all[element] = self._linked[element] = 0
                continue
            texts = [element.text, *(child.tail for child in element)]
            count = sum(len(text.strip()) for text in texts if text) + sum(self._all[e] for e in element)
            self._all[element] = count
            in_links = element.tag == "a" and element.get("href") is not None
            self._linked[element] = count if in_links else sum(self._linked[e] for e in element)

    def _prose(self, element: etree._Element) -> int:
        return self._all[element] - self._linked[element]

    def _headings(self, element: etree._Element) -> int:
        return sum(self._all[heading] for heading in element.iter(*HEADINGS))

    def _is_links(self, element: etree._Element) -> bool:
        return self._linked[element] > MOSTLY_LINKS * self._all[element]

    def furniture(self) -> set[etree._Element]:
        found = set(self._in(self._body, self._core is self._body))
        prose = self._prose(self._body) - sum(map(self._prose, found))
        kept = self._all[self._body] - sum(self._all[element] for element in found)
        little = prose < LEAST_KEPT * self._prose(self._body) or (
            kept < min(SHORT, LEAST_KEPT * self._all[self._body])
        )
        return set() if little or not kept else found

    def _find_core(self) -> etree._Element:
        """What the page calls main, else the smallest element with most of the text and the title."""
        mains = [e for e in self._body.iter() if e.tag == "main" or e.get("role") == "main"]
        if mains and self._prose(mains[0]) >= LEAST_KEPT * self._prose(self._body):
            return mains[0]
        core = self._body
        while (inner := self._most_of(core)) is not None:
            core = inner
        titles = [title for title in self._body.iter("h1") if not self._is_links(title)]
        above = [e for e in core.iterancestors() if e.tag in _TITLED]
        for outer in reversed(above) if titles and titles[0] not in set(core.iter("h1")) else ():
            if outer in set(titles[0].iterancestors()):
                core = outer
        return core

    def _most_of(self, outer: etree._Element) -> etree._Element | None:
        """The part of an element that holds most of the page's text, if the others are not of its kind."""
        for part in outer:
            if part.tag in _CONTAINERS and self._prose(part) > MOST_OF_PAGE * self._prose(self._body) > 0:
                kind = part.tag, part.get("class")
                series = (part.tag in ("article", "section") or kind[1] is not None) and any(
                    (e.tag, e.get("class")) == kind
                    and self._prose(e)
                    and not self._is_links(e)
                    and e is not part
                    for e in outer
                )
                if series or (part.tag == "table" and not any(map(is_laid_out, part.iter("tr")))):
                    return None
                return part
        return None

    def _in(self, outer: etree._Element, within: bool) -> Iterator[etree._Element]:
        """The furniture in an element; `within`: it is the main part, or inside it."""
        for part in outer:
            if not self._all.get(part) or (part.tag == "tr" and not is_laid_out(part)):
                continue
            if part in self._around_core:
                yield from self._in(part, part is self._core)
            elif self._is_furniture(part, within):
                yield part
            elif within or (
                part.tag in _PARTS and not self._is_links(part) and not (outer.text or "").strip()
            ):
                yield from self._in(part, within)

    def _is_furniture(self, part: etree._Element, within: bool) -> bool:
        kind, role = _AROUND.get(part.get("role") or "", part.tag), part.get("role")
        words = {
            word.casefold() for word in _WORD.findall(f"{part.get('id') or ''} {part.get('class') or ''}")
        }
        links, small = self._is_links(part), self._prose(part) <= SMALL_PART * self._prose(self._body)
        if words & _MARKS or role in _LANDMARKS or (kind == "dialog" and part.get("open") is None):
            return small or _asks(part)
        if kind == "form" and next(part.iter("table", *HEADINGS, *(["p"] if within else [])), None) is None:
            return small and self._all[part] <= SHORT
        if kind in _AROUND.values():
            alone = links and next(part.iter(*HEADINGS), None) is None
            return small and not self._is_titled(part) and (alone or self._is_apart(part, within))
        if words & _BANNER and (_asks(part) or (small and self._is_apart(part, within))):
            return True
        if words & _PATH:
            return self._all[part] <= SHORT
        if words & _FOOT and small and part.tag in _FEET and self._is_apart(part, within):
            return not self._is_titled(part)
        if words & _LINKS or {"table", "contents"} <= words:
            below = self._all[part] - self._headings(part)
            return small and (
                self._linked[part] > MOSTLY_LINKS * below
                or (not within and self._all[part] <= SHORT and _asks(part))
            )
        if within:
            dead = kind == "a" and (part.get("href") or "").startswith("#")
            return dead and not any(map(str.isalnum, "".join(part.itertext())))
        if not links or next(part.iter("th"), None) is not None:
            return False
        if self._is_titled(part) or 0 < self._headings(part) < self._all[part]:
            return False  # such as "See also"
        if self._all[part] > self._prose(self._body):
            return False  # such as a list of documents
        return part.tag not in _INLINE or part.getparent() in self._around_core

    def _is_apart(self, part: etree._Element, within: bool) -> bool:
        """Whether nothing says that a part belongs to the main text."""
        if within and self._core is not self._body:
            return False
        return next(part.iterancestors("main", "article", "blockquote", "figure"), None) is None

    def _is_titled(self, part: etree._Element) -> bool:
        """Whether a part holds a title, other than the site's name with a link to its first page."""
        lacking = not self._core_is_titled and part.tag != "header"
        return any(lacking or not self._is_links(title) for title in part.iter("h1"))


def _asks(part: etree._Element) -> bool:
    """Whether a part has buttons or fields, as a banner that asks for consent."""
    return next(part.iter("button", "input"), None) is not None
