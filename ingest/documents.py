"""Documents: the values that flow from a file to a quote, with character offsets."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]
"""Start and end of a slice of a reading text, in characters."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation prints. A field that nobody gave is None."""

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    date: str | None = None  # ISO 8601
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document's reading text: `document.text[start:end] == text`, always."""

    document_id: str
    start: int  # character offset into the reading text
    end: int
    text: str
    page: int | None  # of its first character, counted from 1
    sentences: tuple[Span, ...]  # offsets into the reading text, inside start and end


@dataclass(frozen=True, slots=True)
class Document:
    """A source as people read it: its reading text, and what a citation prints."""

    id: str  # path relative to the corpus, with forward slashes
    sha256: str  # of the file's bytes, hexadecimal
    language: str  # ISO 639-1
    citation: Citation
    text: str  # the reading text
    page_starts: tuple[int, ...]  # offset of each page's first character; empty without pages

    @property
    def title(self) -> str:
        """The title, or the file's path where the source has none."""
        return self.citation.title or self.id

    def passage(self, start: int, end: int, sentences: Iterable[Span]) -> Passage:
        """The passage from `start` to `end`, with the sentences inside it."""
        page = self.page_at(start)
        return Passage(self.id, start, end, self.text[start:end], page, tuple(sentences))

    def page_at(self, offset: int) -> int | None:
        """The page, counted from 1, that holds the character at `offset`; None without pages."""
        return bisect_right(self.page_starts, offset) or None
