"""Damage: every file of a generation is damaged in every way; the damage is found, named and repaired.

    python -m pytest tests/reliability/test_damage.py -s

prints how much was tried.
"""

import shutil

import pytest

from tests.reliability.harms import HARMS, files
from tests.reliability.harness import NEW, contents_now_and_repaired, index_and_read, repair, run


@pytest.fixture(scope="module")
def renewed(made, tmp_path_factory):
    """The corpus with its index brought up to date: two segments, and removed passages in the words."""
    folder = tmp_path_factory.mktemp("renewed") / "place"
    shutil.copytree(made, folder)
    assert run(index_and_read, folder) == NEW
    return folder


def assert_seen_and_repaired(copy, name, told):
    found, repaired = run(contents_now_and_repaired, copy)
    assert isinstance(found, str), told
    if name.name != "CURRENT":  # it may name a generation that is not there
        assert str(copy / "home" / name) in found, (told, found)
    assert repaired == NEW, told


@pytest.mark.parametrize("harm", HARMS)
def test_every_harmed_file_is_named_and_repaired(renewed, tmp_path, harm):
    names = files(renewed)
    assert len(names) >= 14
    copy = tmp_path / "place"
    for name in names:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(renewed, copy)
        harm(copy / "home" / name)
        assert_seen_and_repaired(copy, name, (harm.__name__, name))
    print(f"\n{harm.__name__}: {len(names)} files")


def test_every_file_of_another_generation_in_the_place_of_its_own_is_named_and_repaired(
    made, renewed, tmp_path
):
    copy, swapped = tmp_path / "place", 0
    others = {path.name: path for path in (made / "home" / "generations").rglob("*") if path.is_file()}
    kinds = {path.suffix: path for path in others.values()}
    for name in files(renewed):
        other = others.get(name.name) or kinds.get(name.suffix)
        if other is None or other.read_bytes() == (renewed / "home" / name).read_bytes():
            other = next(path for path in others.values() if path.suffix == ".texts")
        if other.read_bytes() == (renewed / "home" / name).read_bytes():
            continue
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(renewed, copy)
        shutil.copyfile(other, copy / "home" / name)
        assert_seen_and_repaired(copy, name, name)
        swapped += 1
    assert swapped >= 14
    print(f"\nswapped: {swapped} files")


def test_a_document_whose_text_is_damaged_and_whose_file_is_gone_is_reported_lost(renewed, tmp_path):
    copy = tmp_path / "place"
    shutil.copytree(renewed, copy)
    for path in copy.glob("home/generations/*/passages/*.texts"):
        data = path.read_bytes()
        at = data.find(b"De markt is nieuw")
        path.write_bytes(data.replace(b"De markt is nieuw", b"De markt is oud..")) if at >= 0 else None
    (copy / "corpus" / "markt.txt").write_bytes(bytes(range(256)))
    rest = {id: text for id, text in NEW.items() if id != "markt.txt"}
    assert run(repair, copy) == rest
