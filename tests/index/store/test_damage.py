"""Damage: every damaged file is named, and repaired by indexing again."""

import json
import pickle
import pickletools
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.search import Searcher
from rodedraad.index.store.checksums import SMALL_FILE
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.store.publishing import current, open_current
from tests.index.store.two_texts import WOOL, answers, generations, problem

VILLAGE = ["kapelle", "kerke", "dijk", "brug", "veld", "berg", "hoek", "poort", "beek", "zele"]


def files_of(built):
    """Every file of the generation, but for tantivy's empty locks."""
    home = built / "home"
    files = sorted(path for path in home.glob("generations/**/*") if path.is_file())
    return [path.relative_to(home).as_posix() for path in files if path.stat().st_size]


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.usefixtures("no_parser_process")
@pytest.mark.parametrize("harm", [_truncate, _flip, Path.unlink])
def test_every_damaged_file_is_named_and_repaired_by_indexing_again(built, tmp_path, harm):
    files = files_of(built)
    assert len(files) >= 10
    for number, name in enumerate(files):
        place = tmp_path / str(number)
        shutil.copytree(built, place)
        harm(place / "home" / name)
        message = problem(place / "home")
        assert str(place / "home" / name) in message, name
        assert message.endswith("Run: rodedraad check --repair"), name
        reindex(place / "corpus", place / "home", repair=True)
        assert problem(place / "home") == ""
        assert answers(place) == WOOL
        assert generations(place) == ["000002"]


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """A corpus of eighty villages and its index, whose vectors are too many to be compared at opening."""
    folder = tmp_path_factory.mktemp("larger")
    (folder / "corpus").mkdir()
    (folder / "home").mkdir()
    (folder / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    for number in range(80):
        name = "".join(VILLAGE[int(digit)] for digit in str(number))
        (folder / "corpus" / f"{number}.txt").write_text(f"Het dorp {name} heeft {number} koeien.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.mark.parametrize("part", ["passages", "words"])
def test_damage_to_vectors_is_found_before_the_first_answer(larger, tmp_path, part):
    shutil.copytree(larger, tmp_path / "place")
    home = tmp_path / "place" / "home"
    [path] = current(home).glob(f"{part}/*.vectors")
    assert path.stat().st_size > SMALL_FILE
    _flip(path)
    searcher = Searcher.open(home)
    query = searcher.query("Hoeveel koeien heeft het dorp?")
    with pytest.raises(IndexProblem) as caught:
        searcher.search(query, 3)
    assert f"{path} is damaged" in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad check --repair")


@pytest.mark.parametrize("part", ["passages", "words"])
def test_damage_to_vectors_that_a_re_index_copies_is_reported_and_repaired(larger, tmp_path, part):
    shutil.copytree(larger, tmp_path / "place")
    corpus, home = tmp_path / "place" / "corpus", tmp_path / "place" / "home"
    [path] = current(home).glob(f"{part}/*.vectors")
    _flip(path)
    (corpus / "1.txt").write_text("Het dorp Nieuwkapelle heeft geen geiten meer.", "utf-8")
    with pytest.raises(IndexProblem) as caught:
        reindex(corpus, home)
    assert str(path.with_suffix("")) in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad check --repair")
    assert (home / "CURRENT").read_text() == "000001\n"
    assert "1.txt" in reindex(corpus, home, repair=True).changed
    assert problem(home) == ""


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_no_changed_byte_of_a_manifest_goes_unseen(built, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("flipped")
    original = (current(built / "home") / "manifest.json").read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != original[place]))
    copy = folder / "000001"
    shutil.copytree(current(built / "home"), copy)
    (copy / "manifest.json").write_bytes(original[:place] + bytes([byte]) + original[place + 1 :])
    with pytest.raises(IndexProblem) as caught:
        Generation(copy)
    assert str(copy / "manifest.json") in str(caught.value)


def test_another_format_is_reported(place):
    path = current(place / "home") / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**content, "format": 99}), "utf-8")
    with pytest.raises(IndexProblem) as caught:
        open_current(place / "home")
    assert "made by another version of Rode Draad" in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad index")
    reindex(place / "corpus", place / "home")
    assert answers(place) == WOOL


def test_an_index_of_the_format_before_is_rebuilt(place):
    path = current(place / "home") / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    content["format"] = 5  # without files inside files
    content["documents"] = [row[:-1] for row in content["documents"]]
    path.write_text(json.dumps(content), "utf-8")
    assert main(["index", "--corpus", str(place / "corpus"), "--home", str(place / "home")]) == 0
    assert generations(place) == ["000002"]
    assert problem(place / "home") == ""
    assert answers(place) == WOOL


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0\0\0\0", b"\xff\xfe", b"../../etc", b"\n"])
def test_a_damaged_pointer_is_named_and_repaired_by_indexing_again(place, content):
    (place / "home" / "CURRENT").write_bytes(content)
    with pytest.raises(IndexProblem) as caught:
        open_current(place / "home")
    assert f"{place / 'home' / 'CURRENT'} is damaged" in str(caught.value)
    reindex(place / "corpus", place / "home")
    assert answers(place) == WOOL


def test_a_pointer_to_a_folder_that_is_gone_is_repaired_by_indexing_again(place):
    (place / "home" / "CURRENT").write_text("000007\n")
    with pytest.raises(IndexProblem) as caught:
        open_current(place / "home")
    assert str(Path("generations", "000007")) in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad check --repair")
    reindex(place / "corpus", place / "home")
    assert answers(place) == WOOL


def test_without_an_index_the_message_says_how_to_make_one(tmp_path):
    with pytest.raises(IndexProblem) as caught:
        open_current(tmp_path)
    assert str(caught.value) == f"There is no index in {tmp_path} yet. Run: rodedraad index"


def is_pickle(data):
    try:
        return bool(list(pickletools.genops(data)))
    except ValueError:
        return False


def test_nothing_on_disk_is_a_pickle(built):
    assert is_pickle(pickle.dumps({"a": [1.5]}))
    for path in (built / "home").rglob("*"):
        if path.is_file():
            assert not is_pickle(path.read_bytes()), path
