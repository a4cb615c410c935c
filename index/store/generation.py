"""Generation: one published state of the index, opened for reading."""

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.segments import (
    DamagedFile,
    Record,
    mapped,
    read_rows,
    read_vectors,
    vector_rows,
    vectors_file,
)
from rodedraad.index.store.checksums import damaged_files
from rodedraad.index.store.manifest import MANIFEST, IndexProblem, Manifest, damaged
from rodedraad.index.store.passage_segments import (
    PLACE,
    Places,
    checked,
    codes_file,
    places_file,
    tokens_file,
)
from rodedraad.index.store.reader_lock import lock_for_reading
from rodedraad.index.store.records import PASSAGES, WORDS, read_document
from rodedraad.index.vector_codes import VectorCodes
from rodedraad.index.vector_index import CodedPiece, VectorIndex
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
        self._tokens: dict[str, npt.NDArray[np.uint8]] = {}  # of segments, memory-mapped
        self._damage: Future[list[str]] | None = None  # found by `verify`, in the background
        # Not a method: the cache would refer to the generation, and keep its files.
        self.document = lru_cache(64)(lambda number: read_document(folder, entries[number], dimension))

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
        index = self.document_of(number)
        document, passages = self.document(index)
        return document, passages[number - self.first_passage(index)]

    def document_of(self, passage: int) -> int:
        """The number of the document that a passage is in."""
        return bisect_right(self._ends, passage)

    def vectors(self) -> VectorIndex:
        """The passages' vectors, float32[passages, dimension]; row n is passage n, however they are stored.

        Raises IndexProblem if a file is missing or too short.
        """
        dimension, folder = self.manifest.dimension, self.folder / PASSAGES
        records, numbers = self._stored
        plain: list[Record] = []
        of_plain, coded, done = [numbers[:0]], [], 0
        try:
            for segment, records_in in groupby(records, lambda record: record.segment):
                own = list(records_in)
                count = sum(record.rows for record in own)
                of_own = numbers[done : done + count]
                done += count
                if f"{PASSAGES}/{codes_file(segment)}" in self.manifest.files:
                    coded.append(self._coded_piece(segment, own, of_own))
                else:
                    plain += own
                    of_plain.append(of_own)
            pieces = read_vectors(folder, plain, dimension)
        except DamagedFile as error:
            raise damaged(error.path) from error
        return VectorIndex.build(pieces, dimension, np.concatenate(of_plain), coded)

    def _coded_piece(
        self, segment: str, records: Sequence[Record], numbers: npt.NDArray[np.int64]
    ) -> CodedPiece:
        """A large segment's vectors, with the numbers of the passages in its records; raises DamagedFile."""
        folder, dimension = self.folder / PASSAGES, self.manifest.dimension
        vectors = mapped(folder / vectors_file(segment), vector_rows(dimension))
        if records[-1].row + records[-1].rows > len(vectors):
            raise DamagedFile(folder / vectors_file(segment))
        of_rows = np.full(len(vectors), -1)
        of_rows[_runs([record.row for record in records], [record.rows for record in records])] = numbers
        return CodedPiece(
            vectors, VectorCodes(folder / codes_file(segment), len(vectors), dimension), of_rows
        )

    @cached_property
    def _stored(self) -> tuple[Sequence[Record], npt.NDArray[np.int64]]:
        """The documents' records in the order in which they are stored, and the numbers of their passages."""
        records = [entry.record for entry in self.manifest.documents]
        places = [(record.segment, record.row) for record in records]
        stored = sorted(range(len(places)), key=places.__getitem__)
        counts = np.array([record.rows for record in records], np.int64)
        firsts = np.cumsum(counts) - counts
        return [records[number] for number in stored], _runs(firsts[stored], counts[stored])

    @cached_property
    def places(self) -> Places:
        """Where each passage stands, PLACE[passages]; raises IndexProblem as `vectors`."""
        records, numbers = self._stored
        places = np.empty(len(numbers), PLACE)
        try:
            pieces = read_rows(self.folder / PASSAGES, records, places_file, PLACE)
        except DamagedFile as error:
            raise damaged(error.path) from error
        places[numbers] = np.concatenate([places[:0], *pieces])
        return places

    def tokens(self, passage: int) -> bytes:
        """The tokens of a passage by its number, as they are stored; raises IndexProblem if damaged."""
        segment = self.manifest.documents[self.document_of(passage)].record.segment
        path = self.folder / PASSAGES / tokens_file(segment)
        place = self.places[passage]
        try:
            if segment not in self._tokens:
                self._tokens[segment] = mapped(path, np.dtype(np.uint8))
            begin = int(place["offset"])
            return checked(path, place, self._tokens[segment][begin : begin + int(place["length"])].tobytes())
        except DamagedFile as error:
            raise damaged(error.path) from error

    def words(self, static: StaticEmbedder) -> WordIndex:
        """The passages' words, whose results are passage numbers; `static` must be the table that made them.

        Raises IndexProblem if a file is missing or damaged.
        """
        entries = self.manifest.documents
        keys = _runs([entry.key for entry in entries], [entry.passages for entry in entries])
        try:
            return WordIndex(self.folder / WORDS, static, keys)
        except DamagedFile as error:
            raise damaged(error.path) from error

    def verify(self) -> None:
        """Compare the size of every file, and the checksums of small files and of the word index.

        Those of the vectors, which each question reads, are compared in the background, and the first
        `passage` waits for the result; those of a text and of its tokens whenever they are read.
        Raises IndexProblem naming a file that is missing or damaged.
        """
        files = self.manifest.files
        whole = (vectors_file(""), places_file(""), codes_file(""))
        vectors = {name: files[name] for name in files if name.endswith(whole)}
        words = {name: files[name] for name in files.keys() - vectors.keys() if name.startswith(f"{WORDS}/")}
        if found := damaged_files(self.folder, files, False) or damaged_files(self.folder, words, True):
            raise damaged(self.folder / found[0])
        background = ThreadPoolExecutor(1)
        self._damage = background.submit(damaged_files, self.folder, vectors, True)
        background.shutdown(wait=False)

    def close(self) -> None:
        """Release the files."""
        self._lock.close()


def _runs(firsts: npt.ArrayLike, counts: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Numbers in runs, one behind the other, each from its first on and as long as it counts: int64[n]."""
    starts, lengths = np.asarray(firsts, np.int64), np.asarray(counts, np.int64)
    return np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
