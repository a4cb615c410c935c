"""Matching: each word of a question, with the words of the corpus that mean the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from math import log

import numpy as np

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.encoders.static_table import StaticEmbedder

MATCHES = 30
"""The most words of the corpus that a question word is matched to."""

LEAST_COSINE = 0.35
"""The least cosine of a match; the weight of a match is its cosine.

A power of the cosine was worse: with all signals, mean XQuAD recall@1 of nl, en, es and de questions
over Dutch passages is .890 with the cosine, .887 with its power 1.5, .882 with its square. Least cosines
from .25 to .40, and 30 to 100 matches for a word, differ from this by .007 at most.
"""

WORDS_CACHED = 10_000
"""Words of questions whose matches are kept in memory, about 3 kB each."""

K1, B = 1.2, 0.75
"""BM25's saturation of term frequencies, and its weight of a passage's length, as tantivy has them
(Robertson and Zaragoza 2009)."""

Ranking = list[tuple[int, float]]
"""Passage numbers and scores, best first."""


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of the question, and the words of the corpus that it is matched to."""

    text: str
    rarity: float  # inverse document frequency of its matches together
    matches: Mapping[str, float]  # word of the corpus → cosine, 0 to 1

    def match_in(self, words: Set[str]) -> float:
        """The cosine of the best match in `words`; 0 without a match."""
        return max((self.matches[match] for match in self.matches.keys() & words), default=0.0)


def inverse_document_frequency(documents: float, total: int) -> float:
    """The inverse document frequency of BM25 (Robertson and Zaragoza 2009), always positive."""
    return log(1 + (total - documents + 0.5) / (documents + 0.5))


class Vocabulary:
    """The words of the corpus, and their vectors; apart from the index, which its cache would keep open."""

    def __init__(self, words: Sequence[str], vectors: Sequence[Vectors], static: StaticEmbedder) -> None:
        """Match to `words`, whose vectors by the table `static` are the rows of `vectors`, in order."""
        self._words, self._vectors, self._static = words, vectors, static
        self._known: dict[str, Mapping[str, float]] = {}

    def match(
        self, question: Sequence[str], expand: bool, passages_with: Callable[[str], int], total: int
    ) -> list[QuestionWord]:
        """Each different word of a question with its matches; without `expand`, only with the same word.

        `passages_with` gives how many of the `total` passages hold a word.
        """
        words = list(dict.fromkeys(question)) if self._words else []
        matched = []
        for word, matches in zip(words, self._nearest(words), strict=True):
            if not expand:
                matches = {match: cosine for match, cosine in matches.items() if match == word}
            holding = sum(weight * passages_with(match) for match, weight in matches.items())
            rarity = inverse_document_frequency(min(holding, total), total)
            matched.append(QuestionWord(word, rarity, matches))
        return matched

    def _nearest(self, words: Sequence[str]) -> list[Mapping[str, float]]:
        """The words of the corpus that are nearest to each word with their cosines, nearest first."""
        if len(self._known) > WORDS_CACHED:
            self._known = {}
        known = self._known  # which another thread may replace
        if new := [word for word in words if word not in known]:
            known |= zip(new, self._search(new), strict=True)
        return [known[word] for word in words]

    def _search(self, words: Sequence[str]) -> Iterator[Mapping[str, float]]:
        vectors = self._static.questions(words)
        # A product of matrices would wake BLAS's threads, which wait for the next one by spinning.
        found = np.concatenate([np.vecdot(piece[:, None], vectors) for piece in self._vectors])
        for cosines in found.T:
            near = np.flatnonzero(cosines >= LEAST_COSINE)
            best = near[np.argsort(-cosines[near], kind="stable")[:MATCHES]]
            yield {self._words[row]: min(float(cosines[row]), 1.0) for row in best.tolist()}
