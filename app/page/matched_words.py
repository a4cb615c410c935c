"""Matched words: which words of a question matched another word in its quotes."""

import re
import unicodedata

from rodedraad.answering.answer import Answer

MATCHED_WORDS = 4
"""The most words of the question that are shown with the word they matched."""

LONG_ENOUGH = 4
"""Letters of a word whose match is shown: shorter ones are mostly articles and question words."""


def matched_words(answer: Answer) -> list[tuple[str, str]]:
    """Words of the question that matched another word in the quotes, as pairs of both words."""
    asked = _by_fold(answer.understood_as)
    printed = _by_fold(" ".join(quote.text for quote in answer.quotes))
    pairs: dict[str, str] = {}
    for word, match in (pair for quote in answer.quotes for pair in quote.hit.words.items()):
        found = printed.get(match) or next((printed[folded] for folded in printed if match in folded), None)
        if found and len(word) >= LONG_ENOUGH and word in asked and word not in printed:
            pairs.setdefault(asked[word], found)
    return list(pairs.items())[:MATCHED_WORDS]


def _by_fold(text: str) -> dict[str, str]:
    """The words of a text as printed, by their form without capitals and accents."""
    return {_folded(word): word for word in reversed(re.findall(r"\w+", text))}


def _folded(word: str) -> str:
    """Lower case, accents folded."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
