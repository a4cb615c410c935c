"""Snapshot: one published state of an index, opened for reading, wherever it is stored."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Embedding, Vectors
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.store.manifest import Entry, Manifest
from rodedraad.index.vector_index import Numbers
from rodedraad.index.words.analysis import Analysis
from rodedraad.index.words.matching import QuestionWord, Ranking
from rodedraad.ingest.documents import Document, Passage


@dataclass(frozen=True, slots=True)
class Within:
    """Passages that alone may be found: those of some documents."""

    passages: npt.NDArray[np.bool_]  # bool[passages], by their number
    keys: tuple[int, ...]  # `Entry.key` of the documents


class Words(Protocol):
    """The words of all passages; results are passage numbers."""

    analysis: Analysis

    def match(self, question: str, expand: bool = True) -> list[QuestionWord]:
        """Each different word of the question with its matches: the nearest words of the corpus.

        Without `expand`, a word matches only itself.
        """

    def search_coverage(
        self, question: Sequence[QuestionWord], k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """The k passages that cover the most of the question, and the share that they cover, from 0 to 1.

        It is the mean over the question's words of `QuestionWord.match_in`, weighted by their rarity.
        `within` holds the keys of the documents that are searched, if not all are.
        """

    def coverage(self, question: Sequence[QuestionWord], passages: Numbers) -> Ranking:
        """The share of the question that each of some passages covers; those that cover none are left out."""

    def search_bm25(
        self, question: str, language: str, k: int, within: Iterable[int] | None = None
    ) -> Ranking:
        """The k best passages by BM25 over stems, as a share of the highest possible score, from 0 to 1.

        That is (K1 + 1) times the summed inverse document frequencies of the question's stems. `within`
        is that of `search_coverage`.
        """


class Snapshot(ABC):
    """A published state of an index, which never changes. Documents and passages are numbered from 0."""

    id: str
    """Its name, unlike that of any other state of the index."""

    def __init__(self, manifest: Manifest) -> None:
        """Number the documents of a manifest, in its order, and their passages."""
        self.manifest = manifest
        self._ends = list(accumulate(entry.passages for entry in manifest.documents))

    @property
    def passages(self) -> int:
        """The number of passages of all documents."""
        return self._ends[-1] if self._ends else 0

    def first_passage(self, document: int) -> int:
        """The number of a document's first passage."""
        return self._ends[document] - self.manifest.documents[document].passages

    def document_of(self, passage: int) -> int:
        """The number of the document that a passage is in."""
        return bisect_right(self._ends, passage)

    def within(self, documents: Sequence[int]) -> Within:
        """The passages of some documents, given by their numbers."""
        entries, allowed = self.manifest.documents, np.zeros(self.passages, np.bool_)
        for number in documents:
            allowed[self.first_passage(number) : self._ends[number]] = True
        return Within(allowed, tuple(entries[number].key for number in documents))

    def passage(self, number: int) -> tuple[Document, Passage]:
        """A passage by its number, and its document; raises as `document`."""
        index = self.document_of(number)
        document, passages = self.document(index)
        return document, passages[number - self.first_passage(index)]

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """The key of each passage, int64[passages]: its document's, counting up from there."""
        entries = self.manifest.documents
        return runs([entry.key for entry in entries], [entry.passages for entry in entries])

    @abstractmethod
    def document(self, number: int) -> tuple[Document, list[Passage]]:
        """A document by its number, and its passages; raises IndexProblem if it is damaged."""

    @abstractmethod
    def nearest(self, vector: Vectors, k: int, within: Within | None) -> dict[int, float]:
        """The k passages with the greatest cosine to a unit vector, float32[d], and these cosines."""

    @abstractmethod
    def cosines(self, vector: Vectors, passages: Numbers) -> dict[int, float]:
        """The cosine of each of some passages to a unit vector, float32[d]."""

    @abstractmethod
    def places(self, passages: Numbers) -> npt.NDArray[np.void]:
        """Where each of some passages begins in its document, and its language: PLACE[passages]."""

    @abstractmethod
    def embedding(self, passage: int) -> Embedding:
        """What is stored of a passage; its tokens are empty if another model made the index."""

    @abstractmethod
    def fetch(self, passages: Sequence[int]) -> None:
        """Load at once what `passage` and `embedding` need for some passages, where it is far away.

        Raises IndexProblem if the snapshot was removed meanwhile, and what was searched may lack passages.
        """

    @abstractmethod
    def words(self, static: StaticEmbedder) -> Words:
        """The passages' words; `static` must be the table that made them. Raises IndexProblem on damage."""

    @abstractmethod
    def verify(self) -> None:
        """Raise IndexProblem if something is missing, as far as a quick look finds it."""

    @abstractmethod
    def damaged_files(self, checksums: bool) -> list[str]:
        """The names of files that are not as they were written; without `checksums`, by their size alone."""

    @abstractmethod
    def stored(self, entry: Entry) -> tuple[Document, list[Passage], list[Embedding]]:
        """A document, its passages, and what is stored of each; raises IndexProblem if it is damaged."""

    @abstractmethod
    def close(self) -> None:
        """Release what it holds."""


def runs(firsts: npt.ArrayLike, counts: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Numbers in runs, one behind the other, each from its first on and as long as it counts: int64[n]."""
    starts, lengths = np.asarray(firsts, np.int64), np.asarray(counts, np.int64)
    return np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
