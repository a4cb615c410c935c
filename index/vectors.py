"""Vectors: exact nearest neighbours of unit vectors, in FAISS."""

from collections.abc import Sequence

import faiss
import numpy as np
import numpy.typing as npt

from index.embedding import Vectors

# With other work on the machine, more threads make a single query slower, not faster.
faiss.omp_set_num_threads(1)


class VectorIndex:
    """float32[n, d] rows, found by cosine; a row's number is its place."""

    def __init__(self, index: "faiss.Index") -> None:
        self._index = index

    @classmethod
    def build(cls, pieces: Sequence[Vectors], dimension: int) -> "VectorIndex":
        """An index over the rows of all pieces, float32[_, dimension] each."""
        index = faiss.IndexFlatIP(dimension)
        for piece in pieces:
            index.add(np.ascontiguousarray(piece))
        return cls(index)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and dimension."""
        return self._index.ntotal, self._index.d

    def rows(self, start: int, count: int) -> Vectors:
        """float32[count, d]: the rows from `start` on."""
        rows: Vectors = self._index.reconstruct_n(start, count)
        return rows

    def search(self, query: Vectors, k: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        """The k nearest rows of each query and their cosines, best first: int64 and float32[n, k].

        k is at most the number of rows.
        """
        cosines, rows = self._index.search(query, min(k, self._index.ntotal))
        return rows, cosines
