"""Publishing: a generation is published whole, or the old one stays."""

import os

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.store.publishing import current, open_current, writing
from rodedraad.ingest.errors import RodeDraadError
from tests.index.store.two_texts import WOOL, answers, change, generations


def test_a_first_index_is_generation_one(place):
    assert (place / "home" / "CURRENT").read_text() == "000001\n"
    assert generations(place) == ["000001"]
    assert sorted(p.name for p in (place / "home" / "generations" / "000001").iterdir()) == [
        "manifest.json",
        "passages",
        "words",
    ]


def test_publishing_replaces_the_old_generation(place):
    change(place)
    reindex(place / "corpus", place / "home")
    assert (place / "home" / "CURRENT").read_text() == "000002\n"
    assert generations(place) == ["000002"]
    assert answers(place) == "De vrouwen verven de wol van de lama bruin."


def test_a_failure_before_publishing_leaves_the_old_generation_alone(place):
    def write_half():
        with writing(place / "home") as new_folder:
            (new_folder() / "half").write_text("written")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert generations(place) == ["000001"]
    assert answers(place) == WOOL


@pytest.mark.parametrize("stage", ["Reading and embedding", "Writing the index"])
def test_a_failure_at_any_stage_leaves_the_old_generation_alone(place, stage):
    class Failure(Exception):
        pass

    def fail(now):
        if now.step == stage:
            raise Failure

    change(place)
    with pytest.raises(Failure):
        reindex(place / "corpus", place / "home", fail)
    assert (place / "home" / "CURRENT").read_text() == "000001\n"
    assert generations(place) == ["000001"]
    assert answers(place) == WOOL


def test_a_failing_replace_leaves_the_old_generation_alone(place, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    change(place)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(RodeDraadError) as caught:
            reindex(place / "corpus", place / "home")
    assert "cannot be written (No space left on device)" in str(caught.value)
    assert "Free disk space" in str(caught.value)
    assert (place / "home" / "CURRENT").read_text() == "000001\n"
    assert generations(place) == ["000001"]
    assert answers(place) == WOOL
    reindex(place / "corpus", place / "home")
    assert answers(place) == "De vrouwen verven de wol van de lama bruin."


def test_a_first_index_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "home"):
        raise ZeroDivisionError
    assert current(tmp_path / "home") is None
    assert list((tmp_path / "home" / "generations").iterdir()) == []


def test_remains_of_a_crash_are_cleared_at_the_next_write(place):
    (place / "home" / "generations" / "000002").mkdir()
    (place / "home" / "generations" / "000002" / "vectors.faiss").write_text("half")
    reindex(place / "corpus", place / "home")
    assert generations(place) == ["000001"]


def test_a_stray_file_among_the_generations_is_passed_over(place):
    (place / "home" / "generations" / ".DS_Store").write_bytes(b"\0")
    (place / "home" / "generations" / "²").write_bytes(b"\0")
    change(place)
    reindex(place / "corpus", place / "home")
    assert generations(place) == [".DS_Store", "000002", "²"]


def test_a_home_that_is_a_file_is_one_clear_sentence(place):
    (place / "file").write_text("a file")
    with pytest.raises(RodeDraadError, match=r"The index in .*file cannot be written"):
        reindex(place / "corpus", place / "file")
    with pytest.raises(IndexProblem, match=r"There is no index in .*file yet"):
        open_current(place / "file")
