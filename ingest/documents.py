"""Documents: a document, its headings and passages, and how it is cited; offsets count characters."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, fields

from rodedraad.ingest.errors import Reason

Span = tuple[int, int]
"""Start and end offset of a slice of a reading text, in characters."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The fields that a citation prints; None where unknown."""

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    date: str | None = None  # ISO 8601
    url: str | None = None

    def completed_by(self, other: "Citation") -> "Citation":
        """This citation, with the missing fields taken from another."""
        return Citation(*(getattr(self, f.name) or getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, `document.text[start:end]`, of the text that follows it."""

    start: int  # character offset into the reading text
    end: int
    above: int | None  # the index of its parent heading in `Document.headings`


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document's reading text: always `document.text[start:end] == text`."""

    document_id: str
    start: int  # character offset into the reading text
    end: int
    text: str
    page: int | None  # of its first character, counted from 1; None without pages
    sentences: tuple[Span, ...]  # offsets into the reading text, from start to end
    language: str  # ISO 639-1
    section: tuple[str, ...]  # the headings above its first character, outermost first

    @property
    def searched(self) -> str:
        """The text that search compares with a question: the nearest heading, and the passage."""
        return "\n".join((*(h for h in self.section[-1:] if not self.text.startswith(h)), self.text))


def holder(id: str, member: tuple[str, ...]) -> str:
    """The id of the file that holds the members at the end of an id, each inside the one before."""
    return id.removesuffix("".join(f"/{name}" for name in member))


Box = tuple[float, float, float, float]
"""Left, top, width and height of an area of a page, in percent of the page."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of a printed page, and the position of a text on it."""

    png: bytes
    width: int  # pixels
    height: int
    boxes: tuple[Box, ...]  # of the text, line by line; empty if it was not found


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the corpus, or a file inside one, its member: its reading text, and how it is cited.

    A container, such as a message or an archive, is read as a folder: what is attached to `mail.eml` is
    the document `mail.eml/report.pdf`. The text of a file that only holds others is empty.
    """

    id: str  # path relative to the corpus, with forward slashes
    sha256: str  # of the bytes of the file on disk, hexadecimal
    language: str  # ISO 639-1, of most of the text; empty without text
    citation: Citation
    text: str  # the reading text
    page_starts: tuple[int, ...]  # offset of each page's first character; empty without pages
    headings: tuple[Heading, ...] = ()  # in order
    languages: tuple[tuple[int, str], ...] = ()  # offset from which each applies; empty for one language
    own: Citation = Citation()  # from the file itself; sources.toml takes precedence
    unread: tuple[Reason, ...] = ()  # parts of the file that could not be read
    page_labels: tuple[str, ...] = ()  # what is printed for each page; empty where they count from 1
    recognised: tuple[int, ...] = ()  # pages, counted from 1, whose text was read from a picture (OCR)
    member: tuple[str, ...] = ()  # its names in the files that it is in, the outermost first

    @property
    def title(self) -> str:
        """The title; where it has none, the id, or the name of a member."""
        return self.citation.title or (self.member or (self.id,))[-1]

    @property
    def file(self) -> str:
        """The id of the file on disk."""
        return holder(self.id, self.member)

    @property
    def container(self) -> str | None:
        """The id of the file that it is directly in; None for a file on disk."""
        return holder(self.id, self.member[-1:]) if self.member else None

    def passage(self, start: int, end: int, sentences: Iterable[Span]) -> Passage:
        """The passage from `start` to `end`, with the spans of its sentences."""
        return Passage(
            document_id=self.id,
            start=start,
            end=end,
            text=self.text[start:end],
            page=self.page_at(start),
            sentences=tuple(sentences),
            language=self.language_at(start),
            section=self.section_at(start),
        )

    def page_at(self, offset: int) -> int | None:
        """The page, counted from 1, that holds the character at `offset`; None without pages."""
        return bisect_right(self.page_starts, offset) or None

    def page_label_at(self, offset: int) -> str | None:
        """What is printed for the page that holds the character at `offset`; None without pages."""
        page = self.page_at(offset)
        if page is None:
            return None
        return self.page_labels[page - 1] if self.page_labels else str(page)

    def is_recognised_at(self, offset: int) -> bool:
        """Whether the character at `offset` was read from a picture, so that it may be another."""
        return self.page_at(offset) in self.recognised

    def language_at(self, offset: int) -> str:
        """The language of the character at `offset`, as ISO 639-1."""
        index = bisect_right(self.languages, offset, key=lambda item: item[0])
        return self.languages[index - 1][1] if index else self.language

    def section_at(self, offset: int) -> tuple[str, ...]:
        """The headings above or around the character at `offset`, outermost first."""
        section: list[str] = []
        number: int | None = bisect_right(self.headings, offset, key=lambda heading: heading.start) - 1
        while number is not None and number >= 0:
            heading = self.headings[number]
            section.append(self.text[heading.start : heading.end])
            number = heading.above
        return tuple(reversed(section))

    def heading_above(self, offset: int) -> str | None:
        """The nearest heading above the text at `offset`; None if that is the document's title."""
        above = [h for h in self.section_at(offset) if not self.text.startswith(h, offset)]
        return above[-1] if above and above[-1] != self.title else None
