"""Welcome: what an empty page shows: what the documents are, and questions that they answer."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from rodedraad.answering.conversation import ask
from rodedraad.index.evidence_match import answers, squash
from rodedraad.index.scope import period
from rodedraad.index.search import Searcher
from rodedraad.index.store.manifest import Entry
from rodedraad.ingest.corpus_folder import Example
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import detect_language
from rodedraad.live.live_index import LiveIndex
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

SUGGESTED = 3
"""Examples that are shown at most."""


class Suggestions:
    """The examples that the open index answers as they should be."""

    def __init__(self, index: LiveIndex, examples: Sequence[Example]) -> None:
        """Ask nothing yet: each example is asked once of each generation, when a page opens."""
        self._index, self._examples = index, examples
        self._right: dict[tuple[str, Example], bool] = {}  # by the generation asked

    def questions(self, language: str) -> list[str]:
        """At most SUGGESTED questions, those in a language (ISO 639-1) first."""
        searcher = self._index.searcher()
        ordered = sorted(self._examples, key=lambda one: detect_language(one.question) != language)
        right = (example.question for example in ordered if self._is_right(searcher, example))
        return list(islice(right, SUGGESTED))

    def _is_right(self, searcher: Searcher, example: Example) -> bool:
        key = (searcher.generation.id, example)
        if key not in self._right:
            self._right[key] = is_right(searcher, example)
        return self._right[key]


def is_right(searcher: Searcher, example: Example) -> bool:
    """Whether the first quote that an example gets is the one meant; any, where none is given."""
    try:
        given = ask(searcher, example.question)
    except RodeDraadError:
        return False
    quoted = [squash(quote.text) for quote in given.quotes[:1]]
    return any(answers(quote, squash(example.quote)) for quote in quoted) if example.quote else bool(quoted)


def about_html(entries: Sequence[Entry], language: str) -> str:
    """How many documents there are, in which languages, most used first, and from when to when."""
    spoken = [code for code, _ in Counter(entry.language for entry in entries).most_common()]
    days = [day for entry in entries if (known := period(entry.date)) for day in known]
    dates = _range(min(days), max(days)) if days else ""
    languages = ", ".join(phrase(f"language_{code}", language) for code in spoken)
    return render("page/about.html", count=len(entries), languages=languages, dates=dates, language=language)


def _range(first: str, last: str) -> str:
    """From one day to another, in years if these differ, or as a year where it is all of one."""
    if first[:4] != last[:4]:
        return f"{first[:4]}–{last[:4]}"
    if (first[4:], last[4:]) == ("-01-01", "-12-31"):
        return first[:4]
    return first if first == last else f"{first} – {last}"
