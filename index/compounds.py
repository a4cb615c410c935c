"""Compounds: Dutch and German words cut into the words they are made of."""

from collections.abc import Set
from functools import lru_cache

LINKS = ("", "s", "e", "en", "n")
"""What may stand between two parts: bedrijf-s-leider, paard-e-bloem, boer-en-gemeenschap."""


class CompoundSplitter:
    """Cuts a word into parts that all stand in a lexicon, the longest first part preferred."""

    def __init__(self, lexicon: Set[str], shortest: int = 4) -> None:
        self._lexicon = lexicon
        self._shortest = shortest
        self.parts = lru_cache(100_000)(self._parts)

    def _parts(self, word: str) -> tuple[str, ...]:
        """The parts of a lower-case word without their links; empty if it is no compound."""
        for cut in range(len(word) - self._shortest, self._shortest - 1, -1):
            head, tail = word[:cut], word[cut:]
            rest = self.parts(tail) or ((tail,) if tail in self._lexicon else ())
            if rest and (first := self._known(head)):
                return (first, *rest)
        return ()

    def _known(self, head: str) -> str:
        for link in LINKS:
            stem = head.removesuffix(link)
            if head.endswith(link) and len(stem) >= self._shortest and stem in self._lexicon:
                return stem
        return ""
