"""Compound glosses: what the parts of a Dutch compound mean, where the table splits it in one way."""

from collections.abc import Mapping
from functools import cache

from rodedraad.index.words.compounds import LINKS
from rodedraad.index.words.function_words import is_function_word
from rodedraad.index.words.gloss_tables import gloss_table

COMPOUND_LANGUAGE = "nl"

RIGHT_PARTS = 95
"""How many of 100 such glosses helped when judged by hand."""

LEAST_OF_PART = 97
"""The least probability of the gloss of a part, in percent; with 85, 86 of 100 helped."""

SHORTEST_COMPOUND_PART, LONGEST_COMPOUND = 4, 60
"""Letters of a part at least, and of a compound at most."""

_FIRST = frozenset(
    "achter binnen boven buiten door grond hoofd mede onder over samen tegen terug tussen voor weer".split()
)
_LAST = frozenset(
    "aard achtig baan baar blad gewijs goed heid lijk ling loos matig middelen punt rijk schap stuk uitslag "
    "vormig waardig wijs zaam".split()
)
"""Words that mean something else as the first, or as the last, part of a compound; and suffixes."""


def compound_gloss(word: str, reader: str) -> str | None:
    """The parts of a word in lower case with their glosses; None unless there is one way to split it."""
    parts = _parts(reader)
    splits = []
    for cut in (
        range(SHORTEST_COMPOUND_PART, len(word) - SHORTEST_COMPOUND_PART + 1)
        if len(word) <= LONGEST_COMPOUND
        else ()
    ):
        last = word[cut:]
        if last in parts:
            heads = (word[:cut].removesuffix(link) for link in LINKS if word[:cut].endswith(link))
            first = next((head for head in heads if head in parts), None)
            splits += [(first, last)] if first else []
    if len(splits) != 1 or splits[0][0] in _FIRST or splits[0][1] in _LAST:
        return None
    if min(parts[part][1] for part in splits[0]) < LEAST_OF_PART:
        return None
    return " + ".join(f"{part}: {parts[part][0]}" for part in splits[0])


@cache
def _parts(reader: str) -> Mapping[str, tuple[str, int]]:
    """Words that can be part of a compound, with their glosses and these glosses' probabilities.

    The table has no words that are the same in both languages; their plural shows them: "sectoren", sectors.
    """
    table = {
        word: gloss
        for word, gloss in gloss_table(COMPOUND_LANGUAGE, reader).items()
        if len(word) >= SHORTEST_COMPOUND_PART and not is_function_word(word, COMPOUND_LANGUAGE)
    }
    singulars = {word.removesuffix(end): word for word in table for end in ("en", "s") if word.endswith(end)}
    same = {
        word: (word, 100)
        for word, plural in singulars.items()
        if table[plural][0] == f"{word}s" and len(word) >= SHORTEST_COMPOUND_PART
    }
    return same | table
