"""Embedding journal: embeddings that a run computed and did not publish, for the next run to reuse."""

import hashlib
import os
import zlib
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.files.safe_files import FileWriter
from rodedraad.index.files.segments import FLOAT
from rodedraad.ingest.regular_file import read_regular

PREFIX = "unfinished-"

LARGEST_JOURNAL = 4_000_000_000
"""Bytes of the largest file that is read: the embeddings of some 800,000 passages."""

_KEY, _NUMBER = 32, 4  # bytes of a text's SHA-256; of a length or a checksum


class EmbeddingJournal:
    """Texts' embeddings by one model, in files beside the generations.

    An entry is the text's SHA-256, the length of its tokens, its vector, its tokens, and the CRC-32 of all
    these. A run that was killed may leave an entry half written, which is left out.
    """

    def __init__(self, home: Path, fingerprint: str, dimension: int) -> None:
        """Read the entries that earlier runs wrote for the model with this fingerprint."""
        self._home = home
        self._path = home / f"{PREFIX}{fingerprint[:16]}"
        self._vector = dimension * FLOAT.itemsize
        self._writer: FileWriter | None = None
        self._waiting = b""
        self._known: dict[bytes, Embedding] = {}
        for path in home.glob(f"{self._path.name}*"):
            try:
                self._read(memoryview(read_regular(path, LARGEST_JOURNAL)))
            except OSError:
                continue  # no file of ours, or none that can be used: its texts are embedded again

    def _read(self, data: memoryview) -> None:
        start, least = 0, _KEY + _NUMBER + self._vector + _NUMBER
        while start + least <= len(data):
            vector = start + _KEY + _NUMBER
            length = int.from_bytes(data[vector - _NUMBER : vector], "little")
            tokens = vector + self._vector
            end = tokens + length
            if zlib.crc32(data[start:end]).to_bytes(_NUMBER, "little") == data[end : end + _NUMBER]:
                key, vector_of = bytes(data[start : start + _KEY]), np.frombuffer(data[vector:tokens], FLOAT)
                self._known[key] = Embedding(vector_of, bytes(data[tokens:end]))
            start = end + _NUMBER

    def get(self, text: str) -> Embedding | None:
        """The embedding of a text; None if no earlier run computed it."""
        return self._known.get(_key(text)) if self._known else None

    def add(self, texts: Sequence[str], embeddings: Sequence[Embedding]) -> None:
        """Append the embeddings of texts.

        The last batch is written only when another follows: a small run writes no file.
        """
        if self._waiting:
            if self._writer is None:
                self._writer = FileWriter(self._free_path(), buffered=0)
            self._writer.write(self._waiting)
        self._waiting = b"".join(map(_packed, texts, embeddings))

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


def _packed(text: str, embedding: Embedding) -> bytes:
    length = len(embedding.tokens).to_bytes(_NUMBER, "little")
    vector = np.ascontiguousarray(embedding.vector, FLOAT).tobytes()
    data = b"".join((_key(text), length, vector, embedding.tokens))
    return data + zlib.crc32(data).to_bytes(_NUMBER, "little")


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
