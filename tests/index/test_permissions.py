"""Permissions: the index can be read as the umask says, and what may not be read is not called damaged."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.store.publishing import open_current
from tests.unprivileged import unprivileged

Command = Callable[..., tuple[int, str]]

pytestmark = pytest.mark.usefixtures("no_parser_process")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A corpus with a folder, and its index."""
    (tmp_path / "corpus" / "map").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    (tmp_path / "corpus" / "koffie.txt").write_text("De boeren verkopen koffie.", "utf-8")
    (tmp_path / "corpus" / "map" / "wol.txt").write_text("De boeren verkopen wol.", "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    return tmp_path


@pytest.fixture
def command(place: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Calls the program without root's power; its exit code, and its output."""

    def command(*words: str) -> tuple[int, str]:
        with unprivileged():
            code = main([*words, "--corpus", str(place / "corpus"), "--home", str(place / "home")])
        return code, capsys.readouterr().err

    return command


def titles(place: Path) -> list[str]:
    return [entry.path for entry in open_current(place / "home").manifest.documents]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_every_file_of_the_index_has_the_mode_that_the_umask_gives(place: Path, mask: int, mode: int) -> None:
    shutil.rmtree(place / "home" / "generations")
    (place / "home" / "CURRENT").unlink()
    with umask(mask):
        for text in ("De boeren verven wol.", "De boeren spinnen wol."):
            (place / "corpus" / "map" / "wol.txt").write_text(text, "utf-8")
            reindex(place / "corpus", place / "home")
            files = [path for path in (place / "home" / "generations").rglob("*") if path.is_file()]
            assert len(files) >= 10
            assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in files} == {
                path.name: mode for path in files
            }


@pytest.mark.parametrize(
    "pattern", ["CURRENT", "*/*/manifest.json", "*/*/words/*/meta.json", "*/*/*/*.vectors"]
)
def test_a_file_of_the_index_that_may_not_be_read_is_not_called_damaged(
    place: Path, command: Command, pattern: str
) -> None:
    path = next((place / "home").glob(pattern))
    mode = path.stat().st_mode
    path.chmod(0)
    (place / "corpus" / "koffie.txt").write_text("De boeren drinken koffie.", "utf-8")
    for words in (["check"], ["check", "--repair"], ["index"], ["ask", "Wat verkopen de boeren?"]):
        code, err = command(*words)
        assert code == 2
        assert f"You have no permission to read the index file {path}." in err
        assert "damaged" not in err
        assert "--repair" not in err
    path.chmod(mode)
    assert command("index")[0] == 0
    assert command("check")[0] == 0


def test_a_folder_that_may_not_be_read_is_named_and_its_documents_stay(place: Path, command: Command) -> None:
    (place / "corpus" / "map" / "diep").mkdir()
    (place / "corpus" / "map" / "diep" / "lama.md").write_text("De lama is wit.", "utf-8")
    (place / "corpus" / "mapje.txt").write_text("Het mapje is leeg.", "utf-8")
    assert command("index")[0] == 0
    (place / "corpus" / "map").chmod(0)
    (place / "corpus" / "nieuw.txt").write_text("De boeren verkopen fruit.", "utf-8")
    reason = "it cannot be read (Permission denied); grant permission to read it"
    code, err = command("index")
    assert code == 0
    assert "documents: 1 added, 2 unchanged, 3 failed." in err
    for id in ("./map", "map/wol.txt", "map/diep/lama.md"):
        assert f"  not indexed: {id}: {reason}\n" in err
    assert titles(place) == ["koffie.txt", "map/diep/lama.md", "map/wol.txt", "mapje.txt", "nieuw.txt"]
    code, err = command("index")
    assert "documents: 3 unchanged, 3 failed." in err
    assert "has changed" not in command("ask", "Wat verkopen de boeren?")[1]
    (place / "corpus" / "map").chmod(0o755)
    (place / "corpus" / "map" / "wol.txt").unlink()
    assert "documents: 1 removed, 4 unchanged." in command("index")[1]
    assert titles(place) == ["koffie.txt", "map/diep/lama.md", "mapje.txt", "nieuw.txt"]


def test_a_corpus_folder_that_may_not_be_read_is_named(place: Path, command: Command) -> None:
    (place / "corpus").chmod(0o300)
    code, err = command("index")
    (place / "corpus").chmod(0o755)
    assert code == 2
    assert "corpus cannot be read (Permission denied)" in err
    assert titles(place) == ["koffie.txt", "map/wol.txt"]
