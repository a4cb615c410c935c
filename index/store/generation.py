"""Generation: one published state of the index, open for reading."""

import shutil
import sys
from bisect import bisect_right
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.segments import DamagedFile, read_vectors, vectors_file
from rodedraad.index.store.manifest import MANIFEST, IndexProblem, Manifest, damaged
from rodedraad.index.store.records import PASSAGES, WORDS, damaged_files, read_entry
from rodedraad.index.vector_index import VectorIndex
from rodedraad.index.words.word_index import WordIndex
from rodedraad.ingest.documents import Document, Passage


class Generation:
    """A published generation, open for reading. Its files stay until it is closed or let go."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`; raises IndexProblem if its manifest is damaged."""
        self.folder = folder
        try:
            self._hold = _hold(folder)
        except OSError as error:
            raise damaged(folder / MANIFEST) from error
        try:
            self.manifest = Manifest.load(folder)
        except IndexProblem:
            self.close()  # whoever keeps the error would keep the files
            raise
        entries, dimension = self.manifest.documents, self.manifest.dimension
        self._ends = list(accumulate(entry.passages for entry in entries))
        self._damage: Future[list[str]] | None = None  # what `verify` finds in the background
        # Not a method: it would keep the generation, and its files, until the next collection.
        self.document = lru_cache(64)(lambda number: read_entry(folder, entries[number], dimension)[:2])

    @property
    def passages(self) -> int:
        """How many passages all documents have together."""
        return self._ends[-1] if self._ends else 0

    def first_passage(self, document: int) -> int:
        """The number of a document's first passage among all; documents count from 0."""
        return self._ends[document] - self.manifest.documents[document].passages

    def passage(self, number: int) -> tuple[Document, Passage]:
        """A passage by its number among all, and its document."""
        if self._damage and (found := self._damage.result()):
            raise damaged(self.folder / found[0])
        index = bisect_right(self._ends, number)
        document, passages = self.document(index)
        return document, passages[number - self.first_passage(index)]

    def vectors(self) -> VectorIndex:
        """The passages' vectors; row n is passage n."""
        records = (entry.record for entry in self.manifest.documents)
        try:
            pieces = read_vectors(self.folder / PASSAGES, records, self.manifest.dimension)
        except DamagedFile as error:
            raise damaged(error.path) from error
        return VectorIndex.build(pieces, self.manifest.dimension)

    def words(self, static: StaticEmbedder) -> WordIndex:
        """The passages' words, which give passages by their numbers among all."""
        entries, ends = self.manifest.documents, np.array(self._ends, np.int64)
        counts = np.array([entry.passages for entry in entries], np.int64)
        firsts = np.array([entry.key for entry in entries], np.int64)
        keys = np.arange(self.passages) + np.repeat(firsts - (ends - counts), counts)
        try:
            return WordIndex(self.folder / WORDS, static, keys)
        except DamagedFile as error:
            raise damaged(error.path) from error

    def verify(self) -> None:
        """Compare the size of every file, and the checksums of the passages' words.

        Vectors, which are most of the bytes, are compared with their checksums in the background: the
        first passage waits for that, and so does every answer. A text is compared with its checksum each
        time it is read. Raises IndexProblem naming a file that is missing or damaged, as `passage` does.
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
        """Let go of the files."""
        self._hold.close()


if sys.platform == "win32":  # an open file cannot be removed there: no lock is needed

    def _hold(folder: Path) -> Any:
        return (folder / MANIFEST).open("rb")

    def remove_unless_held(folder: Path) -> None:
        """Remove a generation, unless a reader has it open."""
        try:
            (folder / MANIFEST).unlink(missing_ok=True)
        except OSError:
            return
        shutil.rmtree(folder, ignore_errors=True)

else:
    import fcntl

    def _hold(folder: Path) -> Any:
        """An open file with a shared lock on the generation, until it is closed or collected."""
        file = (folder / MANIFEST).open("rb")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def remove_unless_held(folder: Path) -> None:
        """Remove a generation, unless a reader has it open."""
        try:
            with (folder / MANIFEST).open("rb") as file:
                # A reader that opens it now waits, and then finds no manifest there.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
