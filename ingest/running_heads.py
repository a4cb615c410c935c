"""Furniture: the running heads, running feet and page numbers of printed pages."""

import re
from collections.abc import Sequence

from rodedraad.ingest.lines import Line

_NUMBER = re.compile(r"\d{1,5}")

DEEPEST = 3
"""How many lines of a page's top or bottom may be furniture."""

NEIGHBOURS = 2
"""Furniture stands again on one of this many pages before or after: left and right may differ."""

LONGEST = 120
"""Characters that furniture has at most."""


def without_running_heads(lines: Sequence[Line]) -> list[Line]:
    """The lines without those at the edge of their page that a page nearby has in the same place.

    Numbers may count on with the pages. Where the size of type is known it must be the same: a
    title stays, though it is the running head of the pages after it.
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
    """The line as it stands, and with its numbers counted from that of its page."""
    if len(line.text) > LONGEST:
        return set()
    text = line.text.casefold()
    counted = _NUMBER.sub(lambda number: f"#{int(number[0]) - line.page}#", text)
    return {(text, round(line.size)), (counted, round(line.size))}
