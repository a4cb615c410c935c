"""Running heads: finds the running heads, running feet and page numbers of printed pages."""

import re
from collections.abc import Container, Sequence
from dataclasses import replace

from rodedraad.ingest.lines import Line

_NUMBER = re.compile(r"\d{1,5}")
_ROMAN = re.compile(r"(?i)\W*(x{0,3}(?:ix|iv|v?i{0,3}))\W*")
_PAGE_NUMBER = re.compile(
    r"(?i)(\W|\d|_|\b(page|pagina|página|seite|p|pag|pág|blz|bladzijde|van|of|de|sur|von|[ivxlc]+)\b)*"
)
_NOTE = re.compile(r"\W?\d{1,3}\W{0,2}\s.*\w[.!?]$")

MOST_HEAD_LINES = 3
"""The most lines at the top or bottom of a page that may be running heads."""

NEIGHBOURS = 2
"""A running head recurs within this many pages before or after: left and right pages may differ."""

LONGEST_HEAD = 120
"""The most characters of a running head."""


def without_running_heads(lines: Sequence[Line]) -> list[Line]:
    """The lines without running heads; the first of those that nothing else repeats stays, aside."""
    heads = running_heads(lines)
    return [replace(line, aside=place in heads) for place, line in enumerate(lines) if heads.get(place, True)]


def running_heads(
    lines: Sequence[Line], elsewhere: str = "", edges: Sequence[int] = (0, -1), close: Container[int] = ()
) -> dict[int, bool]:
    """The indexes of the lines at the top or bottom of a page that recur there on a nearby page.

    Each with whether it must be kept: a name or address that is nowhere else, neither in the other
    lines nor in the text `elsewhere`, is lost otherwise. Numbers in running heads may increase with the
    page, but not in the lines `close` to the text, by their indexes. The type size, where known, must be
    the same: a title is kept even if the following pages have it as their running head. `edges`: 0 for the
    top of each page, -1 for its bottom.
    """
    pages: dict[int, list[int]] = {}
    for place, line in enumerate(lines):
        pages.setdefault(line.page, []).append(place)
    if len(pages) < 2:
        return {}
    heads: set[int] = set()
    for edge in edges:
        for _ in range(MOST_HEAD_LINES):
            texts = {
                number: _comparable(lines[page[edge]], counting=page[edge] not in close)
                for number, page in pages.items()
                if page
            }
            repeated = [n for n in texts if any(texts[n] & texts.get(n + d, set()) for d in _DISTANCES)]
            heads |= {pages[number].pop(edge) for number in repeated}
    others = "\n".join(line.text for place, line in enumerate(lines) if place not in heads)
    known = f"{elsewhere}\n{others}".casefold()
    said: set[str] = set()
    kept = {}
    for place in sorted(heads):
        text = lines[place].text.casefold()
        name = _NUMBER.sub("", text)
        kept[place] = not (_PAGE_NUMBER.fullmatch(text) or text in known or name in said)
        said.add(name)
    return kept


_DISTANCES = [d for d in range(-NEIGHBOURS, NEIGHBOURS + 1) if d]


def _comparable(line: Line, counting: bool) -> set[tuple[str, int]]:
    """The line's text, and its text with numbers relative to the page number; each with its type size.

    A note has a number too, but ends as a sentence does.
    """
    if len(line.text) > LONGEST_HEAD:
        return set()
    text = line.text.casefold()
    if not counting or _NOTE.match(text):
        return {(text, round(line.size))}
    if (roman := _ROMAN.fullmatch(text)) and roman[1]:
        text = text.replace(roman[1], str(_value(roman[1])))
    counted = _NUMBER.sub(lambda number: f"#{int(number[0]) - line.page}#", text)
    return {(text, round(line.size)), (counted, round(line.size))}


def _value(roman: str) -> int:
    """The number that a Roman numeral below forty stands for."""
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in roman]
    return sum(
        -value if value < after else value for value, after in zip(values, (*values[1:], 0), strict=True)
    )
