"""Content: what a reader finds in a file, before it becomes a reading text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters
    "\u00ad\u200b\u2060\ufeff"  # soft hyphens and spaces without width
    "\u202a-\u202e\u2066-\u2069"  # overrides of the reading direction, which show text as it is not
    "\ud800-\udfff\ufffe\uffff]"  # halves of characters, and what is no character
)
"""What a reader does not see, in a text or in a name."""

LONGEST_TEXT = 20_000_000
"""Characters of the longest reading text: some ten thousand pages."""

LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: a printed one, or a paragraph, heading, list item or table row whole."""

    text: str
    page: int = 0  # counted from 0
    gap: int = 1  # how much more than the usual space stands before it
    indented: bool = False  # further than the lines around it, as a paragraph's first may be
    width: int = 0  # characters that would fill it; 0 where the file marks what belongs together
    level: int = 0  # of a heading, 1 the highest; 0 for other text
    size: float = 0.0  # of its type, in points; 0 where the file does not tell


@dataclass(frozen=True, slots=True)
class Content:
    """The lines of a file in reading order, and what the file says of itself."""

    lines: list[Line]
    paged: bool = False
    citation: Citation = field(default_factory=Citation)
    language: str | None = None  # ISO 639-1


def check_length(characters: int) -> None:
    """Raise UnreadableDocument for a text that is too long."""
    if characters > LONGEST_TEXT:
        raise UnreadableDocument(f"it holds more than {LONGEST_TEXT:,} characters of text; split it")


def clean(text: str) -> str:
    """The text with composed accents, line feeds for line ends, and nothing invisible."""
    if text.isprintable():  # most lines are: there is nothing invisible, and no line end
        return unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", INVISIBLE.sub("", LINE_END.sub("\n", text)))


def one_line(text: str) -> str:
    """The text, clean, with single spaces for all white space."""
    return " ".join(clean(text).split())


def block(text: str, level: int = 0, page: int = 0, tight: bool = False) -> Iterator[Line]:
    """The lines of what a file marks as one paragraph, heading, list item or table row.

    `tight` sets it on the line after the block before it, as the items of a list are.
    """
    gap = 0 if tight else 1
    for raw in [text] if level else clean(text).split("\n"):
        if line := one_line(raw):
            yield Line(line, page, gap, level=level)
            gap = 0
