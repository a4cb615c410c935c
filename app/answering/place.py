"""Place: a stretch of a document that the page points to."""

from dataclasses import dataclass

from rodedraad.ingest.documents import Document

LONGEST_OPENING = 100
"""Characters of a passage that is only near: a line."""


def opening(text: str) -> str:
    """How a passage begins that answers nothing: a line of it."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_OPENING else f"{line[:LONGEST_OPENING].rsplit(' ', 1)[0]} …"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a document that the page points to, numbered from 1 among its like."""

    number: int
    document: Document
    start: int  # characters of the reading text
    end: int

    @property
    def text(self) -> str:
        """The stretch, to the letter."""
        return self.document.text[self.start : self.end]

    @property
    def page(self) -> int | None:
        """The page that it begins on, from 1; None without pages."""
        return self.document.page_at(self.start)

    @property
    def page_label(self) -> str | None:
        """What is printed for that page, such as iv."""
        return self.document.page_label_at(self.start)
