"""The collections of a server: their names, folders and homes."""

from pathlib import Path

import pytest

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.collection import Collection, named_collections


@pytest.mark.parametrize(
    "name", ["a", "Reports 2024", "Procès-verbaux d’été", "R&D (old)", "7", "v1.2_final", "報告"]
)
def test_a_collection_has_a_home_of_its_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    assert named_collections([(name, tmp_path)], home) == [
        Collection(tmp_path, home / "collections" / name, name)
    ]


def test_a_name_is_one_in_either_unicode_form(tmp_path: Path) -> None:
    [one] = named_collections([("e\u0301te\u0301", tmp_path)], tmp_path)
    assert one.name == "\u00e9t\u00e9"


@pytest.mark.parametrize(
    "name",
    ["..", ".a", "a/b", "a\\b", " a", "a ", "a.", "a?b", "a#b", "a%2fb", "<b>", "a\nb", "a\n", "x" * 41],
)
def test_what_cannot_be_a_folder_or_an_address_is_no_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(RodeDraadError, match="cannot name a collection"):
        named_collections([(name, tmp_path)], tmp_path)


@pytest.mark.parametrize("again", ["minutes", "Minutes", "MINUTES"])
def test_a_name_is_given_once_whatever_its_capitals(tmp_path: Path, again: str) -> None:
    with pytest.raises(RodeDraadError, match=f"Two collections are named {again}"):
        named_collections([("minutes", tmp_path), ("a", tmp_path), (again, tmp_path)], tmp_path)


def test_a_folder_is_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for missing in (tmp_path / "gone", tmp_path / "file"):
        with pytest.raises(RodeDraadError, match=f"collection b has no documents: .* {missing}"):
            named_collections([("a", tmp_path), ("b", missing)], tmp_path)


def test_two_homes_are_not_one(tmp_path: Path) -> None:
    (tmp_path / "collections/a").mkdir(parents=True)
    (tmp_path / "collections/b").symlink_to("a")
    with pytest.raises(RodeDraadError, match="collections a and b have one home"):
        named_collections([("a", tmp_path), ("b", tmp_path)], tmp_path)
