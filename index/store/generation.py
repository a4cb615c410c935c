"""Generation: one published state of the index, opened for reading."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Embedding, Vectors
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.segments import (
    DamagedFile,
    Record,
    mapped,
    read_segment_rows,
    read_vectors,
    vector_rows,
    vectors_file,
)
from rodedraad.index.store.checksums import damaged_files
from rodedraad.index.store.manifest import MANIFEST, Entry, IndexProblem, Manifest, damaged
from rodedraad.index.store.passage_segments import (
    PLACE,
    Places,
    checked_tokens,
    codes_file,
    places_file,
    tokens_file,
)
from rodedraad.index.store.reader_lock import lock_for_reading
from rodedraad.index.store.records import PASSAGES_FOLDER, WORDS_FOLDER, read_document, read_entry
from rodedraad.index.store.snapshot import Snapshot, Within, runs
from rodedraad.index.vector_codes import VectorCodes
from rodedraad.index.vector_index import CodedPiece, Numbers, VectorIndex
from rodedraad.index.words.word_index import WordIndex
from rodedraad.ingest.documents import Document, Passage


class Generation(Snapshot):
    """A published generation. Its files stay until it is closed or garbage-collected."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`; raises IndexProblem if its manifest is damaged."""
        self.folder, self.id = folder, folder.name
        try:
            self._lock = lock_for_reading(folder)
        except OSError as error:
            raise damaged(folder / MANIFEST) from error
        try:
            super().__init__(Manifest.load(folder))
        except IndexProblem:
            self.close()  # the traceback would keep it open
            raise
        entries, dimension = self.manifest.documents, self.manifest.dimension
        self._tokens: dict[str, npt.NDArray[np.uint8]] = {}  # of segments, memory-mapped
        self._damage: Future[list[str]] | None = None  # found by `verify`, in the background
        # Not of a method: the cache would refer to the generation, and keep its files.
        self._document = lru_cache(64)(lambda number: read_document(folder, entries[number], dimension))

    def document(self, number: int) -> tuple[Document, list[Passage]]:
        """As `Snapshot.document`."""
        return self._document(number)

    def passage(self, number: int) -> tuple[Document, Passage]:
        """As `Snapshot.passage`; raises IndexProblem too if a file that `verify` compared is damaged."""
        if self._damage and (found := self._damage.result()):
            raise damaged(self.folder / found[0])
        return super().passage(number)

    def nearest(self, vector: Vectors, k: int, within: Within | None) -> dict[int, float]:
        """As `Snapshot.nearest`."""
        found, cosines = self._vectors.search(vector[None], k, within.passages if within else None)
        return dict(zip(found[0].tolist(), cosines[0].tolist(), strict=True))

    def cosines(self, vector: Vectors, passages: Numbers) -> dict[int, float]:
        """As `Snapshot.cosines`."""
        cosines = self._vectors.rows_of(passages) @ vector
        return dict(zip(passages.tolist(), cosines.tolist(), strict=True))

    def embedding(self, passage: int) -> Embedding:
        """As `Snapshot.embedding`."""
        return Embedding(self._vectors.rows(passage, 1)[0], self.tokens(passage))

    def fetch(self, passages: Sequence[int]) -> None:
        """As `Snapshot.fetch`; its files are near."""

    @cached_property
    def _vectors(self) -> VectorIndex:
        return self.vectors()

    def vectors(self) -> VectorIndex:
        """The passages' vectors, float32[passages, dimension]; row n is passage n, however they are stored.

        Raises IndexProblem if a file is missing or too short.
        """
        dimension, folder = self.manifest.dimension, self.folder / PASSAGES_FOLDER
        records, numbers = self._stored
        plain: list[Record] = []
        of_plain, coded, done = [numbers[:0]], [], 0
        try:
            for segment, records_in in groupby(records, lambda record: record.segment):
                own = list(records_in)
                count = sum(record.rows for record in own)
                of_own = numbers[done : done + count]
                done += count
                if f"{PASSAGES_FOLDER}/{codes_file(segment)}" in self.manifest.files:
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
        folder, dimension = self.folder / PASSAGES_FOLDER, self.manifest.dimension
        vectors = mapped(folder / vectors_file(segment), vector_rows(dimension))
        if records[-1].row + records[-1].rows > len(vectors):
            raise DamagedFile(folder / vectors_file(segment))
        of_rows = np.full(len(vectors), -1)
        of_rows[runs([record.row for record in records], [record.rows for record in records])] = numbers
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
        return [records[number] for number in stored], runs(firsts[stored], counts[stored])

    def places(self, passages: Numbers) -> Places:
        """As `Snapshot.places`; raises IndexProblem as `vectors`."""
        return self._places[passages]

    @cached_property
    def _places(self) -> Places:
        records, numbers = self._stored
        places = np.empty(len(numbers), PLACE)
        try:
            pieces = read_segment_rows(self.folder / PASSAGES_FOLDER, records, places_file, PLACE)
        except DamagedFile as error:
            raise damaged(error.path) from error
        places[numbers] = np.concatenate([places[:0], *pieces])
        return places

    def tokens(self, passage: int) -> bytes:
        """The tokens of a passage by its number, as they are stored; raises IndexProblem if damaged."""
        segment = self.manifest.documents[self.document_of(passage)].record.segment
        path = self.folder / PASSAGES_FOLDER / tokens_file(segment)
        place = self._places[passage]
        try:
            if segment not in self._tokens:
                self._tokens[segment] = mapped(path, np.dtype(np.uint8))
            begin = int(place["offset"])
            return checked_tokens(
                path, place, self._tokens[segment][begin : begin + int(place["length"])].tobytes()
            )
        except DamagedFile as error:
            raise damaged(error.path) from error

    def words(self, static: StaticEmbedder) -> WordIndex:
        """The passages' words, whose results are passage numbers; `static` must be the table that made them.

        Raises IndexProblem if a file is missing or damaged.
        """
        try:
            return WordIndex(self.folder / WORDS_FOLDER, static, self.keys)
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
        words = {
            name: files[name] for name in files.keys() - vectors.keys() if name.startswith(f"{WORDS_FOLDER}/")
        }
        if found := damaged_files(self.folder, files, False) or damaged_files(self.folder, words, True):
            raise damaged(self.folder / found[0])
        background = ThreadPoolExecutor(1)
        self._damage = background.submit(damaged_files, self.folder, vectors, True)
        background.shutdown(wait=False)

    def damaged_files(self, checksums: bool) -> list[str]:
        """As `Snapshot.damaged_files`."""
        return damaged_files(self.folder, self.manifest.files, checksums)

    def stored(self, entry: Entry) -> tuple[Document, list[Passage], list[Embedding]]:
        """As `Snapshot.stored`."""
        return read_entry(self.folder, entry, self.manifest.dimension)

    def close(self) -> None:
        """Release the files."""
        self._lock.close()
