"""Scope: the documents that a question is asked of, chosen by name, folder, language and date."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fnmatch import translate

from rodedraad.index.store.manifest import Entry
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import LANGUAGES

MOST_NAMES = 200
"""Documents, folders and patterns that can be named at once."""

LONGEST_SCOPE_NAME = 3_000  # characters

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)", re.ASCII)


class NothingInScope(RodeDraadError):
    """No document is in the scope."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents are searched: those that every field which is given admits.

    A document is admitted by its id, by a folder that it is in, or by a pattern: `*` stands for any
    characters, `?` for one. Of the documents without a date none is admitted where one is asked for.
    Raises RodeDraadError for a language that is not known, a date that is none, or too many names.
    """

    documents: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()  # ISO 639-1, of most of a document's text
    date_from: str = ""  # a year, a month or a day: 2015, 2015-06 or 2015-06-01
    date_to: str = ""  # likewise; what it names is still admitted

    def __post_init__(self) -> None:
        """Check what is given."""
        if len(self.documents) > MOST_NAMES:
            raise RodeDraadError(f"At most {MOST_NAMES} documents or folders can be named at once.")
        if any(len(name) > LONGEST_SCOPE_NAME for name in self.documents):
            raise RodeDraadError(f"The name of a document has at most {LONGEST_SCOPE_NAME:,} characters.")
        for language in self.languages:
            if language not in LANGUAGES:
                raise RodeDraadError(f"The language of a document is one of {', '.join(LANGUAGES)}.")
        for day in filter(None, (self.date_from, self.date_to)):
            if not _is_date(day):
                raise RodeDraadError("A date must be like 2015, 2015-06 or 2015-06-01.")

    def __bool__(self) -> bool:
        """Whether anything is asked of a document."""
        return self != Scope()

    def numbers(self, entries: Sequence[Entry]) -> list[int]:
        """The numbers of the documents in the scope; raises NothingInScope if there are none.

        It is raised too for a name that is no document's, so that a slip of the pen is noticed.
        """
        numbers = {_composed(entry.path): number for number, entry in enumerate(entries)}
        named: set[int] = set()
        for name in self.documents:
            found = _named(_composed(name.removeprefix("./")), numbers)
            if not found:
                raise NothingInScope(f"There is no document or folder {name!r} in the index.")
            named |= found
        chosen = [
            number
            for number, entry in enumerate(entries)
            if (number in named or not self.documents)
            and (entry.language in self.languages or not self.languages)
            and self._admits_date(entry.date)
        ]
        if not chosen:
            raise NothingInScope(f"No document matches what was chosen: {self}.")
        return chosen

    def _admits_date(self, given: str | None) -> bool:
        if not (self.date_from or self.date_to):
            return True
        known = period(given)
        if known is None:
            return False
        first, last = period(self.date_from), period(self.date_to)
        return not (first and known[1] < first[0]) and not (last and known[0] > last[1])

    def __str__(self) -> str:
        """What is asked of a document, in English."""
        dates = (
            f"from {self.date_from}" if self.date_from else "",
            f"to {self.date_to}" if self.date_to else "",
        )
        return "; ".join(filter(None, (", ".join(self.documents), ", ".join(self.languages), *dates)))


EVERYTHING = Scope()
"""All documents."""


def period(given: str | None) -> tuple[str, str] | None:
    """The first and last day, YYYY-MM-DD, of a date in ISO 8601; None where it is not."""
    found = _DATE.match(given or "")
    if not found:
        return None
    year, month, day = found.groups()
    return f"{year}-{month or '01'}-{day or '01'}", f"{year}-{month or '12'}-{day or '31'}"


def _is_date(text: str) -> bool:
    if found := _DATE.fullmatch(text):
        with suppress(ValueError):
            return bool(date.fromisoformat("-".join(part or "01" for part in found.groups())))
    return False


def _named(name: str, numbers: Mapping[str, int]) -> set[int]:
    """The numbers of the document of that path; or else of those in that folder, or of that pattern."""
    if name in numbers:
        return {numbers[name]}
    folder = name.rstrip("/") + "/"
    found = {number for path, number in numbers.items() if path.startswith(folder)}
    if not found and re.search("[*?]", name):
        has_pattern = re.compile(translate(name.replace("[", "[[]"))).match
        found = {number for path, number in numbers.items() if has_pattern(path)}
    return found


def _composed(path: str) -> str:
    """The path in Unicode form NFC; macOS and others may write the same name in form NFD."""
    return unicodedata.normalize("NFC", path)
