"""Generation: one published state of the index, opened for reading."""

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.segments import DamagedFile, read_vectors, vectors_file
from rodedraad.index.store.checksums import damaged_files
from rodedraad.index.store.manifest import MANIFEST, IndexProblem, Manifest, damaged
from rodedraad.index.store.reader_lock import lock_for_reading
from rodedraad.index.store.records import PASSAGES, WORDS, read_entry
from rodedraad.index.vector_index import VectorIndex
from rodedraad.index.words.word_index import WordIndex
from rodedraad.ingest.documents import Document, Passage


@dataclass(frozen=True, slots=True)
class Within:
    """Passages that alone may be found: those of some documents."""

    passages: npt.NDArray[np.bool_]  # bool[passages], by their number
    keys: tuple[int, ...]  # of the documents in the word index


class Generation:
    """A published generation. Its files stay until it is closed or garbage-collected."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`; raises IndexProblem if its manifest is damaged."""
        self.folder = folder
        try:
            self._lock = lock_for_reading(folder)
        except OSError as error:
            raise damaged(folder / MANIFEST) from error
        try:
            self.manifest = Manifest.load(folder)
        except IndexProblem:
            self.close()  # the traceback would keep it open
            raise
        entries, dimension = self.manifest.documents, self.manifest.dimension
        self._ends = list(accumulate(entry.passages for entry in entries))
        self._damage: Future[list[str]] | None = None  # found by `verify`, in the background
        # Not a method: the cache would refer to the generation, and keep its files.
        self.document = lru_cache(64)(lambda number: read_entry(folder, entries[number], dimension)[:2])

    @property
    def passages(self) -> int:
        """The number of passages of all documents."""
        return self._ends[-1] if self._ends else 0

    def first_passage(self, document: int) -> int:
        """The number of a document's first passage; documents and passages count from 0."""
        return self._ends[document] - self.manifest.documents[document].passages

    def within(self, documents: Sequence[int]) -> Within:
        """The passages of some documents, given by their numbers."""
        entries, allowed = self.manifest.documents, np.zeros(self.passages, np.bool_)
        for number in documents:
            allowed[self.first_passage(number) : self._ends[number]] = True
        return Within(allowed, tuple(entries[number].key for number in documents))

    def passage(self, number: int) -> tuple[Document, Passage]:
        """A passage by its number, and its document.

        Raises IndexProblem if the document, or a file that `verify` compared, is damaged.
        """
        if self._damage and (found := self._damage.result()):
            raise damaged(self.folder / found[0])
        index = bisect_right(self._ends, number)
        document, passages = self.document(index)
        return document, passages[number - self.first_passage(index)]

    def vectors(self) -> VectorIndex:
        """The passages' vectors, float32[passages, dimension]; row n is passage n, however they are stored.

        Raises IndexProblem if a file is missing or too short.
        """
        places = [(entry.record.segment, entry.record.row) for entry in self.manifest.documents]
        stored = sorted(range(len(places)), key=places.__getitem__)
        records = [self.manifest.documents[number].record for number in stored]
        counts = [record.rows for record in records]
        firsts = np.array([self.first_passage(number) for number in stored], np.int64)
        numbers = np.arange(sum(counts)) + np.repeat(firsts - np.cumsum(counts) + counts, counts)
        try:
            pieces = read_vectors(self.folder / PASSAGES, records, self.manifest.dimension)
        except DamagedFile as error:
            raise damaged(error.path) from error
        return VectorIndex.build(pieces, self.manifest.dimension, numbers)

    def words(self, static: StaticEmbedder) -> WordIndex:
        """The passages' words, whose results are passage numbers; `static` must be the table that made them.

        Raises IndexProblem if a file is missing or damaged.
        """
        entries, ends = self.manifest.documents, np.array(self._ends, np.int64)
        counts = np.array([entry.passages for entry in entries], np.int64)
        firsts = np.array([entry.key for entry in entries], np.int64)
        keys = np.arange(self.passages) + np.repeat(firsts - (ends - counts), counts)
        try:
            return WordIndex(self.folder / WORDS, static, keys)
        except DamagedFile as error:
            raise damaged(error.path) from error

    def verify(self) -> None:
        """Compare the size of every file, and the checksums of small files and of the word index.

        Vectors are most of the bytes: their checksums are compared in the background, and the first
        `passage` waits for the result. The checksum of a text is compared whenever it is read.
        Raises IndexProblem naming a file that is missing or damaged.
        """
        files = self.manifest.files
        vectors = {name: files[name] for name in files if name.endswith(vectors_file(""))}
        words = {name: files[name] for name in files.keys() - vectors.keys() if name.startswith(f"{WORDS}/")}
        if found := damaged_files(self.folder, files, False) or damaged_files(self.folder, words, True):
            raise damaged(self.folder / found[0])
        background = ThreadPoolExecutor(1)
        self._damage = background.submit(damaged_files, self.folder, vectors, True)
        background.shutdown(wait=False)

    def close(self) -> None:
        """Release the files."""
        self._lock.close()
