"""Likeness: whether two words mean the same, by their stems, the tables of glosses and their vectors."""

from functools import cache, lru_cache
from typing import Final

from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.words.analysis import analysis
from rodedraad.index.words.glosses import glosses
from rodedraad.ingest.language import LANGUAGES

WITHIN, ACROSS, OF_NAMES = 0.6, 0.5, 0.7
"""The least cosine of the vectors of two words that mean the same: in one language, in two, and of names in two.

Of 60 pairs such as buy and sell, metre and kilometre or Leuven and Gent, none that differs has .5 but
hermano and hermana (.65), which share their beginning; of pairs that mean the same, most have .5 or more.
"""

_SHARED = 4  # letters with which two words begin, or the whole of one, for their likeness to be of form alone


def fold(word: str) -> str:
    """A word in lower case, without accents."""
    words = analysis(bundled_static())._words.analyze(word)
    return words[0] if len(words) == 1 else word.lower()


@lru_cache(50_000)
def stem(folded: str, language: str) -> str:
    """The stem of a folded word."""
    return analysis(bundled_static()).stem(folded, language)


@cache
def known(language: str) -> frozenset[str]:
    """The words of a language that have a gloss, so that they are no names."""
    return frozenset(word for reader in LANGUAGES for word in glosses(language, reader))


def same_word(one: str, language: str, other: str, of_other: str) -> bool:
    """Whether two words in lower case mean the same; each with its language (ISO 639-1)."""
    first, second = fold(one), fold(other)
    if first == second:
        return True
    if language == of_other:
        return stem(first, language) == stem(second, language) or (
            not _alike_in_form(first, second) and _cosine(first, second) >= WITHIN
        )
    return _glossed(one, language, second, of_other) or _glossed(other, of_other, first, language) or (
        _cosine(first, second) >= ACROSS
    )


def same_name(one: str, other: str, across: bool) -> bool:
    """Whether two names are one, or one in two languages."""
    first, second = fold(one), fold(other)
    return first == second or (across and _cosine(first, second) >= OF_NAMES)


def _glossed(word: str, language: str, folded: str, reader: str) -> bool:
    gloss = glosses(language, reader).get(word)
    return bool(gloss) and stem(fold(gloss[0]), reader) == stem(folded, reader)


def _alike_in_form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one[:_SHARED] == other[:_SHARED] or short in long


@lru_cache(50_000)
def _cosine(one: str, other: str) -> float:
    vectors = bundled_static().questions([one, other])
    return float(vectors[0] @ vectors[1])


