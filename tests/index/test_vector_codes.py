"""Vector codes: those of a large segment propose what exact comparison finds, through every change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.index.build import reindex
from rodedraad.index.encoders.base import unit
from rodedraad.index.encoders.bundled import BUNDLED_MODEL, bundled_static
from rodedraad.index.files.segments import DamagedFile
from rodedraad.index.scope import Scope
from rodedraad.index.search import Searcher
from rodedraad.index.store.check import index_problems
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.store.publishing import current, open_current
from rodedraad.index.vector_codes import VectorCodes, coded
from rodedraad.index.vector_index import CodedPiece, VectorIndex

pytestmark = pytest.mark.usefixtures("no_parser_process")


def _index(vectors, numbers, path):
    path.write_bytes(coded(vectors))
    codes = VectorCodes(path, *vectors.shape)
    return VectorIndex.build([], vectors.shape[1], None, [CodedPiece(vectors, codes, numbers)])


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """The vectors of 12,000 words, and an index of them by codes."""
    static = bundled_static()
    vocabulary = sorted(word for word in static.tokenizer.get_vocab() if word.isalpha() and len(word) > 3)
    vectors = static.passages(vocabulary[:12_000])
    return vectors, _index(vectors, np.arange(12_000), tmp_path_factory.mktemp("words") / "words.codes")


def test_the_nearest_by_codes_are_the_nearest_by_vectors(words):
    vectors, index = words
    queries = vectors[5:12_000:60] + vectors[7:12_000:60]
    rows, cosines = index.search(queries, 200)
    expected = np.argsort(-queries @ vectors.T, axis=1)
    for k, least in ((10, 0.999), (200, 0.99)):
        held = [len({*found[:k]} & {*exact[:k]}) / k for found, exact in zip(rows, expected, strict=True)]
        assert np.mean(held) >= least
    assert cosines == pytest.approx(np.take_along_axis(queries @ vectors.T, rows, axis=1), abs=1e-5)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 40), st.integers(0, 9))
@settings(deadline=None, max_examples=40)
def test_no_row_is_found_that_is_removed_or_left_out(tmp_path_factory, removed, allowed, k, seed):
    random = np.random.default_rng(seed)
    vectors = unit(random.standard_normal((300, 8), np.float32))
    numbers = np.full(300, -1)
    live = np.sort(random.permutation(300)[removed:])
    numbers[live] = random.permutation(len(live))
    index = _index(vectors, numbers, tmp_path_factory.mktemp("rows") / "a.codes")
    assert index.shape == (300 - removed, 8)
    for row in live.tolist():
        assert np.array_equal(index.rows(numbers[row], 1)[0], vectors[row])
    may = np.zeros(len(live), np.bool_)
    may[random.permutation(len(live))[:allowed]] = True
    [rows], [cosines] = index.search(vectors[:1], k, may)
    assert len(rows) == len(set(rows.tolist())) == min(k, int(may.sum()))
    assert may[rows].all()
    assert cosines == pytest.approx(index.rows_of(rows) @ vectors[0], abs=1e-6)
    assert (np.diff(cosines) <= 0).all()


def test_codes_and_exact_pieces_are_searched_as_one(words, tmp_path):
    vectors = words[0]
    (tmp_path / "a.codes").write_bytes(coded(vectors[:6000]))
    codes = VectorCodes(tmp_path / "a.codes", 6000, vectors.shape[1])
    piece = CodedPiece(vectors[:6000], codes, np.arange(6000, 12_000))
    index = VectorIndex.build([vectors[6000:]], vectors.shape[1], np.arange(6000), [piece])
    rows, _ = index.search(vectors[[3, 9000]], 1)
    assert rows.tolist() == [[6003], [3000]]


@pytest.mark.parametrize("content", [b"", b"IxSQ", b"\xff" * 5000])
def test_what_is_no_codes_is_damage(tmp_path, content):
    (tmp_path / "a.codes").write_bytes(content)
    with pytest.raises(DamagedFile):
        VectorCodes(tmp_path / "a.codes", 10, 8)


def test_codes_of_other_rows_are_damage(tmp_path):
    (tmp_path / "a.codes").write_bytes(coded(np.eye(8, dtype=np.float32)))
    for rows, dimension in ((9, 8), (8, 16)):
        with pytest.raises(DamagedFile):
            VectorCodes(tmp_path / "a.codes", rows, dimension)


SUBJECTS = "koe schaap paard geit ezel kip eend gans".split()


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A corpus of forty texts and its index, whose segments have codes from five rows on."""
    monkeypatch.setattr("rodedraad.index.store.passage_segments.LARGE", 5)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    for number in range(40):
        text = f"De {SUBJECTS[number % 8]} van boer {number} eet {number + 10} kilo gras."
        (tmp_path / "corpus" / f"{number:02}.txt").write_text(text, "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    return tmp_path


def _codes(place):
    return sorted(path.name for path in current(place / "home").glob("passages/*.codes"))


def _first(place, question, scope=None):
    searcher = Searcher.open(place / "home")
    hits = searcher.search(searcher.query(question), 5, scope=scope or Scope())
    return [hit.document.id for hit in hits]


def test_a_large_segment_is_searched_by_its_codes_through_changes(large, monkeypatch):
    assert _codes(large) == ["000001.codes"]
    assert _first(large, "Hoeveel gras eet het schaap van boer 17?")[0] == "17.txt"
    monkeypatch.setattr("rodedraad.index.files.segments.SMALL_SEGMENT", 5)
    before = (current(large / "home") / "passages" / "000001.codes").stat().st_ino
    (large / "corpus" / "17.txt").unlink()
    (large / "corpus" / "nieuw.txt").write_text("De lama van boer 99 eet 7 kilo hooi.", "utf-8")
    reindex(large / "corpus", large / "home")
    assert _codes(large) == ["000001.codes"]
    assert (current(large / "home") / "passages" / "000001.codes").stat().st_ino == before
    assert "17.txt" not in _first(large, "Hoeveel gras eet het schaap van boer 17?")
    assert _first(large, "Wat eet de lama?")[0] == "nieuw.txt"
    chosen = Scope(documents=("03.txt", "nieuw.txt"))
    assert set(_first(large, "Wat eet de koe?", chosen)) == {"03.txt", "nieuw.txt"}
    assert index_problems(large / "home") == []


def test_an_index_without_codes_opens_and_gets_them_when_it_is_merged(large, monkeypatch):
    monkeypatch.setattr("rodedraad.index.store.passage_segments.LARGE", 100)
    (large / "corpus" / "00.txt").write_text("De koe van boer 0 is verkocht.", "utf-8")
    reindex(large / "corpus", large / "home")
    assert _codes(large) == []
    assert _first(large, "Is de koe verkocht?")[0] == "00.txt"
    monkeypatch.setattr("rodedraad.index.store.passage_segments.LARGE", 5)
    (large / "corpus" / "00.txt").write_text("De koe van boer 0 is gestolen.", "utf-8")
    reindex(large / "corpus", large / "home")
    assert _codes(large) == ["000003.codes"]
    assert _first(large, "Is de koe gestolen?")[0] == "00.txt"


def _shortened(path):
    path.write_bytes(path.read_bytes()[:-1])


def _flipped(path):
    data = bytearray(path.read_bytes())
    data[-20] ^= 255
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [_shortened, _flipped])
def test_damaged_codes_are_named_and_repaired(large, harm):
    [path] = current(large / "home").glob("passages/*.codes")
    harm(path)
    with pytest.raises(IndexProblem) as caught:
        _first(large, "Wat eet de geit?")
    assert f"{path} is damaged or missing. Run: rodedraad check --repair" in str(caught.value)
    assert index_problems(large / "home") == [f"The file {path} is damaged or missing."]
    reindex(large / "corpus", large / "home", repair=True)
    assert index_problems(large / "home") == []
    assert _first(large, "Hoeveel gras eet het schaap van boer 17?")[0] == "17.txt"


def test_missing_codes_are_named_without_verifying(large):
    [path] = current(large / "home").glob("passages/*.codes")
    path.unlink()
    generation = open_current(large / "home")
    with pytest.raises(IndexProblem, match=r"000001\.codes is damaged or missing"):
        generation.vectors()
    generation.close()
