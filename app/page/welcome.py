"""Welcome: what an empty page shows: what the documents are, and questions that they answer."""

from collections import Counter
from collections.abc import Sequence

from rodedraad.index.scope import period
from rodedraad.index.store.manifest import Entry
from rodedraad.ingest.language import detect_language
from rodedraad.live.answered_examples import kept_examples
from rodedraad.live.live_index import LiveIndex
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

SUGGESTED = 3
"""Examples that are shown at most."""


def suggested(index: LiveIndex, language: str) -> list[str]:
    """At most SUGGESTED examples that the open index answers, those in a language (ISO 639-1) first."""
    kept = kept_examples(index.home, index.searcher().generation.id)
    right = [example.question for example, is_answered in kept.items() if is_answered]
    return sorted(right, key=lambda question: detect_language(question) != language)[:SUGGESTED]


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
