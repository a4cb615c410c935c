"""Word numbering: the numbers and letters that Word prints before headings and list items."""

from dataclasses import dataclass

from lxml.etree import _Element as Element

from rodedraad.ingest.readers.numbering import AROUND, BOXES, BULLET, LAST_START, LEVELS, Counter, printed
from rodedraad.ingest.readers.symbol_fonts import from_symbols
from rodedraad.ingest.xml_elements import attribute, child, local, whole_number

_STYLES = {
    "decimalZero": "01",
    "lowerLetter": "a",
    "upperLetter": "A",
    "lowerRoman": "i",
    "upperRoman": "I",
}


@dataclass(frozen=True)
class _Level:
    """A level of a list: how its items are numbered."""

    style: str  # of numbering.printed; "bullet"; or "none"
    text: str  # around the numbers, such as "%1.%2"
    start: int
    after: int | None  # the level, from 1, whose items let it begin again; 0 for none, None for all above
    legal: bool  # whether the numbers of all levels are in digits
    of_style: str | None  # the paragraph style that gets this level


class Numbering:
    """The lists of a Word file, and the number that each has reached."""

    def __init__(self, numbering: Element, styles: dict[str | None, Element]) -> None:
        """Read the lists of numbering.xml; `styles` are those of styles.xml, by their id."""
        self._kinds = {attribute(n, "abstractNumId"): n for n in numbering if local(n) == "abstractNum"}
        self._lists = {attribute(n, "numId"): n for n in numbering if local(n) == "num"}
        self._styles = styles
        self._levels: dict[tuple[str, int], _Level | None] = {}
        self._counters: dict[str | None, Counter] = {}
        self._begun: set[tuple[str, int]] = set()  # lists and levels with an item

    def level_of(self, list: str, style: str | None) -> int | None:
        """The level of a list that is for paragraphs of a style; None if there is none."""
        for level in range(LEVELS - 1):
            found = self._level(list, level)
            if style and found and found.of_style == style:
                return level
        return None

    def mark(self, list: str, level: int) -> str:
        """Count an item, and give what is printed before its text; empty for no mark."""
        own = self._level(list, level)
        if own is None:
            return BULLET if list in self._lists else ""
        if own.style == "bullet":
            return f"{own.text} " if own.text and own.text in BOXES else BULLET
        counter = self._counters.setdefault(self._kind_of(list), Counter())
        override = self._override(list, level)
        restart = override is not None and (list, level) not in self._begun
        self._begun.add((list, level))
        counter.count(level, own.start if override is None else override, restart, self._kept(list, level))
        text = own.text
        for number in range(LEVELS - 1):
            if f"%{number + 1}" in text:
                text = text.replace(f"%{number + 1}", self._number(list, number, counter, own.legal))
        return f"{text.strip()} " if any(map(str.isalnum, text)) else ""

    def _number(self, list: str, level: int, counter: Counter, legal: bool) -> str:
        found = self._level(list, level)
        if found is None or found.style in ("none", "bullet"):
            return ""
        return printed(counter.number(level, found.start), "1" if legal else found.style)

    def _kept(self, list: str, level: int) -> tuple[int, ...]:
        """The levels under this one that an item of it does not begin again."""
        below = ((each, self._level(list, each)) for each in range(level + 1, LEVELS - 1))
        return tuple(n for n, each in below if each and each.after is not None and level + 1 > each.after)

    def _kind_of(self, list: str) -> str | None:
        """The id of the abstract list: lists of the same one go on with each other's numbers."""
        id = attribute(child(self._lists.get(list), "abstractNumId"), "val")
        link = attribute(child(self._kinds.get(id), "numStyleLink"), "val")
        if link:
            named = attribute(child(self._styles.get(link), "pPr", "numPr", "numId"), "val")
            other = attribute(child(self._lists.get(named), "abstractNumId"), "val")
            if other in self._kinds:
                return other
        return id

    def _override(self, list: str, level: int) -> int | None:
        found = child(self._overriding(list, level), "startOverride")
        return None if found is None else whole_number(attribute(found, "val"), 0, LAST_START, otherwise=1)

    def _overriding(self, list: str, level: int) -> Element | None:
        return _with_level(self._lists.get(list), "lvlOverride", level)

    def _level(self, list: str, level: int) -> _Level | None:
        key = (list, level)
        if key not in self._levels:
            found = child(self._overriding(list, level), "lvl")
            if found is None:
                found = _with_level(self._kinds.get(self._kind_of(list)), "lvl", level)
            self._levels[key] = None if found is None else _read_level(found, level)
        return self._levels[key]


def _with_level(parent: Element | None, name: str, level: int) -> Element | None:
    each = () if parent is None else parent.iterchildren("{*}" + name)
    return next((found for found in each if attribute(found, "ilvl") == str(level)), None)


def _read_level(element: Element, level: int) -> _Level:
    formats = [attribute(found, "val") for found in element.iter("{*}numFmt")]  # the last: of mc:Fallback
    style = formats[-1] if formats else "decimal"
    text = attribute(child(element, "lvlText"), "val")
    if style == "bullet":
        text = from_symbols(text or "", attribute(child(element, "rPr", "rFonts"), "ascii")).strip()
    elif text is None:
        text = f"%{level + 1}."
    restart = attribute(child(element, "lvlRestart"), "val")
    legal = child(element, "isLgl")
    return _Level(
        style=style if style in ("bullet", "none") else _STYLES.get(style or "", "1"),
        text=text[:AROUND],
        start=whole_number(attribute(child(element, "start"), "val"), 0, LAST_START, otherwise=1),
        after=None if restart is None else whole_number(restart, 0, LEVELS, otherwise=0),
        legal=legal is not None and attribute(legal, "val") not in ("0", "false"),
        of_style=attribute(child(element, "pStyle"), "val"),
    )
