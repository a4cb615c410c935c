"""Language: in which of the supported languages a text is written."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rodedraad.ingest.language_model import LanguageModel

LANGUAGES = ("nl", "en", "fr", "es", "de")

LANGUAGE_MODEL = Path(__file__).with_name("languages.safetensors")
"""The part of py3langid's model for `LANGUAGES`, in their order, by `python -m index.training.languages`."""

LONG_ENOUGH = 100
"""Characters from which the language of a paragraph is detected on its own."""

CHARACTERS_USED = 200
"""Characters of a paragraph that are used to detect its language: three times what a sentence needs."""

CERTAIN_FROM = 60.0
"""The difference in log-likelihood from which a text is certainly in one language and not in another.

Measured on the paragraphs and lines of the corpus: foreign names raise a wrong language by at most 47
over the right one; a sentence of 62 characters favours its own language by 80 or more.
"""

_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")


@cache
def _model() -> "LanguageModel":
    from rodedraad.ingest.language_model import LanguageModel

    return LanguageModel(LANGUAGE_MODEL)


def detect_language(text: str) -> str:
    """The likeliest of `LANGUAGES`, as an ISO 639-1 code."""
    return next(iter(_ranked(text)))


def language_of(text: str, declared: str | None) -> str:
    """The language of a document: the declared one, unless the text is certainly in another."""
    ranked = _ranked(text)
    best = next(iter(ranked))
    own = (declared or "")[:2].casefold()
    return own if own in ranked and ranked[best] - ranked[own] < CERTAIN_FROM else best


def language_spans(text: str, language: str) -> tuple[tuple[int, str], ...]:
    """The offsets at which the language of a reading text changes, each with the new language.

    `language` is that of the whole; the result is empty if no paragraph is in another. A paragraph
    changes the language if it is long enough and certainly in another.
    """
    spans = [(0, language)]
    for paragraph in _PARAGRAPH.finditer(text):
        if len(paragraph[0]) < LONG_ENOUGH:
            continue
        ranked = _ranked(paragraph[0][:CHARACTERS_USED])
        best = next(iter(ranked))
        if best != spans[-1][1] and ranked[best] - ranked[spans[-1][1]] > CERTAIN_FROM:
            spans.append((paragraph.start(), best))
    return tuple(spans) if len(spans) > 1 else ()


def _ranked(text: str) -> dict[str, float]:
    """The log-likelihood of each of `LANGUAGES` for a text, the likeliest first."""
    scores = dict(zip(LANGUAGES, _model().scores(text[:10_000]), strict=True))
    return dict(sorted(scores.items(), key=lambda item: item[1], reverse=True))
