"""Vector index: nearest neighbours of unit vectors, by FAISS; exact, but in pieces that have codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.vector_codes import VectorCodes

# On a busy machine, more threads make a single query slower.
faiss.omp_set_num_threads(1)

Numbers = npt.NDArray[np.int64]

MOST_PIECES = 64
"""The most pieces that are searched one by one; more are copied into one array."""


@dataclass(frozen=True, slots=True)
class CodedPiece:
    """A segment's vectors with their codes."""

    vectors: Vectors  # float32[n, d]
    codes: VectorCodes
    numbers: Numbers  # int64[n]; -1 of rows that are removed


class VectorIndex:
    """Rows of float32[n, d] and unit length, searched by cosine; rows are numbered from 0."""

    def __init__(self, pieces: Sequence[Vectors], numbers: Numbers, coded: Sequence[CodedPiece]) -> None:
        self._coded = coded
        self._pieces = [*pieces, *(piece.vectors for piece in coded)]
        self._numbers = np.concatenate([numbers, *(piece.numbers for piece in coded)])
        self._starts = [0, *accumulate(map(len, self._pieces))]
        order = np.argsort(self._numbers)
        self._places = order[np.searchsorted(self._numbers, 0, sorter=order) :]  # of each row, by its number

    @classmethod
    def build(
        cls,
        pieces: Sequence[Vectors],
        dimension: int,
        numbers: Numbers | None = None,
        coded: Sequence[CodedPiece] = (),
    ) -> "VectorIndex":
        """An index of the rows of all pieces, float32[n, dimension] each.

        `numbers`, int64[n], are those of the rows of `pieces`, if they are not in order.
        """
        if numbers is None:
            numbers = np.arange(sum(map(len, pieces)))
        pieces = [piece for piece in pieces if len(piece)]
        if not 0 < len(pieces) <= MOST_PIECES:
            pieces = [np.concatenate([np.zeros((0, dimension), np.float32), *pieces])]
        return cls(pieces, numbers, coded)

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows, and their dimension."""
        return len(self._places), self._pieces[0].shape[1]

    def rows(self, start: int, count: int) -> Vectors:
        """The rows from `start` on, float32[count, d]."""
        return self.rows_of(np.arange(start, min(start + count, self.shape[0])))

    def rows_of(self, numbers: Numbers) -> Vectors:
        """The rows with these numbers, float32[numbers, d]."""
        places = self._places[numbers]
        found = np.empty((len(places), self.shape[1]), np.float32)
        pieces = np.searchsorted(self._starts, places, side="right") - 1
        for number in set(pieces.tolist()):
            inside = pieces == number
            found[inside] = self._pieces[number][places[inside] - self._starts[number]]
        return found

    def search(
        self, query: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> tuple[Numbers, Vectors]:
        """The k nearest rows of each query of float32[n, d], best first; `allowed`, bool[rows], by number.

        Returns row numbers, int64[n, k], and cosines, float32[n, k]; fewer columns if there are fewer
        than k rows.
        """
        found_rows, found_cosines = [], []
        plain = self._pieces[: len(self._pieces) - len(self._coded)]
        for piece, start in zip(plain, self._starts, strict=False):
            if allowed is None:
                cosines, rows = faiss.knn(query, piece, min(k, len(piece)), faiss.METRIC_INNER_PRODUCT)
            else:
                cosines, rows = _nearest(query, piece, k, allowed[self._numbers[start : start + len(piece)]])
            found_rows.append(self._numbers[rows + start])
            found_cosines.append(cosines)
        for coded in self._coded:
            cosines, rows = _nearest_coded(query, coded, k, allowed)
            found_rows.append(coded.numbers[rows])
            found_cosines.append(cosines)
        rows, cosines = np.concatenate(found_rows, axis=1), np.concatenate(found_cosines, axis=1)
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(rows, best, axis=1), np.take_along_axis(cosines, best, axis=1)


def _nearest(
    query: Vectors, piece: Vectors, k: int, allowed: npt.NDArray[np.bool_]
) -> tuple[Vectors, Numbers]:
    """As faiss.knn, of the rows of a piece that are allowed; its Python interface cannot leave rows out."""
    below: Any = faiss  # whose type stubs do not know these
    k = min(k, int(allowed.sum()))
    cosines = np.empty((len(query), k), np.float32)
    rows = np.empty((len(query), k), np.int64)
    if k:
        chosen = below.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        given = [below.swig_ptr(np.ascontiguousarray(array)) for array in (query, piece)]
        taken = [below.swig_ptr(array) for array in (cosines, rows)]
        below.knn_inner_product(*given, piece.shape[1], len(query), len(piece), k, *taken, chosen)
    return cosines, rows


def _nearest_coded(
    query: Vectors, piece: CodedPiece, k: int, allowed: npt.NDArray[np.bool_] | None
) -> tuple[Vectors, Numbers]:
    """As faiss.knn, of the rows of a piece that are neither removed nor left out by `allowed`."""
    live = piece.numbers >= 0
    if allowed is not None:
        live[live] = allowed[piece.numbers[live]]
    k = min(k, int(np.count_nonzero(live)))
    cosines = np.empty((len(query), k), np.float32)
    rows = np.empty((len(query), k), np.int64)
    for number, vector in enumerate(query):
        proposed = np.sort(piece.codes.proposed(vector, k, live))
        found = piece.vectors[proposed] @ vector
        best = np.argsort(-found, kind="stable")[:k]
        rows[number], cosines[number] = proposed[best], found[best]
    return cosines, rows
