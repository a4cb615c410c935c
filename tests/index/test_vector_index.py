"""Vector index: exact nearest neighbours, the same as by brute force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rodedraad.index.encoders.base import unit
from rodedraad.index.vector_index import MOST_PIECES, VectorIndex


def matrices(least_rows=1):
    shapes = st.tuples(st.integers(least_rows, 30), st.just(8))
    return arrays(np.float32, shapes, elements=st.integers(-8, 8).map(float)).map(unit)


@given(matrices(), matrices(), st.integers(1, 40))
@settings(deadline=None, max_examples=100)
def test_search_finds_what_brute_force_finds(vectors, queries, k):
    rows, cosines = VectorIndex.build([vectors], 8).search(queries, k)
    expected = queries @ vectors.T
    found = min(k, len(vectors))
    assert rows.shape == cosines.shape == (len(queries), found)
    for query in range(len(queries)):
        assert len(set(rows[query].tolist())) == found
        assert cosines[query] == pytest.approx(expected[query][rows[query]], abs=1e-5)
        assert cosines[query] == pytest.approx(-np.sort(-expected[query])[:found], abs=1e-5)


@given(st.lists(matrices(), max_size=3))
@settings(deadline=None, max_examples=20)
def test_rows_come_back_as_they_went_in(pieces):
    vectors = np.concatenate([np.zeros((0, 8), np.float32), *pieces])
    index = VectorIndex.build(pieces, 8)
    assert index.shape == vectors.shape
    for row in range(len(vectors)):
        assert np.array_equal(index.rows(row, 1), vectors[row : row + 1])


@pytest.mark.parametrize("pieces", [1, 3, MOST_PIECES, MOST_PIECES + 1])
def test_search_finds_the_same_in_one_piece_and_in_many(pieces):
    vectors = unit(np.random.default_rng(0).standard_normal((200, 8), np.float32))
    cuts = np.linspace(0, 200, pieces + 1).astype(int)
    parts = [vectors[start:end] for start, end in pairwise(cuts)]
    rows, cosines = VectorIndex.build(parts, 8).search(vectors[:5], 20)
    expected = vectors[:5] @ vectors.T
    assert rows.tolist() == np.argsort(-expected, axis=1)[:, :20].tolist()
    assert cosines == pytest.approx(-np.sort(-expected)[:, :20], abs=1e-5)


def test_the_nearest_of_three_comes_first():
    index = VectorIndex.build([np.float32([[1, 0], [0, 1], [0.6, 0.8]])], 2)
    rows, cosines = index.search(np.float32([[0, 1]]), 5)
    assert rows.tolist() == [[1, 2, 0]]
    assert cosines[0].tolist() == pytest.approx([1, 0.8, 0])


@pytest.mark.parametrize("pieces", [1, 3, MOST_PIECES + 1])
@pytest.mark.parametrize("chosen", [0, 1, 15, 199, 200])
def test_search_finds_the_nearest_of_the_rows_that_are_allowed(pieces, chosen):
    random = np.random.default_rng(1)
    vectors = unit(random.standard_normal((200, 8), np.float32))
    numbers = random.permutation(200)  # of the rows as they are stored
    allowed = np.isin(np.arange(200), random.permutation(200)[:chosen])
    cuts = np.linspace(0, 200, pieces + 1).astype(int)
    stored = [vectors[numbers[start:end]] for start, end in pairwise(cuts)]
    rows, cosines = VectorIndex.build(stored, 8, numbers).search(vectors[:5], 20, allowed)
    expected = np.where(allowed, vectors[:5] @ vectors.T, -2)
    found = min(20, chosen)
    assert rows.tolist() == np.argsort(-expected, axis=1)[:, :found].tolist()
    assert cosines == pytest.approx(-np.sort(-expected)[:, :found], abs=1e-5)
