"""Mail text: the head, the text and the attachments of a message, as mail programs write them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import groupby
from urllib.parse import unquote

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.formats import PICTURES, suffix_of
from rodedraad.ingest.lines import Content, Line, Member, block, check_length, clean
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
_PICTURES = (*PICTURES, ".bmp", ".emf", ".emz", ".gif", ".svg", ".webp", ".wmf", ".wmz")
_SHOWN_PART = re.compile(r"\bcid:([^\s\"'<>)]+)", re.I)
_NAME = re.compile(r'\s*["\']?(.*?)["\']?\s*<[^<>]*>\s*')


def message_lines(fields: Mapping[str, str], bodies: Iterable[list[Line]]) -> list[Line]:
    """The subject as a heading, a line for each field of `SHOWN`, and each text, apart from what is above."""
    shown = [f"{name}: {fields[name]}" for name in SHOWN if fields[name]]
    lines = [*block(fields["Subject"], level=1), *block("\n".join(shown))]
    for body in bodies:
        first = lines[-1].page + 1 if lines else 0
        lines += (
            replace(line, page=first + line.page, level=line.level + 1 if line.level else 0) for line in body
        )
    return lines


def cited(fields: Mapping[str, str]) -> Citation:
    """How a message is cited: by its subject, its sender's name or else address, and its date."""
    named = _NAME.fullmatch(fields["From"])
    author = (named and named[1]) or fields["From"]
    try:
        date = parsedate_to_datetime(fields["Date"]).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        date = None
    return Citation(fields["Subject"] or None, author or None, date=date)


def attachment(name: str, media_type: str, open: Callable[[], bytes | Content]) -> Member:
    """A file that is attached to a message; one without a name is called "attachment"."""
    suffix = suffix_of(name, media_type)
    return Member(name or (f"attachment{suffix}" if suffix else media_type), suffix, open)


def shown_in_text(member: Member) -> Iterator[Member]:
    """An attachment that is a picture in the text, if it is of a kind that is read."""
    if member.suffix in PICTURES:
        yield replace(member, shown=True)


def attached_message(name: str, subject: str, suffix: str, open: Callable[[], Content]) -> Member:
    """A message that is attached to one or lies in a mailbox; without a name it is called by its subject."""
    return Member(re.sub(r"[\\/]", "-", name or subject) or "message", suffix, open)


def shown_within(html: str) -> set[str]:
    """The parts of a message that its text in HTML shows, by their Content-ID (RFC 2392)."""
    return {unquote(unescape(id)) for id in _SHOWN_PART.findall(html)}


def is_picture(name: str, media_type: str) -> bool:
    """Whether an attachment is a picture, by its media type or else by its name."""
    return media_type.lower().startswith("image/") or name.lower().endswith(_PICTURES)


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
