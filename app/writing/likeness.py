"""Likeness: whether two words mean the same, by their stems, the tables of glosses and their vectors."""

from functools import cache, lru_cache

from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.words.analysis import analysis
from rodedraad.index.words.gloss_tables import gloss_table
from rodedraad.ingest.language import LANGUAGES

SAME_MEANING_COSINE, SAME_NAME_COSINE = 0.5, 0.7
"""The least cosine of the vectors of two words that mean the same: in one language, in two, of names.

Of 60 pairs such as buy and sell, metre and kilometre or Leuven and Gent, none that differs has .5 but
hermano and hermana (.65), which are alike in form; of pairs that mean the same, most nouns have .5 or more.
"""

CONTRARY = 0.32
"""The cosine below which two words that both have a gloss mean different things."""

_SHARED = 4  # letters with which two words begin, or the whole of one, for their likeness to be of form alone


def fold(word: str) -> str:
    """A word in lower case, without accents."""
    words = analysis(bundled_static()).words(word)
    return words[0] if len(words) == 1 else word.lower()


@lru_cache(50_000)
def stem(folded: str, language: str) -> str:
    """The stem of a folded word."""
    return analysis(bundled_static()).stem(folded, language)


@cache
def known(language: str) -> frozenset[str]:
    """The words of a language that have a gloss, so that they are no names."""
    return frozenset(word for reader in LANGUAGES for word in gloss_table(language, reader))


def same_word(one: str, language: str, other: str, of_other: str) -> bool:
    """Whether two words in lower case mean the same; each with its language (ISO 639-1)."""
    first, second = fold(one), fold(other)
    if first == second:
        return True
    if language == of_other:
        return stem(first, language) == stem(second, language) or (
            not _alike_in_form(first, second) and _cosine(first, second) >= SAME_MEANING_COSINE
        )
    return _likeness(one, language, other, of_other) >= SAME_MEANING_COSINE


def may_be_same(one: str, language: str, other: str, of_other: str) -> bool:
    """Whether two words in two languages may mean the same, as the tables do not know both."""
    known_both = one in gloss_table(language, of_other) and other in gloss_table(of_other, language)
    return not known_both or _likeness(one, language, other, of_other) >= CONTRARY


@lru_cache(50_000)
def _likeness(one: str, language: str, other: str, of_other: str) -> float:
    """The cosine of two words, or the best of their glosses in one language; 1 if these have one stem."""
    best = _cosine(fold(one), fold(other))
    others = _renderings(other, of_other)
    for common, forms in _renderings(one, language).items():
        for this in forms:
            for that in others.get(common, ()):
                if stem(this, common) == stem(that, common):
                    return 1.0
                if not _alike_in_form(this, that):
                    best = max(best, _cosine(this, that))
    return best


@lru_cache(50_000)
def _renderings(word: str, language: str) -> dict[str, list[str]]:
    """A word and the parts of a compound, with their glosses, by language; folded."""
    own = analysis(bundled_static()).with_parts([word], language)
    found = {language: [fold(part) for part in own]}
    for reader in LANGUAGES:
        told = (gloss_table(language, reader).get(part) for part in own)
        found.setdefault(reader, []).extend(fold(gloss[0]) for gloss in told if gloss)
    return found


def same_name(one: str, other: str, across: bool) -> bool:
    """Whether two names are one, or one in two languages."""
    first, second = fold(one), fold(other)
    least = SAME_NAME_COSINE if _alike_in_form(first, second) else SAME_MEANING_COSINE
    return first == second or (across and _cosine(first, second) >= least)


def _alike_in_form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one[:_SHARED] == other[:_SHARED] or short in long or one[-_SHARED:] == other[-_SHARED:]


@lru_cache(50_000)
def _cosine(one: str, other: str) -> float:
    vectors = bundled_static().questions([one, other])
    return float(vectors[0] @ vectors[1])
