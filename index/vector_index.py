"""Vectors: exact nearest neighbours of unit vectors, in FAISS."""

from collections.abc import Sequence
from itertools import accumulate

import faiss
import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Vectors

# With other work on the machine, more threads make a single query slower, not faster.
faiss.omp_set_num_threads(1)


MOST_PIECES = 64
"""Pieces that are searched where they lie; more are copied into one, which takes a moment."""


class VectorIndex:
    """float32[n, d] rows, found by cosine; a row's number is its place."""

    def __init__(self, pieces: Sequence[Vectors]) -> None:
        self._pieces = pieces
        self._starts = [0, *accumulate(map(len, pieces))]

    @classmethod
    def build(cls, pieces: Sequence[Vectors], dimension: int) -> "VectorIndex":
        """An index over the rows of all pieces, float32[_, dimension] each."""
        pieces = [piece for piece in pieces if len(piece)]
        if not 0 < len(pieces) <= MOST_PIECES:
            pieces = [np.concatenate([np.zeros((0, dimension), np.float32), *pieces])]
        return cls(pieces)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and dimension."""
        return self._starts[-1], self._pieces[0].shape[1]

    def rows(self, start: int, count: int) -> Vectors:
        """float32[count, d]: the rows from `start` on."""
        places = zip(self._pieces, self._starts, strict=False)
        return np.concatenate(
            [piece[max(start - at, 0) : max(start + count - at, 0)] for piece, at in places]
        )

    def search(self, query: Vectors, k: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        """The k nearest rows of each query and their cosines, best first: int64 and float32[n, k].

        k is at most the number of rows.
        """
        found_rows, found_cosines = [], []
        for piece, start in zip(self._pieces, self._starts, strict=False):
            cosines, rows = faiss.knn(query, piece, min(k, len(piece)), faiss.METRIC_INNER_PRODUCT)
            found_rows.append(rows + start)
            found_cosines.append(cosines)
        rows, cosines = np.concatenate(found_rows, axis=1), np.concatenate(found_cosines, axis=1)
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(rows, best, axis=1), np.take_along_axis(cosines, best, axis=1)
