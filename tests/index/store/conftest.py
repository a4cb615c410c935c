import shutil

import pytest

from rodedraad.index.build import reindex
from tests.index.store.two_texts import COFFEE, WOOL


@pytest.fixture(scope="package")
def built(tmp_path_factory):
    """A corpus of two texts and its index."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "koffie.txt").write_text(COFFEE, "utf-8")
    (folder / "corpus" / "wol.txt").write_text(WOOL, "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.fixture
def place(built, tmp_path, no_parser_process):
    """A copy of that corpus and its index, to damage."""
    shutil.copytree(built, tmp_path / "place")
    return tmp_path / "place"
