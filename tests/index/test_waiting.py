"""Waiting: an indexing waits two minutes for another process that is indexing, and says for which."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import gethostname
from threading import Event

import httpx
import pytest

from rodedraad.cli import index, main
from rodedraad.index.build import reindex
from rodedraad.index.milvus import lease
from rodedraad.index.store.manifest import IndexBusy
from rodedraad.index.stores import store_of
from tests.servers import chat_server

pytestmark = pytest.mark.slow

HOLD = (
    "import sys; from pathlib import Path; from rodedraad.index.stores import store_of\n"
    "with store_of(Path(sys.argv[1])).writing():\n"
    "    print('writing', flush=True)\n"
    "    sys.stdin.readline()\n"
)


@contextmanager
def writer(place: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes, until it reads a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place / "home")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def indexing(place: Path) -> Iterator[subprocess.Popen[str]]:
    """`rodedraad index` in a process of its own."""
    folders = ["--corpus", str(place / "corpus"), "--home", str(place / "home")]
    process = subprocess.Popen(
        [sys.executable, "-m", "rodedraad", "index", *folders], stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def documents(place: Path) -> list[str]:
    with closing(store_of(place / "home").open()) as snapshot:
        return [entry.path for entry in snapshot.manifest.documents]


def test_the_second_says_for_whom_it_waits_and_indexes_what_is_there_by_then(place: Path) -> None:
    with writer(place) as first, indexing(place) as second:
        assert second.stderr is not None
        told = second.stderr.readline()
        assert told.startswith(f"Another process is indexing into {store_of(place / 'home')} ")
        assert f"(process {first.pid} on {gethostname()}, since 20" in told
        assert told.endswith("This one waits for it, 120 seconds at most.\n")
        (place / "corpus" / "pacaipampa.txt").write_text("De markt van Pacaipampa is op zondag.", "utf-8")
        first.communicate("\n")
        assert "4 added" in second.communicate()[1]
        assert second.returncode == 0
    assert documents(place) == ["canchaque.txt", "montero.txt", "pacaipampa.txt", "sondor.txt"]


def test_a_process_that_was_killed_is_not_waited_for_to_the_end(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lease, "SILENT", 3.0)
    with writer(place) as first:
        first.kill()
        first.communicate()
        assert main(["index", "--corpus", str(place / "corpus"), "--home", str(place / "home")]) == 0
    assert "documents: 3 added." in capsys.readouterr().err
    assert store_of(place / "home").problems() == []


def test_who_has_waited_in_vain_is_told_who_writes(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(index, "WAIT", 2.0)
    with store_of(place / "home").writing():
        assert main(["index", "--corpus", str(place / "corpus"), "--home", str(place / "home")]) == 2
    waiting, refused = capsys.readouterr().err.splitlines()
    assert "This one waits for it, 2 seconds at most." in waiting
    assert refused.startswith("rodedraad: Another process is indexing into ")
    assert f"process {os.getpid()} on {gethostname()}" in refused
    assert "Wait until it has finished" in refused


def test_waiting_can_be_cancelled(place: Path) -> None:
    cancelled, said = Event(), []

    def say(text: str) -> None:
        said.append(text)
        cancelled.set()

    with store_of(place / "home").writing(), pytest.raises(IndexBusy):
        reindex(place / "corpus", place / "home", say=say, cancelled=cancelled, patience=10_000)
    assert len(said) == 1


def test_many_indexings_at_once_all_complete(place: Path) -> None:
    with indexing(place) as one, indexing(place) as two, indexing(place) as three:
        for process in (one, two, three):
            process.communicate()
            assert process.returncode == 0
    assert documents(place) == ["canchaque.txt", "montero.txt", "sondor.txt"]
    assert store_of(place / "home").problems() == []


def test_a_chat_that_starts_meanwhile_does_not_wait(place: Path) -> None:
    reindex(place / "corpus", place / "home")
    question = {"question": "Hoeveel vrouwen weven dekens in Montero?"}
    with store_of(place / "home").writing(), chat_server(place / "corpus", place / "home") as chat:
        [quote] = httpx.post(f"{chat}/api/ask", json=question).json()["quotes"]
        assert quote["text"] == "In Montero weven veertig vrouwen dekens van alpacawol."
    told = (place / "server.log").read_text("utf-8")
    assert "Another process is indexing into " in told
    assert "Until then the index is served as it is." in told
    assert "This one waits for it" not in told
