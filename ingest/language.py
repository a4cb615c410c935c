"""Language: which of the languages we speak a text is written in."""

import re
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = ("nl", "en", "fr", "es", "de")

LONG_ENOUGH = 100
"""Characters from which a paragraph can be in another language than the one before it."""

ENOUGH = 200
"""Characters of a paragraph that tell its language: three times what a sentence needs."""

SURE = 60.0
"""Log-likelihood by which a text must be likelier in one language to be surely not in another.

Measured on the paragraphs of the corpus and their lines: those with foreign names fall by at most
47 for a language that they are not in; a sentence of 62 characters gains 80 or more for its own.
"""

_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_loading = Lock()


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def detect_language(text: str) -> str:
    """The likeliest of `LANGUAGES`, as an ISO 639-1 code."""
    return next(iter(_ranked(text)))


def language_of(text: str, said: str | None) -> str:
    """The language of a document: as it says itself, unless its text is surely in another."""
    ranked = _ranked(text)
    best = next(iter(ranked))
    own = (said or "")[:2].casefold()
    return own if own in ranked and ranked[best] - ranked[own] < SURE else best


def language_spans(text: str, language: str) -> tuple[tuple[int, str], ...]:
    """From which offset a reading text is in which language; empty where all of it is in `language`.

    A paragraph changes the language where it is long enough and surely in another.
    """
    spans = [(0, language)]
    for paragraph in _PARAGRAPH.finditer(text):
        if len(paragraph[0]) < LONG_ENOUGH:
            continue
        ranked = _ranked(paragraph[0][:ENOUGH])
        best = next(iter(ranked))
        if best != spans[-1][1] and ranked[best] - ranked[spans[-1][1]] > SURE:
            spans.append((paragraph.start(), best))
    return tuple(spans) if len(spans) > 1 else ()


def _ranked(text: str) -> dict[str, float]:
    """The log-likelihood of the text in each of `LANGUAGES`, the likeliest first."""
    with _loading:
        identifier = _identifier()
    return {str(language): float(score) for language, score in identifier.rank(text[:10_000])}


def load_in_background() -> None:
    """Start to load what `detect_language` needs, which takes half a second."""
    Thread(target=detect_language, args=("",), daemon=True).start()
