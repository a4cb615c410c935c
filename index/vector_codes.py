"""Vector codes: many vectors in four bits a dimension, which propose the rows that are then compared exactly.

They are an eighth of the vectors, and every question reads them all: so they, and not the vectors, stay in
memory. A graph or inverted lists would read less, but not find the same (docs/performance.md).
"""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.files.index_file import open_file
from rodedraad.index.files.segments import DamagedFile

LARGE = 50_000
"""Rows from which on codes are made; the vectors of fewer are compared in some 7 ms."""

TRAINED = 20_000
"""The most rows from which the range of each dimension is taken."""

CODED_AT_ONCE = 10_000
"""Rows that are coded at once."""

FACTOR = 2
"""How many rows the codes propose for each that is wanted."""


def coded(vectors: Vectors) -> bytes:
    """The codes of float32[n, d], as FAISS writes an index to a file."""
    index = _empty(vectors.shape[1])
    index.train(np.ascontiguousarray(vectors[:: 1 + len(vectors) // TRAINED]))
    for start in range(0, len(vectors), CODED_AT_ONCE):
        index.add(np.ascontiguousarray(vectors[start : start + CODED_AT_ONCE]))
    data: bytes = faiss.serialize_index(index).tobytes()
    return data


def _empty(dimension: int) -> Any:
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_4bit, faiss.METRIC_INNER_PRODUCT)


class VectorCodes:
    """The codes of a segment's vectors, memory-mapped."""

    def __init__(self, path: Path, rows: int, dimension: int) -> None:
        """Open what `coded` made; raises DamagedFile if it is missing, or not of so many rows."""
        try:
            with open_file(path):  # which distinguishes a lack of permission from damage
                self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except (OSError, RuntimeError) as error:
            raise DamagedFile(path) from error
        same = ("d", "ntotal", "code_size", "metric_type")
        like = _empty(dimension)
        like.ntotal = rows
        if type(self._index) is not type(like) or any(
            getattr(self._index, name) != getattr(like, name) for name in same
        ):
            raise DamagedFile(path)

    def proposed(self, query: Vectors, k: int, allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """FACTOR * k rows for a query, float32[d], that hold its k nearest among those allowed, bool[rows].

        All that are allowed, if they are fewer.
        """
        below: Any = faiss  # whose type stubs do not know these
        if np.count_nonzero(allowed) <= FACTOR * k:
            return np.flatnonzero(allowed)
        bits = np.packbits(allowed, bitorder="little")
        chosen = below.SearchParameters(sel=below.IDSelectorBitmap(bits))
        rows: npt.NDArray[np.int64] = self._index.search(query[None], FACTOR * k, params=chosen)[1][0]
        return rows
