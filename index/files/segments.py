"""Segments: texts with their vectors, in files that are written once and shared by generations.

A segment is two files: SEGMENT.texts has texts one after another, SEGMENT.vectors rows of float32
(little endian). A record is the position of a text and its vectors in them. Removed records stay in
their segment until `to_merge` chooses it.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.files.index_file import open_file
from rodedraad.index.files.safe_files import FileWriter

FLOAT = np.dtype("<f4")
SMALL_SEGMENT = 1_000
"""Rows of a segment that is merged into the next one whatever its size."""


class DamagedFile(Exception):
    """A file is missing, or is not as it was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class Record:
    """The position of a text and its vectors."""

    segment: str
    offset: int  # of the text, in bytes
    length: int
    row: int  # the first of its vectors in the segment
    rows: int
    sha256: str  # of the text's bytes followed by the vectors', hexadecimal


def texts_file(segment: str) -> str:
    """The name of the file with a segment's texts."""
    return f"{segment}.texts"


def vectors_file(segment: str) -> str:
    """The name of the file with a segment's vectors."""
    return f"{segment}.vectors"


def segment_of(name: str) -> str:
    """The segment that a file belongs to, by its path."""
    return PurePosixPath(name).stem


class SegmentWriter:
    """Writes a new segment."""

    def __init__(self, folder: Path, segment: str) -> None:
        """Create its two files in `folder`."""
        self.segment = segment
        self._texts = FileWriter(folder / texts_file(segment))
        self._vectors = FileWriter(folder / vectors_file(segment))
        self._rows = 0

    def append(self, text: bytes, vectors: Vectors) -> Record:
        """Append a text with its vectors, float32[n, d]."""
        data = np.ascontiguousarray(vectors, FLOAT).tobytes()
        record = Record(
            segment=self.segment,
            offset=self._texts.size,
            length=len(text),
            row=self._rows,
            rows=len(vectors),
            sha256=_sha256(text, data),
        )
        self._texts.write(text)
        self._vectors.write(data)
        self._rows += len(vectors)
        return record

    def finish(self) -> dict[str, tuple[int, int]]:
        """Flush to disk; returns the size and CRC-32 of each file, by name."""
        for file in (self._texts, self._vectors):
            file.finish()
        return {
            texts_file(self.segment): (self._texts.size, self._texts.crc32),
            vectors_file(self.segment): (self._vectors.size, self._vectors.crc32),
        }

    def close(self) -> None:
        """Close the files, finished or not."""
        self._texts.close()
        self._vectors.close()


def read_record_text(folder: Path, record: Record) -> bytes:
    """A text's bytes, without a check of their checksum; raises DamagedFile if the file is too short."""
    return read_slice(folder / texts_file(record.segment), record.offset, record.length)


def read_record(folder: Path, record: Record, dimension: int) -> tuple[bytes, Vectors]:
    """A text's bytes and its vectors, float32[n, dimension]; raises DamagedFile on a wrong checksum."""
    width = dimension * FLOAT.itemsize
    text = read_record_text(folder, record)
    data = read_slice(folder / vectors_file(record.segment), record.row * width, record.rows * width)
    if _sha256(text, data) != record.sha256:
        raise DamagedFile(folder / texts_file(record.segment))
    return text, np.frombuffer(data, FLOAT).reshape(record.rows, dimension)


def read_slice(path: Path, start: int, length: int) -> bytes:
    """Some bytes of a file; raises DamagedFile if it is missing or too short."""
    try:
        with open_file(path) as file:
            file.seek(start)
            data = file.read(length)
    except OSError as error:
        raise DamagedFile(path) from error
    if len(data) != length:
        raise DamagedFile(path)
    return data


def _sha256(text: bytes, vectors: bytes) -> str:
    digest = hashlib.sha256(text)
    digest.update(vectors)
    return digest.hexdigest()


def read_vectors(folder: Path, records: Iterable[Record], dimension: int) -> list[Vectors]:
    """The records' vectors in order, as arrays of float32[n, dimension]; as `read_segment_rows`."""
    return read_segment_rows(folder, records, vectors_file, vector_rows(dimension))


def vector_rows(dimension: int) -> np.dtype[Any]:
    """What a row of a segment's vectors is."""
    return np.dtype((FLOAT, (dimension,)))


def read_segment_rows(
    folder: Path, records: Iterable[Record], file_of: Callable[[str], str], row: np.dtype[Any]
) -> list[npt.NDArray[Any]]:
    """The records' rows in order, of the files `file_of` their segments; an array for each contiguous run.

    The arrays are memory-mapped. Raises DamagedFile if a file is missing or too short; checksums are not
    compared.
    """
    runs: list[tuple[str, int, int]] = []
    for record in records:
        if runs and runs[-1][0] == record.segment and runs[-1][2] == record.row:
            runs[-1] = (record.segment, runs[-1][1], record.row + record.rows)
        else:
            runs.append((record.segment, record.row, record.row + record.rows))
    segments = dict.fromkeys(segment for segment, _, _ in runs)
    files = {segment: mapped(folder / file_of(segment), row) for segment in segments}
    for segment, _, end in runs:
        if end > len(files[segment]):
            raise DamagedFile(folder / file_of(segment))
    return [files[segment][start:end] for segment, start, end in runs]


def mapped(path: Path, row: np.dtype[Any]) -> npt.NDArray[Any]:
    """A file's rows, memory-mapped; raises DamagedFile if it is missing or holds part of a row."""
    try:
        with open_file(path) as file:
            if not os.fstat(file.fileno()).st_size:
                return np.empty(0, row)  # an empty file cannot be mapped
            return np.asarray(np.memmap(file, row, "r"))
    except (OSError, ValueError) as error:
        raise DamagedFile(path) from error


def to_merge(rows: dict[str, int], live: dict[str, int], new: int) -> set[str]:
    """The segments whose records are copied into the next segment, which gets `new` other rows.

    `rows` and `live` are the rows of each segment: all, and those of records that are kept. A segment
    is chosen if more than half of its rows are removed, or if it is small compared with what is written
    anyway. So segments stay few, at most half of the rows are removed ones, and each row is copied a
    logarithmic number of times.
    """
    chosen = {segment for segment, count in rows.items() if 2 * live.get(segment, 0) < count}
    if not new and not chosen:
        return set()
    written = new + sum(live.get(segment, 0) for segment in chosen)
    for segment in sorted(rows.keys() - chosen, key=lambda segment: live.get(segment, 0)):
        if live.get(segment, 0) <= max(SMALL_SEGMENT, 2 * written):
            chosen.add(segment)
            written += live.get(segment, 0)
    return chosen
