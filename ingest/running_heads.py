"""Running heads: removes the running heads, running feet and page numbers of printed pages."""

import re
from collections.abc import Sequence

from rodedraad.ingest.lines import Line

_NUMBER = re.compile(r"\d{1,5}")

DEEPEST = 3
"""The most lines at the top or bottom of a page that may be running heads."""

NEIGHBOURS = 2
"""A running head recurs within this many pages before or after: left and right pages may differ."""

LONGEST = 120
"""The most characters of a running head."""


def without_running_heads(lines: Sequence[Line]) -> list[Line]:
    """The lines without those at the top or bottom of a page that recur there on a nearby page.

    Numbers in them may increase with the page. The type size, where known, must be the same: a title
    is kept even if the following pages have it as their running head.
    """
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    if len(pages) < 2:
        return list(lines)
    for edge in (0, -1):
        for _ in range(DEEPEST):
            texts = {number: _comparable(page[edge]) for number, page in pages.items() if page}
            repeated = [n for n in texts if any(texts[n] & texts.get(n + d, set()) for d in _DISTANCES)]
            for number in repeated:
                del pages[number][edge]
    return [line for page in pages.values() for line in page]


_DISTANCES = [d for d in range(-NEIGHBOURS, NEIGHBOURS + 1) if d]


def _comparable(line: Line) -> set[tuple[str, int]]:
    """The line's text, and its text with numbers relative to the page number; each with its type size."""
    if len(line.text) > LONGEST:
        return set()
    text = line.text.casefold()
    counted = _NUMBER.sub(lambda number: f"#{int(number[0]) - line.page}#", text)
    return {(text, round(line.size)), (counted, round(line.size))}
