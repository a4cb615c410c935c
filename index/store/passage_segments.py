"""Passage segments: documents' texts, and of each passage its place, its vector and its tokens.

Beside the two files of every segment, SEGMENT.places has a row for each passage, and SEGMENT.tokens the
tokens' states of one passage after another, which late interaction reads. A large segment has
SEGMENT.codes too: its vectors in fewer bits, which a question reads first.
"""

import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.files.safe_files import FileWriter
from rodedraad.index.files.segments import (
    DamagedFile,
    Record,
    SegmentWriter,
    mapped,
    read_record,
    read_slice,
    texts_file,
    vector_rows,
    vectors_file,
)
from rodedraad.index.vector_codes import LARGE, coded
from rodedraad.ingest.documents import Passage

PLACE = np.dtype(
    [
        ("start", "<u4"),  # character offset into the document's reading text
        ("language", "S2"),  # ISO 639-1
        ("offset", "<u8"),  # of its tokens in their file, in bytes
        ("length", "<u4"),
        ("crc32", "<u4"),  # of this row up to here, followed by its tokens
    ]
)

Places = npt.NDArray[np.void]
"""PLACE[passages]."""


def places_file(segment: str) -> str:
    """The name of the file with the places of a segment's passages."""
    return f"{segment}.places"


def tokens_file(segment: str) -> str:
    """The name of the file with the tokens of a segment's passages."""
    return f"{segment}.tokens"


def codes_file(segment: str) -> str:
    """The name of the file with the codes of a segment's vectors, if it is large."""
    return f"{segment}.codes"


def files_of(segment: str) -> list[str]:
    """The names of a segment's files; that of its codes last, which only a large one has."""
    return [name(segment) for name in (texts_file, vectors_file, places_file, tokens_file, codes_file)]


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as a segment stores it."""

    start: int
    language: str
    embedding: Embedding

    @classmethod
    def of(cls, passage: Passage, embedding: Embedding) -> "Stored":
        """What is stored of a passage."""
        return cls(passage.start, passage.language, embedding)


class PassageSegmentWriter:
    """Writes a new segment of documents."""

    def __init__(self, folder: Path, segment: str, dimension: int) -> None:
        """Create its files in `folder`; `dimension` is that of the vectors."""
        self.segment, self._folder, self._dimension = segment, folder, dimension
        self._texts = SegmentWriter(folder, segment)
        self._places = FileWriter(folder / places_file(segment))
        self._tokens = FileWriter(folder / tokens_file(segment))

    def append(self, text: bytes, passages: Sequence[Stored]) -> Record:
        """Append a document's text with its passages."""
        vectors = np.empty((len(passages), self._dimension), np.float32)
        rows = np.zeros(len(passages), PLACE)
        for number, passage in enumerate(passages):
            tokens = passage.embedding.tokens
            vectors[number] = passage.embedding.vector
            rows[number] = passage.start, passage.language.encode(), self._tokens.size, len(tokens), 0
            rows[number]["crc32"] = _crc32(rows[number], tokens)
            self._tokens.write(tokens)
        self._places.write(rows.tobytes())
        return self._texts.append(text, vectors)

    def finish(self) -> dict[str, tuple[int, int]]:
        """Flush to disk; returns the size and CRC-32 of each file, by name."""
        files = self._texts.finish()
        for name, file in ((places_file, self._places), (tokens_file, self._tokens)):
            file.finish()
            files[name(self.segment)] = (file.size, file.crc32)
        return files | self._write_codes()

    def _write_codes(self) -> dict[str, tuple[int, int]]:
        """Write the codes of the vectors, if these are many."""
        vectors = mapped(self._folder / vectors_file(self.segment), vector_rows(self._dimension))
        if len(vectors) < LARGE:
            return {}
        name = codes_file(self.segment)
        with closing(FileWriter(self._folder / name)) as file:
            file.write(coded(vectors))
            file.finish()
        return {name: (file.size, file.crc32)}

    def close(self) -> None:
        """Close the files, finished or not."""
        for file in (self._texts, self._places, self._tokens):
            file.close()


def _crc32(row: Any, tokens: bytes | memoryview) -> int:
    return zlib.crc32(tokens, zlib.crc32(row.tobytes()[: -PLACE["crc32"].itemsize]))


def read_passages(folder: Path, record: Record, dimension: int) -> tuple[bytes, list[Stored]]:
    """A document's text and its passages; raises DamagedFile on a wrong checksum."""
    text, vectors = read_record(folder, record, dimension)
    width = PLACE.itemsize
    path = folder / places_file(record.segment)
    rows = np.frombuffer(read_slice(path, record.row * width, record.rows * width), PLACE)
    path = folder / tokens_file(record.segment)
    begin, end = (
        (int(rows[0]["offset"]), int(rows[-1]["offset"] + rows[-1]["length"])) if len(rows) else (0, 0)
    )
    data = read_slice(path, begin, end - begin)
    found = []
    for row, vector in zip(rows, vectors, strict=True):
        at = int(row["offset"]) - begin
        tokens = checked_tokens(path, row, data[at : at + int(row["length"])])
        found.append(Stored(int(row["start"]), row["language"].decode(), Embedding(vector, tokens)))
    return text, found


def checked_tokens(path: Path, row: Any, tokens: bytes) -> bytes:
    """The tokens of a passage; raises DamagedFile if they, or their row, are not as they were written."""
    if _crc32(row, tokens) != row["crc32"]:
        raise DamagedFile(path)
    return tokens
