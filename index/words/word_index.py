"""Word index: which passages contain the words of a question, or similar words of another language.

It gives two signals, from one tantivy index. *BM25* compares stems, for a question in the language of
the passage. *Coverage* works across languages: each question word is matched to the nearest words of
the corpus by the cosines of the bundled token vectors ("miners" to "mijnwerkers"). A question word
contributes to the coverage of a passage by the cosine of its best match there, times the rarity of its
matches.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.index_file import read_file
from rodedraad.index.files.segments import DamagedFile, Record, read_record_text, read_vectors
from rodedraad.index.words.analysis import analysis
from rodedraad.index.words.matching import K1, QuestionWord, Ranking, Vocabulary, inverse_document_frequency
from rodedraad.ingest.data_file import parse_json

TANTIVY, VOCABULARY = "tantivy", "vocabulary.json"

LARGEST_SEGMENT_LIST = 100_000_000
"""Bytes of the largest list of segments."""


def waste(folder: Path) -> tuple[int, int]:
    """The passages in a folder's index, with the removed ones; and the removed ones alone."""
    segments = parse_json(read_file(folder / TANTIVY / "meta.json", LARGEST_SEGMENT_LIST))["segments"]
    removed = (segment["deletes"]["num_deleted_docs"] for segment in segments if segment["deletes"])
    return sum(segment["max_doc"] for segment in segments), sum(removed)


def read_vocabulary(folder: Path) -> list[Record]:
    """Where the vocabulary is stored; raises DamagedFile if it is missing or unreadable."""
    try:
        return [
            Record(*record) for record in parse_json(read_file(folder / VOCABULARY, LARGEST_SEGMENT_LIST))
        ]
    except (OSError, ValueError, TypeError) as error:
        raise DamagedFile(folder / VOCABULARY) from error


def _read_vocabulary(folder: Path, static: StaticEmbedder) -> Vocabulary:
    """The vocabulary in a folder; raises DamagedFile if a file is missing or damaged."""
    records = read_vocabulary(folder)
    words = [word for record in records for word in read_record_text(folder, record).decode().split()]
    return Vocabulary(words, read_vectors(folder, records, static.dimension), static)


class WordIndex:
    """The words of all passages, in a folder on disk: `Words` of `index.store.snapshot`."""

    def __init__(self, folder: Path, static: StaticEmbedder, keys: npt.NDArray[np.int64]) -> None:
        """Open the index that `WordWriter` wrote to `folder`; passage n has the key `keys[n]`.

        Raises DamagedFile if a file is missing or damaged, or the number of passages is another.
        """
        self.analysis = analysis(static)
        self._key_of = keys
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        self._vocabulary = _read_vocabulary(folder, static)
        try:
            self._total = waste(folder)[0]  # with the removed passages, as in tantivy's BM25
            self._index = tantivy.Index.open(str(folder / TANTIVY))
            self._searcher = self._index.searcher()
        except (OSError, ValueError, KeyError) as error:
            raise DamagedFile(folder / TANTIVY / "meta.json") from error
        if self._searcher.num_docs != len(keys):
            raise DamagedFile(folder / TANTIVY / "meta.json")

    def match(self, question: str, expand: bool = True) -> list[QuestionWord]:
        """As `Words.match`."""
        return self._vocabulary.match(
            self.analysis.words(question),
            expand,
            lambda word: self._searcher.doc_freq("words", word),
            self._total,
        )

    def search_coverage(
        self, question: Sequence[QuestionWord], k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """As `Words.search_coverage`."""
        query = self._covering(question)
        return self._search(query, k, within) if query else []

    def coverage(self, question: Sequence[QuestionWord], passages: npt.NDArray[np.int64]) -> Ranking:
        """As `Words.coverage`."""
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
        """As `Words.search_bm25`."""
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
