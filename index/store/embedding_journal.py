"""Embedding journal: embeddings that a run computed and did not publish, for the next run to reuse."""

import hashlib
import os
import zlib
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.files.safe_files import FileWriter
from rodedraad.ingest.regular_file import read_regular

PREFIX = "unfinished-"

LARGEST = 4_000_000_000
"""Bytes of the largest file that is read: the embeddings of some 2 million passages."""


class EmbeddingJournal:
    """Texts' vectors by one model, in files beside the generations.

    A run that was killed may leave a row half written: each row has a checksum.
    """

    def __init__(self, home: Path, fingerprint: str, dimension: int) -> None:
        """Read the rows that earlier runs wrote for the model with this fingerprint."""
        self._home = home
        self._path = home / f"{PREFIX}{fingerprint[:16]}"
        self._row = np.dtype([("key", "V32"), ("vector", "<f4", (dimension,)), ("crc32", "<u4")])
        self._writer: FileWriter | None = None
        self._waiting = b""
        self._vectors: dict[bytes, Vectors] = {}
        for path in home.glob(f"{self._path.name}*"):
            try:
                data = read_regular(path, LARGEST)
            except OSError:
                continue  # no file of ours, or none that can be used: its texts are embedded again
            rows = np.frombuffer(data, self._row, len(data) // self._row.itemsize)
            for number, row in enumerate(rows):
                start = number * self._row.itemsize
                if zlib.crc32(data[start : start + self._row.itemsize - 4]) == row["crc32"]:
                    self._vectors[row["key"].tobytes()] = row["vector"]

    def get(self, text: str) -> Vectors | None:
        """The vector of a text, float32[dimension]; None if no earlier run computed it."""
        return self._vectors.get(_key(text)) if self._vectors else None

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Append the vectors of texts, float32[n, dimension].

        The last batch is written only when another follows: a small run writes no file.
        """
        if self._waiting:
            if self._writer is None:
                self._writer = FileWriter(self._free_path(), buffered=0)
            self._writer.write(self._waiting)
        rows = np.empty(len(texts), self._row)
        for row, text, vector in zip(rows, texts, vectors, strict=True):
            row["key"], row["vector"] = np.void(_key(text)), vector
            row["crc32"] = zlib.crc32(row.tobytes()[:-4])
        self._waiting = rows.tobytes()

    def _free_path(self) -> Path:
        paths = (self._path.with_name(f"{self._path.name}-{number}") for number in count())
        return next(path for path in paths if not os.path.lexists(path))

    def close(self) -> None:
        """Close the file, and keep it."""
        if self._writer:
            self._writer.close()
            self._writer = None

    def remove(self) -> None:
        """Remove the files of every model, after the embeddings were published."""
        self.close()
        for path in self._home.glob(f"{PREFIX}*"):
            if not path.is_dir():
                path.unlink()


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
