"""Printed pages: from the printed lines of each page to the lines of a document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from rodedraad.ingest.errors import Reason
from rodedraad.ingest.lines import Line, one_line
from rodedraad.ingest.readers.pdf_layout import laid_out
from rodedraad.ingest.readers.pdf_print import Printed
from rodedraad.ingest.readers.pdf_rules import Rules
from rodedraad.ingest.readers.pdf_tables import with_tables
from rodedraad.ingest.readers.recognition import Recognised, as_printed
from rodedraad.ingest.running_heads import running_heads

MARGIN = 1 / 8
"""The share of a page's height, at its top and bottom, where running heads and feet are."""

CLOSE, ALIKE = 2.0, 0.1
"""Times its type size: a line in a margin goes on with the text that is no further, and alike in size."""

LATE = (
    "its pictures on these pages took too long to recognise: {pages}; split it, or raise parse_seconds in "
    "settings.toml"
)
NO_TEXT_RECOGNISED = "its pictures on these pages hold no text that was recognised: {pages}"


@dataclass(slots=True)
class Page:
    """What is read of a page."""

    lines: list[Printed]
    height: float  # points
    rules: Rules | None = field(default_factory=Rules)  # None on a page without tables
    unread: str = ""  # why its text is not read; its lines are then no text but running heads


def lines_of(pages: Sequence[Page]) -> list[Line]:
    """The lines of the pages in reading order, without running heads, with the rows of tables."""
    lines: list[Printed] = []
    for page, kept in zip(pages, _without_running_heads(pages), strict=True):
        if not page.unread:
            lines += kept if page.rules is None else with_tables(kept, page.rules)
    return list(laid_out(lines))


def take(page: Page, number: int, found: Recognised | None) -> None:
    """Fill a page with what was recognised in its picture; `number` counts from 0."""
    page.lines = as_printed(found, number, page.height) if found else []
    page.rules = Rules()
    page.unread = "" if page.lines else NO_TEXT_RECOGNISED if found else LATE


def unread_pages(pages: Sequence[Page], labels: Sequence[str]) -> list[Reason]:
    """Why pages are not read, each reason with its pages."""
    reasons = sorted({page.unread for page in pages if page.unread})
    return [
        Reason(
            reason, {"pages": _ranges([n for n, page in enumerate(pages) if page.unread == reason], labels)}
        )
        for reason in reasons
    ]


def _ranges(numbers: Sequence[int], labels: Sequence[str]) -> str:
    """Pages as a person writes them: 2–4, 7."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ", ".join("–".join(labels[n] for n in dict.fromkeys((run[0], run[-1]))) for run in ranges)


def in_margin(line: Printed, height: float) -> bool:
    """Whether a line is where running heads and feet are, on a page of that height."""
    return not MARGIN * height < line.bottom < (1 - MARGIN) * height - line.size


def _without_running_heads(pages: Sequence[Page]) -> list[list[Printed]]:
    """The lines of each page, without those in the margins that pages share."""
    on_page = [sorted(page.lines, key=lambda line: -line.bottom) for page in pages]
    margins: tuple[list[Printed], list[Printed]] = ([], [])  # at the top, at the bottom
    inner: set[str] = set()
    for page, lines in zip(pages, on_page, strict=True):
        for line in lines:
            if in_margin(line, page.height):
                margins[line.bottom < page.height / 2].append(line)
            else:
                inner.add(line.text)
    close = {
        id(line)
        for page, lines in zip(pages, on_page, strict=True)
        for line in _close_to_text(lines, page.height)
    }
    heads: dict[int, bool] = {}
    for edge, outside, others in zip((0, -1), margins, reversed(margins), strict=True):
        outside = [line for line in outside if not (id(line) in close and line.text in inner)]
        found = running_heads(
            [Line(one_line(line.text), line.page, size=line.size) for line in outside],
            "\n".join((*inner, *(line.text for line in others if id(line) not in heads))),
            (edge,),
            {place for place, line in enumerate(outside) if id(line) in close},
        )
        heads |= {id(outside[place]): kept for place, kept in found.items()}
    for line in chain(*margins):
        line.aside = heads.get(id(line), False)
    for number, lines in enumerate(on_page, 1):
        if lines and lines[-1].text == str(number):
            heads[id(lines[-1])] = False  # a page number, even of the only page
    return [[line for line in page.lines if heads.get(id(line), True)] for page in pages]


def _close_to_text(lines: Sequence[Printed], height: float) -> Iterator[Printed]:
    """The lines in the margins that go on with the text of the page, as the rows of a table do.

    `lines` are from top to bottom.
    """
    middle = next((n for n, line in enumerate(lines) if not in_margin(line, height)), len(lines))
    for outwards in (lines[middle::-1], lines[middle:]):
        for before, line in pairwise(outwards):
            if in_margin(line, height):
                if (
                    abs(line.bottom - before.bottom) > CLOSE * line.size
                    or abs(line.size - before.size) > ALIKE * line.size
                ):
                    break
                yield line
