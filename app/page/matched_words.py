"""Matched words: which words of a question matched another word in its quotes."""

import re

from rodedraad.answering.answer import Answer
from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.words.function_words import is_function_word
from rodedraad.page.accent_folding import folded

MATCHED_WORDS = 4
"""The most words of the question that are shown with the word they matched."""

LEAST_SHOWN_COSINE = 0.4
"""The least cosine of two words' vectors that are shown as a match.

Chosen on half of the pairs that were judged by hand; docs/how-it-works.md gives the precision on the others.
"""

SHORTEST_PART = 4
"""Letters of a part of a compound that is shown as a match."""


def matched_words(answer: Answer) -> list[tuple[str, str]]:
    """Words of the question that matched another word in the quotes, as pairs of both words.

    Only those that a person would take for one meaning: no function words, and no part of a name.
    """
    asked = _by_fold(answer.understood_as)
    pairs: dict[str, str] = {}
    quoted = set(_by_fold(" ".join(quote.text for quote in answer.quotes)))
    for quote in answer.quotes:
        printed, language = _by_fold(quote.text), quote.document.language
        for word, match in quote.hit.words.items():
            found = printed.get(match) or _compound(match, printed)
            if (
                found
                and word in asked
                and word not in quoted
                and not is_function_word(asked[word], answer.language)
                and not is_function_word(found, language)
                and _cosine(word, match) >= LEAST_SHOWN_COSINE
            ):
                pairs.setdefault(asked[word], found)
    return list(pairs.items())[:MATCHED_WORDS]


def _compound(part: str, printed: dict[str, str]) -> str | None:
    """A compound that begins or ends with a word; never a name, such as Fairmined."""
    if len(part) < SHORTEST_PART:
        return None
    compounds = (word for fold, word in printed.items() if fold.startswith(part) or fold.endswith(part))
    return next((word for word in compounds if word.islower()), None)


def _cosine(word: str, match: str) -> float:
    vectors = bundled_static().questions([word, match])
    return float(vectors[0] @ vectors[1])


def _by_fold(text: str) -> dict[str, str]:
    """The words of a text as printed, by their form without capitals and accents."""
    return {folded(word): word for word in reversed(re.findall(r"\w+", text))}
