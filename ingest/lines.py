"""Lines: what a reader extracts from a file, before it becomes a reading text."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import Reason, UnreadableDocument

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters
    "\u00ad\u200b\u2060\ufeff"  # soft hyphens and spaces without width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # of the reading direction, which disguise a text
    "\ud800-\udfff\ufffe\uffff]"  # surrogates and noncharacters
)
"""Characters that are invisible in a text or a file name."""

_LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆĲĳ", "ff fi fl ffi ffl st st IJ ij".split(), strict=True))
_LIGATURE = re.compile(f"[{''.join(_LIGATURES)}]")

LONGEST_TEXT = 20_000_000
"""Characters of the longest reading text: some ten thousand pages."""

HEADING_LEVELS = 9
"""Levels of the headings under a title that a file can mark."""

LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

UNSHOWN = re.compile(f"{LINE_END.pattern}|{INVISIBLE.pattern}")
"""Characters, other than tabs and line feeds, that may steer the terminal which shows them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: a printed line, or a whole paragraph, heading, list item or table row."""

    text: str
    page: int = 0  # counted from 0
    gap: int = 1  # empty lines before it, beyond the usual line spacing
    indented: bool = False  # more than the lines around it, as the first line of a paragraph may be
    width: int = 0  # characters of a full line; 0 if the file itself marks paragraphs
    level: int = 0  # of a heading, from 1, the outermost; 0 for other text
    size: float = 0.0  # of its type, in points; 0 if unknown
    aside: bool = False  # at the edge of its page, apart from a text that runs on to the next


@dataclass(frozen=True, slots=True)
class Content:
    """The lines of a file in reading order, and its metadata."""

    lines: list[Line]
    paged: bool = False  # whether `Line.page` means printed pages
    citation: Citation = field(default_factory=Citation)
    language: str | None = None  # ISO 639-1
    unread: tuple[Reason, ...] = ()  # parts of the file that could not be read
    titled: bool = True  # whether the first heading may be the title of the whole
    page_labels: tuple[str, ...] = ()  # what is printed for each page; empty where they count from 1
    recognised: tuple[int, ...] = ()  # pages, counted from 0, whose text was read from a picture (OCR)
    members: tuple["Member", ...] = ()  # the files inside it, each a document of its own


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file: an attachment, a message of a mailbox, or a file of an archive."""

    name: str  # its path in the file that holds it, with slashes
    suffix: str  # of its kind, in lower case; empty if that is not read
    open: Callable[[], bytes | Content]  # its bytes, or what is read of it where it is not kept in one piece
    shown: bool = False  # a picture that the text shows in place, which may hold no text of its own


def check_length(characters: int) -> None:
    """Raise UnreadableDocument for a text longer than LONGEST_TEXT."""
    if characters > LONGEST_TEXT:
        raise UnreadableDocument(
            "it holds more than {most} characters of text; split it", most=f"{LONGEST_TEXT:,}"
        )


def clean(text: str) -> str:
    """The text in form NFC, with line feeds as line ends, without invisible characters and ligatures."""
    if not text.isprintable():  # few lines
        text = INVISIBLE.sub("", LINE_END.sub("\n", text))
    if text.isascii():
        return text
    return _LIGATURE.sub(lambda found: _LIGATURES[found[0]], unicodedata.normalize("NFC", text))


def one_line(text: str) -> str:
    """The cleaned text, with single spaces for all white space."""
    return " ".join(clean(text).split())


def written_out(text: str) -> str:
    """The text with each character of UNSHOWN written out, such as \\x1b."""
    return UNSHOWN.sub(lambda found: ascii(found[0])[1:-1], text)


def block(text: str, level: int = 0, page: int = 0, tight: bool = False) -> Iterator[Line]:
    """The lines of what a file marks as one paragraph, heading, list item or table row.

    `tight`: no empty line before it, as between the items of a list.
    """
    gap = 0 if tight else 1
    for raw in [text] if level else clean(text).split("\n"):
        if line := one_line(raw):
            yield Line(line, page, gap, level=level)
            gap = 0
