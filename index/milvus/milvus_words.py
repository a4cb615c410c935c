"""Words on Milvus: passages are proposed by the server, by inner products, and scored exactly here.

How much of a question a passage covers is a sum of maxima, which no inner product is: Milvus is asked for
more passages than wanted, by the sum over all matches, which is never less.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.milvus.milvus_state import WordCounts
from rodedraad.index.milvus.passage_rows import Proposed, saturated, sparse, stems_of
from rodedraad.index.vector_index import Numbers
from rodedraad.index.words.analysis import analysis
from rodedraad.index.words.matching import K1, QuestionWord, Ranking, Vocabulary, inverse_document_frequency

MORE = 2
"""How many times more passages are proposed than wanted."""

Search = Callable[[str, object, int, Iterable[int] | None], Mapping[int, float]]
"""A field, a vector and k to the numbers of the k nearest, among documents of these keys if given."""


class MilvusWords:
    """The words of all passages of a state: `Words` of `index.store.snapshot`."""

    def __init__(
        self,
        counts: WordCounts,
        static: StaticEmbedder,
        search: Search,
        proposed: Callable[[Sequence[int]], Mapping[int, Proposed]],
    ) -> None:
        """The words counted; `search` and `proposed` are those of the snapshot."""
        self.analysis = analysis(static)
        self._counts, self._search, self._proposed = counts, search, proposed
        words = list(counts.words)
        self._vocabulary = Vocabulary(words, [static.passages(words)], static)

    def match(self, question: str, expand: bool = True) -> list[QuestionWord]:
        """As `Words.match`."""
        counts = self._counts
        return self._vocabulary.match(
            self.analysis.words(question), expand, lambda word: counts.words[word], counts.passages
        )

    def search_coverage(
        self, question: Sequence[QuestionWord], k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """As `Words.search_coverage`."""
        weights: dict[str, float] = {}
        for word in question:
            for match, cosine in word.matches.items():
                weights[match] = weights.get(match, 0.0) + word.rarity * cosine
        if not weights:
            return []
        proposed = self._search("has", sparse(weights), MORE * k, within)
        return self._covering(question, list(proposed))[:k]

    def coverage(self, question: Sequence[QuestionWord], passages: Numbers) -> Ranking:
        """As `Words.coverage`."""
        return self._covering(question, passages.tolist())

    def _covering(self, question: Sequence[QuestionWord], passages: Sequence[int]) -> Ranking:
        """How much of a question each passage covers, best first, without those that cover nothing."""
        total = sum(word.rarity for word in question)
        found = []
        for number, passage in self._proposed(passages).items():
            covered = sum(word.rarity * word.match_in(passage.different) for word in question)
            if covered > 0:
                found.append((number, covered / total))
        return sorted(found, key=lambda one: -one[1])

    def search_bm25(
        self, question: str, language: str, k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """As `Words.search_bm25`."""
        words = self.analysis.with_parts(self.analysis.words(question), language)
        counts, total = self._counts, self._counts.passages
        rarity = {
            stem: inverse_document_frequency(counts.stems[stem], total)
            for stem in sorted({self.analysis.stem(word, language) for word in words})
        }
        if not rarity or not total:
            return []
        highest, average = (K1 + 1) * sum(rarity.values()), counts.length / total
        proposed = self._search("stems", sparse(rarity), MORE * k, within)
        found = []
        for number, passage in self._proposed(list(proposed)).items():
            stems = stems_of(passage.words, passage.language, self.analysis)
            parts = saturated({s: stems[s] for s in rarity if s in stems}, len(passage.words), average)
            if parts:
                found.append((number, sum(rarity[stem] * part for stem, part in parts.items()) / highest))
        return sorted(found, key=lambda one: -one[1])[:k]
