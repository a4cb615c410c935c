"""Regular file: nothing but a file is read, none is waited for, and no link leads out of the corpus."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rodedraad.index.settings import load_settings
from rodedraad.ingest.corpus_folder import Source, load_sources, scan
from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.ingest.read_file import read_bytes, read_settled
from rodedraad.ingest.regular_file import open_regular, read_regular


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError("a minute has passed")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield
    signal.alarm(0)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket must be short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


OTHERS: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a socket": _socket,
    "a folder": Path.mkdir,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_what_is_no_regular_file_is_an_error_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "a")
    for beneath in (None, tmp_path):
        with pytest.raises(OSError, match="a'$"):
            open_regular(tmp_path / "a", beneath)


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_toml_files_that_are_none_are_reported(tmp_path: Path, make: Callable[[Path], None]) -> None:
    for name in ("sources.toml", "settings.toml"):
        make(tmp_path / name)
    for load in (load_sources, load_settings):
        with pytest.raises(RodeDraadError, match=r"s\.toml cannot be read \(.+\)"):
            load(tmp_path)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (f"a = {'[' * 100_000}", r"s\.toml is nested too deeply\. Correct it\."),
        (f"a = {'9' * 5_000}", r"s\.toml is not valid TOML \(Exceeds the limit"),
    ],
    ids=["nested 100,000 deep", "a number of 5,000 digits"],
)
def test_hostile_toml_is_reported(tmp_path: Path, toml: str, message: str) -> None:
    for name in ("sources.toml", "settings.toml"):
        (tmp_path / name).write_text(toml)
    for load in (load_sources, load_settings):
        with pytest.raises(RodeDraadError, match=message):
            load(tmp_path)


def test_no_more_is_read_than_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_regular(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="It holds more than 4 bytes"):
        read_regular(tmp_path / "a", 4)
    with (tmp_path / "sources.toml").open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(RodeDraadError, match="It holds more than 20,000,000 bytes"):
        load_sources(tmp_path)


# Links out of the corpus


@pytest.fixture
def corpus_beside_secret(tmp_path: Path) -> Path:
    (tmp_path / "buiten" / "map").mkdir(parents=True)
    (tmp_path / "buiten" / "map" / "a.txt").write_text("Geheim.")
    (tmp_path / "corpus" / "map").mkdir(parents=True)
    (tmp_path / "corpus" / "map" / "a.txt").write_text("Gewoon.")
    return tmp_path / "corpus"


def swap(corpus: Path, name: str) -> None:
    """Put a link to what has the same name outside in the place of a file or folder."""
    (corpus / name).rename(corpus.parent / "weg")
    (corpus / name).symlink_to(corpus.parent / "buiten" / name)


@pytest.mark.parametrize("name", ["map/a.txt", "map"])
@pytest.mark.parametrize("read", [read_bytes, read_settled])
def test_what_was_swapped_for_a_link_out_of_the_corpus_is_not_read(
    corpus_beside_secret: Path, name: str, read: Callable[[Source], object]
) -> None:
    [source], _ = scan(corpus_beside_secret)
    assert read_bytes(source) == b"Gewoon."
    swap(corpus_beside_secret, name)
    with pytest.raises(UnreadableDocument, match="A link leads out of the folder of documents"):
        read(source)


@pytest.mark.parametrize("name", ["map/a.txt", "map"])
def test_what_is_swapped_for_a_link_while_it_is_opened_is_not_read(
    corpus_beside_secret: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [source], _ = scan(corpus_beside_secret)
    real_open, swapped = os.open, []

    def open_later(path: str, *arguments: int, dir_fd: int | None = None) -> int:
        if path == Path(name).name and not swapped:
            swapped.append(path)
            swap(corpus_beside_secret, name)
        return real_open(path, *arguments, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", open_later)
    monkeypatch.setattr(os, "supports_dir_fd", {*os.supports_dir_fd, open_later})
    with pytest.raises(UnreadableDocument, match=r"it cannot be read \((Too many levels|Not a directory)"):
        read_bytes(source)
    assert swapped


def test_a_link_within_the_corpus_is_read_and_sources_toml_is_no_way_out(corpus_beside_secret: Path) -> None:
    (corpus_beside_secret / "b.txt").symlink_to(corpus_beside_secret / "map" / "a.txt")
    (corpus_beside_secret / "c.txt").symlink_to(Path("map", "..", "b.txt"))
    (corpus_beside_secret.parent / "zelfde").symlink_to(corpus_beside_secret)
    for folder in (corpus_beside_secret, corpus_beside_secret.parent / "zelfde"):
        assert [read_bytes(source) for source in scan(folder)[0]] == [b"Gewoon."] * 3
    (corpus_beside_secret.parent / "buiten" / "sources.toml").write_text('["a.txt"]\ntitle = "Geheim"\n')
    (corpus_beside_secret / "sources.toml").symlink_to(
        corpus_beside_secret.parent / "buiten" / "sources.toml"
    )
    with pytest.raises(RodeDraadError, match=r"sources\.toml cannot be read \(A link leads out"):
        load_sources(corpus_beside_secret)


def test_a_document_is_read_whatever_the_current_folder(
    corpus_beside_secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for current, folder in (
        (corpus_beside_secret, "."),
        (corpus_beside_secret.parent, "corpus"),
        (corpus_beside_secret / "map", ".."),
    ):
        monkeypatch.chdir(current)
        [source], _ = scan(Path(folder))
        assert read_settled(source) == (source, b"Gewoon.")
        assert replace(source, size=7) == source
