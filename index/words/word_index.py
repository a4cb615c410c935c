"""Word index: which passages contain the words of a question, or similar words of another language.

It gives two signals, from one tantivy index. *BM25* compares stems, for a question in the language of
the passage. *Coverage* works across languages: each question word is matched to the nearest words of
the corpus by the cosines of the bundled token vectors ("miners" to "mijnwerkers"). A question word
contributes to the coverage of a passage by the cosine of its best match there, times the rarity of its
matches.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.index_file import read_file
from rodedraad.index.files.segments import DamagedFile, Record, read_text, read_vectors
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

KEPT = 10_000
"""Words of questions whose matches are kept in memory, about 3 kB each."""

K1 = 1.2  # BM25's term frequency saturation in tantivy (Robertson and Zaragoza 2009)

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


class _Vocabulary:
    """The words of the corpus, and their vectors."""

    def __init__(self, folder: Path, static: StaticEmbedder, records: Sequence[Record]) -> None:
        """Read the words in a folder; raises DamagedFile if a file is missing or damaged."""
        self._static = static
        self.words = [word for record in records for word in read_text(folder, record).decode().split()]
        self._vectors = read_vectors(folder, records, static.dimension)
        self._known: dict[str, Mapping[str, float]] = {}

    def matches(self, words: Sequence[str]) -> list[Mapping[str, float]]:
        """The words of the corpus that are nearest to each word with their cosines, nearest first."""
        if len(self._known) > KEPT:
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
            yield {self.words[row]: min(float(cosines[row]), 1.0) for row in best.tolist()}


class WordIndex:
    """The words of all passages, in a folder on disk."""

    def __init__(self, folder: Path, static: StaticEmbedder, keys: npt.NDArray[np.int64]) -> None:
        """Open the index that `WordWriter` wrote to `folder`; passage n has the key `keys[n]`.

        Raises DamagedFile if a file is missing or damaged, or the number of passages is another.
        """
        self.analysis = analysis(static)
        self._key_of = keys
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        records = read_vocabulary(folder)
        self._vocabulary = _Vocabulary(folder, static, records)
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
        words = list(dict.fromkeys(self.analysis.words(question))) if self._vocabulary.words else []
        matched = []
        for word, matches in zip(words, self._vocabulary.matches(words), strict=True):
            if not expand:
                matches = {match: cosine for match, cosine in matches.items() if match == word}
            matched.append(QuestionWord(word, self._rarity(matches), matches))
        return matched

    def _rarity(self, matches: Mapping[str, float]) -> float:
        total = self._total
        holding = sum(weight * self._searcher.doc_freq("words", word) for word, weight in matches.items())
        return inverse_document_frequency(min(holding, total), total)

    def search_coverage(
        self, question: Sequence[QuestionWord], k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """The k passages that cover the most of the question, and the share that they cover, from 0 to 1.

        It is the mean over the question's words of `QuestionWord.match_in`, weighted by their rarity.
        `within` holds the keys of the documents that are searched, if not all are.
        """
        query = self._covering(question)
        return self._search(query, k, within) if query else []

    def coverage(self, question: Sequence[QuestionWord], passages: npt.NDArray[np.int64]) -> Ranking:
        """The share of the question that each of some passages covers; those that cover none are left out."""
        query = self._covering(question)
        if not query or not len(passages):
            return []
        keys = self._key_of[passages].tolist()
        among = tantivy.Query.term_set_query(self._index.schema, "passage", keys)
        return self._search(_also(query, among), len(keys))

    def _covering(self, question: Sequence[QuestionWord]) -> tantivy.Query | None:
        """What scores a passage by the share of the question that it covers; None if none can."""
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
        return _any_of(best_match) if best_match else None

    def search_bm25(
        self, question: str, language: str, k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """The k best passages by BM25 over stems, as a share of the highest possible score, from 0 to 1.

        That is (K1 + 1) times the summed inverse document frequencies of the question's stems. `within`
        is that of `search_coverage`.
        """
        words = self.analysis.with_parts(self.analysis.words(question), language)
        stems = sorted({self.analysis.stem(word, language) for word in words})
        total = self._total
        highest = (K1 + 1) * sum(
            inverse_document_frequency(self._searcher.doc_freq("stems", stem), total) for stem in stems
        )
        schema, query = self._index.schema, tantivy.Query
        terms = [query.term_query(schema, "stems", stem, "freq") for stem in stems]
        if not terms:
            return []
        return [(passage, score / highest) for passage, score in self._search(_any_of(terms), k, within)]

    def _search(self, query: tantivy.Query, k: int, within: Iterable[int] | None = None) -> Ranking:
        if k < 1:
            return []
        if within is not None:
            chosen = tantivy.Query.term_set_query(self._index.schema, "document", list(map(str, within)))
            query = _also(query, chosen)
        hits = self._searcher.search(query, limit=k, count=False).hits
        keys = self._searcher.fast_field_values("passage", [address for _, address in hits])
        numbers = self._order[np.searchsorted(self._keys, np.array(keys, np.int64))]
        return [(number, float(score)) for number, (score, _) in zip(numbers.tolist(), hits, strict=True)]


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _also(query: tantivy.Query, required: tantivy.Query) -> tantivy.Query:
    """A query among what another finds, which gives no score."""
    unscored = tantivy.Query.const_score_query(required, 0.0)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in (query, unscored)])
