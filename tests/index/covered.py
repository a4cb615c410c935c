"""Covered: the coverage of a question, as it is defined."""

from collections.abc import Sequence, Set

from rodedraad.index.words.matching import QuestionWord


def coverage(question: Sequence[QuestionWord], words: Set[str]) -> float:
    """The share of the question that `words` cover, from 0 to 1."""
    total = sum(word.rarity for word in question)
    return sum(word.rarity * word.match_in(words) for word in question) / total if total else 0.0
