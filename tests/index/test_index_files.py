"""Index files: a pipe, a folder or deep nesting in their place is one clear sentence, or is repaired."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.evaluation.gold_file import load_gold
from rodedraad.evaluation.run_file import Run
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.ingest.errors import RodeDraadError

pytestmark = pytest.mark.usefixtures("no_parser_process")


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError("two minutes have passed")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(120)
    yield
    signal.alarm(0)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of two texts and its index, by the table of token vectors."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "corpus").mkdir()
    (folder / "home").mkdir()
    (folder / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    for name in ("koffie", "wol"):
        (folder / "corpus" / f"{name}.txt").write_text(f"De boeren verkopen {name}.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Path:
    """A copy of them, to damage."""
    return Path(shutil.copytree(built, tmp_path / "place"))


def command(place: Path, *words: str) -> int:
    return main([*words, "--corpus", str(place / "corpus"), "--home", str(place / "home")])


def change(place: Path) -> None:
    (place / "corpus" / "wol.txt").write_text("De boeren verkopen geen wol meer.", "utf-8")


def deep(path: Path) -> None:
    path.write_text("[" * 200_000)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10_000_000_000)


@pytest.mark.slow
def test_every_file_of_the_index_may_become_a_pipe_and_is_repaired(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [path.relative_to(place) for path in sorted((place / "home").rglob("*")) if path.is_file()]
    names = [name for name in names if "generations" in name.parts and name.suffix != ".lock"]
    assert len(names) >= 10
    for name in [Path("home/CURRENT"), *names]:
        copy = Path(shutil.copytree(place, place / "copy"))
        (copy / name).unlink()
        os.mkfifo(copy / name)
        assert command(copy, "check") == 2, name
        assert str(copy / name) in capsys.readouterr().err
        assert command(copy, "check", "--repair") == 0, name
        assert command(copy, "check") == 0, name
        shutil.rmtree(copy)


@pytest.mark.parametrize("make", [deep, huge, Path.mkdir], ids=["deep", "huge", "a folder"])
def test_a_manifest_that_cannot_be_parsed_is_damage(
    place: Path, make: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = place / "home" / "generations" / "000001" / "manifest.json"
    manifest.unlink()
    make(manifest)
    assert command(place, "check") == 2
    assert "manifest.json is damaged or missing" in capsys.readouterr().err
    assert command(place, "index") == 0
    assert command(place, "check") == 0


@pytest.mark.parametrize("name", ["CURRENT", "CURRENT.new", "writer.lock"])
def test_a_folder_under_the_name_of_a_file_is_named(
    place: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "home" / name).unlink(missing_ok=True)
    (place / "home" / name).mkdir()
    change(place)
    assert command(place, "index") == 2
    assert f"{place / 'home' / name} is in the way" in capsys.readouterr().err
    (place / "home" / name).rmdir()
    assert command(place, "index") == 0
    assert command(place, "check") == 0


def test_a_pipe_under_the_name_of_the_lock_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "home" / "writer.lock").unlink()
    os.mkfifo(place / "home" / "writer.lock")
    assert command(place, "index") == 2
    assert "writer.lock is in the way" in capsys.readouterr().err


def test_what_has_the_name_of_unfinished_embeddings_and_holds_none_is_passed_over(place: Path) -> None:
    fingerprint = json.loads((place / "home/generations/000001/manifest.json").read_text())["fingerprint"]
    unfinished = [place / "home" / f"unfinished-{fingerprint[:16]}-{number}" for number in range(4)]
    unfinished[0].mkdir()
    os.mkfifo(unfinished[1])
    huge(unfinished[2])
    unfinished[3].symlink_to("/dev/zero")
    change(place)
    assert command(place, "index") == 0
    assert [path.exists() for path in unfinished] == [True, False, False, False]


def test_a_stray_file_in_the_word_index_is_no_harm(place: Path) -> None:
    words = place / "home" / "generations" / "000001" / "words" / "tantivy"
    (words / ".DS_Store").write_bytes(b"\0")
    os.mkfifo(words / "pipe")
    (words / "folder").mkdir()
    change(place)
    assert command(place, "index") == 0
    assert command(place, "check") == 0
    assert not list((place / "home").rglob(".DS_Store"))


def test_a_file_among_the_generations_is_passed_over(place: Path) -> None:
    (place / "home" / "generations" / "000007").write_text("no folder")
    change(place)
    assert command(place, "index") == 0
    assert (place / "home" / "CURRENT").read_text() == "000008\n"


def test_lines_and_runs_that_are_nested_too_deeply_are_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place / "lines.jsonl"
    deep(path)
    with pytest.raises(RodeDraadError, match=r"line 1, is not a gold question \(its values are nested too"):
        load_gold(path)
    with pytest.raises(RodeDraadError, match=r"is not a run .*nested too deeply"):
        Run.load(path)
    assert command(place, "ask", "--batch", str(path)) == 2
    assert "Line 1 is not a question" in capsys.readouterr().err
    path.unlink()
    os.mkfifo(path)
    for load in (load_gold, Run.load):
        with pytest.raises(RodeDraadError, match=r"cannot be read \(Not a regular file\)"):
            load(path)
