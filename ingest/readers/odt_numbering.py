"""OpenDocument numbering: the numbers and letters before headings and list items."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.etree import _Element as Element

from rodedraad.ingest.readers.numbering import AROUND, BOXES, BULLET, LAST_START, LEVELS, Counter, printed
from rodedraad.ingest.readers.symbol_fonts import from_symbols
from rodedraad.ingest.xml_elements import attribute, local, whole_number

_PLACE = re.compile(r"%(\d{1,2})%")


@dataclass(frozen=True)
class Level:
    """A level of a list style: how its items are numbered."""

    style: str  # of numbering.printed; empty for no number
    text: str  # around the numbers, such as "%1%.%2%."
    start: int
    bullet: str = ""  # what is printed in place of a number


def list_levels(style: Element, of_headings: bool = False) -> dict[int, Level]:
    """The levels of a list style, from 0; a number in a list without a suffix gets a full stop."""
    levels: dict[int, Level] = {}
    for element in style:
        level = whole_number(attribute(element, "level"), 1, LEVELS, otherwise=0) - 1
        if level < 0:
            continue
        start = whole_number(attribute(element, "start-value"), 0, LAST_START, otherwise=1)
        number = attribute(element, "num-format") or ""
        if local(element) in ("list-level-style-number", "outline-level-style"):
            text = attribute(element, "num-list-format") or _text_around(element, level, of_headings)
            levels[level] = Level(number, text[:AROUND], start)
        else:
            bullet = from_symbols(attribute(element, "bullet-char") or "", None)
            levels[level] = Level("", "", start, f"{bullet} " if bullet and bullet in BOXES else BULLET)
    return levels


def _text_around(element: Element, level: int, of_headings: bool) -> str:
    prefix, suffix = attribute(element, "num-prefix"), attribute(element, "num-suffix")
    shown = whole_number(attribute(element, "display-levels"), 1, LEVELS, otherwise=1)
    if prefix is None and suffix is None and shown == 1 and not of_headings:
        suffix = "."
    numbers = ".".join(f"%{number + 1}%" for number in range(max(level - shown + 1, 0), level + 1))
    return f"{prefix or ''}{numbers}{suffix or ''}"


class ListCounter:
    """A list, or the headings of a document: its style, and the number that each level has reached."""

    def __init__(self, levels: dict[int, Level], style: str | None = None) -> None:
        self.levels = levels
        self.style = style  # the name of the list style
        self._counter = Counter()

    def mark(self, level: int, start: int | None = None) -> str:
        """Count an item, and give what is printed before its text; its number is `start` if given."""
        own = self.levels.get(level)
        if own is None:
            return BULLET if not self.levels else ""
        if own.bullet:
            return own.bullet
        self._counter.count(level, own.start if start is None else start, restart=start is not None)
        if not own.style:
            return ""
        text = _PLACE.sub(lambda place: self._number(int(place[1]) - 1), own.text).strip()
        return f"{text} " if text else ""

    def _number(self, level: int) -> str:
        found = self.levels.get(level)
        if found is None or not found.style:
            return ""
        return printed(self._counter.number(level, found.start), found.style)


class Lists:
    """The lists of a text, each by itself or going on with the numbers of another."""

    def __init__(self, styles: Iterable[Element]) -> None:
        self._styles = {attribute(style, "name"): list_levels(style) for style in styles}
        self._by_id: dict[str, ListCounter] = {}
        self._last: dict[str | None, ListCounter] = {}  # by style

    def begin(self, element: Element, style: str | None) -> ListCounter:
        """The counter of an outermost list."""
        goes_on_with = attribute(element, "continue-list")
        found = self._by_id.get(goes_on_with) if goes_on_with else None
        if found is None and attribute(element, "continue-numbering") == "true":
            found = self._last.get(style)
        if found is None:
            found = ListCounter(self._styles.get(style, {}), style)
        if id := attribute(element, "id"):
            self._by_id[id] = found
        self._last[style] = found
        return found
