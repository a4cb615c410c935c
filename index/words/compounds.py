"""Compounds: splits Dutch and German compounds into their parts."""

from collections.abc import Callable
from functools import lru_cache

LINKS = ("", "s", "e", "en", "n")
"""Linking letters between two parts: bedrijf-s-leider, paard-e-bloem, boer-en-gemeenschap."""


class CompoundSplitter:
    """Splits a word into the fewest parts that are all words, the first as long as possible.

    The fewest, so that ontwikkelings-samenwerking is not split into ontwikkelings-s-amen-werking.
    `shortest` is the least length of a part, in characters.
    """

    def __init__(self, is_word: Callable[[str], bool], shortest: int = 4) -> None:
        self._is_word = is_word
        self._shortest = shortest
        self.parts = lru_cache(100_000)(self._parts)

    def _parts(self, word: str) -> tuple[str, ...]:
        """The parts of a lower-case word without linking letters; empty if it is not a compound."""
        best: tuple[str, ...] = ()
        for cut in range(len(word) - self._shortest, self._shortest - 1, -1):
            tail = word[cut:]
            rest = (tail,) if self._is_word(tail) else self.parts(tail)
            if rest and (not best or len(rest) + 1 < len(best)) and (first := self._head(word[:cut])):
                best = (first, *rest)
        return best

    def _head(self, head: str) -> str:
        for link in LINKS:
            stem = head.removesuffix(link)
            if head.endswith(link) and len(stem) >= self._shortest and self._is_word(stem):
                return stem
        return ""
