"""Word index: which passages contain the words of a question, or similar words of another language.

It gives two signals, from one tantivy index. *BM25* compares stems, for a question in the language of
the passage. *Coverage* works across languages: each question word is matched to the nearest words of
the corpus by the cosines of the bundled token vectors ("miners" to "mijnwerkers"). A question word
contributes to the coverage of a passage by the cosine of its best match there, times the rarity of its
matches.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.index_file import read_file
from rodedraad.index.files.segments import DamagedFile, Record, read_text, read_vectors
from rodedraad.index.vector_index import VectorIndex
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.data_file import parse_json

TANTIVY, VOCABULARY = "tantivy", "vocabulary.json"

LARGEST = 100_000_000
"""Bytes of the largest list of segments."""

MATCHES = 30
"""The most words of the corpus that a question word is matched to."""

LEAST_COSINE = 0.35
"""The least cosine of a match; the weight of a match is its cosine.

A power of the cosine was worse: with all signals, mean XQuAD recall@1 of nl, en, es and de questions
over Dutch passages is .890 with the cosine, .887 with its power 1.5, .882 with its square. Least cosines
from .25 to .40, and 30 to 100 matches for a word, differ from this by .007 at most.
"""

K1 = 1.2  # BM25's term frequency saturation in tantivy (Robertson and Zaragoza 2009)

Ranking = list[tuple[int, float]]
"""Passage numbers and scores, best first."""


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of the question, and the words of the corpus that it is matched to."""

    text: str
    rarity: float  # inverse document frequency of its matches together
    matches: dict[str, float]  # word of the corpus → cosine, 0 to 1

    def match_in(self, words: Set[str]) -> float:
        """The cosine of the best match in `words`; 0 without a match."""
        return max((self.matches[match] for match in self.matches.keys() & words), default=0.0)


def coverage(question: Sequence[QuestionWord], words: Set[str]) -> float:
    """The share of the question that `words` cover, from 0 to 1.

    It is the mean of `match_in` over the question words, weighted by their rarity.
    """
    total = sum(word.rarity for word in question)
    if not total:
        return 0.0
    return sum(word.rarity * word.match_in(words) for word in question) / total


def inverse_document_frequency(documents: float, total: int) -> float:
    """The inverse document frequency of BM25 (Robertson and Zaragoza 2009), always positive."""
    return log(1 + (total - documents + 0.5) / (documents + 0.5))


def waste(folder: Path) -> tuple[int, int]:
    """The passages in a folder's index, with the removed ones; and the removed ones alone."""
    segments = parse_json(read_file(folder / TANTIVY / "meta.json", LARGEST))["segments"]
    removed = (segment["deletes"]["num_deleted_docs"] for segment in segments if segment["deletes"])
    return sum(segment["max_doc"] for segment in segments), sum(removed)


def read_vocabulary(folder: Path) -> list[Record]:
    """Where the vocabulary is stored; raises DamagedFile if it is missing or unreadable."""
    try:
        return [Record(*record) for record in parse_json(read_file(folder / VOCABULARY, LARGEST))]
    except (OSError, ValueError, TypeError) as error:
        raise DamagedFile(folder / VOCABULARY) from error


class WordIndex:
    """The words of all passages, in a folder on disk."""

    def __init__(self, folder: Path, static: StaticEmbedder, keys: npt.NDArray[np.int64]) -> None:
        """Open the index that `WordWriter` wrote to `folder`; passage n has the key `keys[n]`.

        Raises DamagedFile if a file is missing or damaged, or the number of passages is another.
        """
        self._static = static
        self.analysis = analysis(static)
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        records = read_vocabulary(folder)
        self._vocabulary = [word for r in records for word in read_text(folder, r).decode().split()]
        self._nearest = VectorIndex.build(read_vectors(folder, records, static.dimension), static.dimension)
        try:
            self._total = waste(folder)[0]  # with the removed passages, as in tantivy's BM25
            self._index = tantivy.Index.open(str(folder / TANTIVY))
            self._searcher = self._index.searcher()
        except (OSError, ValueError, KeyError) as error:
            raise DamagedFile(folder / TANTIVY / "meta.json") from error
        if self._searcher.num_docs != len(keys):
            raise DamagedFile(folder / TANTIVY / "meta.json")

    def match(self, question: str, expand: bool = True) -> list[QuestionWord]:
        """Each different word of the question with its matches: the nearest words of the corpus.

        Without `expand`, a word matches only itself.
        """
        words = list(dict.fromkeys(self.analysis.words(question)))
        if not words or not self._vocabulary:
            return []
        rows, cosines = self._nearest.search(self._static.questions(words), MATCHES)
        matched = []
        for word, nearest, likeness in zip(words, rows.tolist(), cosines.tolist(), strict=True):
            matches = {
                self._vocabulary[row]: min(cosine, 1.0)
                for row, cosine in zip(nearest, likeness, strict=True)
                if cosine >= LEAST_COSINE and (expand or self._vocabulary[row] == word)
            }
            matched.append(QuestionWord(word, self._rarity(matches), matches))
        return matched

    def _rarity(self, matches: dict[str, float]) -> float:
        total = self._total
        holding = sum(weight * self._searcher.doc_freq("words", word) for word, weight in matches.items())
        return inverse_document_frequency(min(holding, total), total)

    def search_coverage(
        self, question: Sequence[QuestionWord], k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """The k passages with the highest `coverage` of the question, from 0 to 1.

        `within` holds the keys of the documents that are searched, if not all are.
        """
        total = sum(word.rarity for word in question)
        schema, query = self._index.schema, tantivy.Query
        best_match = [
            query.disjunction_max_query(
                [
                    query.const_score_query(
                        query.term_query(schema, "words", match, "basic"),
                        word.rarity * weight / total,
                    )
                    for match, weight in word.matches.items()
                ]
            )
            for word in question
            if word.matches
        ]
        return self._search(best_match, k, within)

    def search_bm25(
        self, question: str, language: str, k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """The k best passages by BM25 over stems, as a share of the highest possible score, from 0 to 1.

        That is (K1 + 1) times the summed inverse document frequencies of the question's stems. `within`
        is that of `search_coverage`.
        """
        words = self.analysis.with_parts(self.analysis.words(question), language)
        stems = {self.analysis.stem(word, language) for word in words}
        total = self._total
        highest = (K1 + 1) * sum(
            inverse_document_frequency(self._searcher.doc_freq("stems", stem), total) for stem in stems
        )
        schema, query = self._index.schema, tantivy.Query
        terms = [query.term_query(schema, "stems", stem, "freq") for stem in sorted(stems)]
        return [(passage, score / highest) for passage, score in self._search(terms, k, within)]

    def _search(self, queries: list[tantivy.Query], k: int, within: Iterable[int] | None) -> Ranking:
        if not queries or k < 1:
            return []
        either = tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
        if within is not None:
            chosen = tantivy.Query.term_set_query(self._index.schema, "document", list(map(str, within)))
            unscored = tantivy.Query.const_score_query(chosen, 0.0)
            either = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, either), (tantivy.Occur.Must, unscored)]
            )
        hits = self._searcher.search(either, limit=k, count=False).hits
        keys = self._searcher.fast_field_values("passage", [address for _, address in hits])
        numbers = self._order[np.searchsorted(self._keys, np.array(keys, np.int64))]
        return [(number, float(score)) for number, (score, _) in zip(numbers.tolist(), hits, strict=True)]
