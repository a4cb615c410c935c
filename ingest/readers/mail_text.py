"""Mail text: the head and the text of a message, as mail programs write them, in lines."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from itertools import groupby

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.lines import Line, block, check_length, clean
from rodedraad.ingest.readers.html import html_lines, parse_html

SHOWN = ("From", "To", "Cc", "Date")
"""The fields of a message that are part of its text, besides the subject."""

MOST_MISSING = 1 / 10
"""The largest share of the words of an HTML text that the plain text beside it may lack."""

LEAST_COLUMN, MOST_COLUMN = 50, 80
"""Characters of the longest row of a text that was wrapped; RFC 5322 recommends 78 at most."""

MANY_FULL = 3
"""Rows without room for the next word from which a text counts as wrapped."""

_QUOTED = re.compile(r"(?:> ?)*")
_ITEM = re.compile(r"\d{1,2}[.)]\s")
_WORD = re.compile(r"\w+")
_NAME = re.compile(r'\s*["\']?(.*?)["\']?\s*<[^<>]*>\s*')


def head(fields: Mapping[str, str], titled: bool) -> Iterator[Line]:
    """The subject as a heading, if the lines begin with a title; and a line for each field of `SHOWN`."""
    if titled:
        yield from block(fields["Subject"], level=1)
    shown = [f"{name}: {fields[name]}" for name in SHOWN if fields[name]]
    yield from block("\n".join(shown))


def cited(fields: Mapping[str, str]) -> Citation:
    """How a message is cited: by its subject, its sender's name or else address, and its date."""
    named = _NAME.fullmatch(fields["From"])
    author = (named and named[1]) or fields["From"]
    try:
        date = parsedate_to_datetime(fields["Date"]).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        date = None
    return Citation(fields["Subject"] or None, author or None, date=date)


def plain_lines(text: str, flowed: bool = False, joined: bool = False) -> list[Line]:
    """The lines of a plain text; a line that is quoted from another message begins with its marks.

    `flowed` and `joined` are the parameters format=flowed and delsp=yes of RFC 3676.
    """
    check_length(len(text))
    rows = map(_unquoted, clean(text).split("\n"))
    lines: list[Line] = []
    for depth, group in groupby(rows, key=lambda row: row[0]):
        marks, texts = f"{'>' * depth} " if depth else "", [row for _, row in group]
        tight = False
        for paragraph in _unflowed(texts, joined) if flowed else _unwrapped(texts):
            lines += block(marks + paragraph, tight=tight) if paragraph.strip() else ()
            tight = bool(paragraph.strip())
    return lines


def _unquoted(row: str) -> tuple[int, str]:
    """How often a row was quoted, and the row without its marks."""
    found = _QUOTED.match(row)
    marks = found[0] if found else ""
    return marks.count(">"), row[len(marks) :]


def _unflowed(rows: Iterable[str], joined: bool) -> Iterator[str]:
    """The paragraphs of a flowed text: a row that ends with a space goes on in the next."""
    paragraph = ""
    for row in (row.removeprefix(" ") for row in rows):
        goes_on = row.endswith(" ") and row != "-- "
        paragraph += row[:-1] if goes_on and joined else row
        if not goes_on:
            yield paragraph
            paragraph = ""
    yield paragraph


def _unwrapped(rows: Sequence[str]) -> Iterator[str]:
    """The paragraphs of a text that a mail program may have wrapped at a column.

    A row goes on in the next if the next word would not have fitted: certainly if that begins with a small
    letter, and if the rows look wrapped, unless it begins with a mark as items of a list do.
    """
    rows = [row.rstrip() for row in rows]
    column = max((len(row) for row in rows if " " in row), default=0)
    full = [
        bool(row) and len(row) + 1 + len(after.split(" ", 1)[0]) > column
        for row, after in zip(rows, [*rows[1:], ""], strict=True)
    ]
    is_wrapped = LEAST_COLUMN <= column <= MOST_COLUMN
    many = sum(full) >= MANY_FULL
    paragraph = ""
    for row, is_full, after in zip(rows, full, [*rows[1:], ""], strict=True):
        paragraph += row
        goes_on = after[:1].islower() or (many and after[:1].isalnum() and not _ITEM.match(after))
        if is_wrapped and is_full and goes_on:
            paragraph += " "
            continue
        yield paragraph
        paragraph = ""


def html_text(text: str) -> list[Line]:
    """The lines of an HTML text, all of it."""
    check_length(len(text))
    root = parse_html(text)
    return [] if root is None else html_lines(root)


def richer(plain: list[Line], html: list[Line]) -> list[Line]:
    """The plain text of a message, or the same text in HTML if the plain one lacks words or rows of it."""
    if not plain or not html:
        return plain or html
    words = _words(html)
    missing = len(words - _words(plain))
    has_rows = sum(" | " in line.text for line in html) > 1
    return html if has_rows or missing > MOST_MISSING * len(words) else plain


def _words(lines: list[Line]) -> set[str]:
    return {word for line in lines for word in _WORD.findall(line.text.casefold())}
