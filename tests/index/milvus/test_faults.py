"""Faults: whatever happens between two calls to the server, the last or the next state is there, whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.milvus import lease, milvus_store
from rodedraad.index.milvus.address import Address
from rodedraad.index.milvus.client import Client, client_of
from rodedraad.index.milvus.milvus_state import Names
from rodedraad.index.stores import store_of
from rodedraad.ingest.errors import RodeDraadError
from tests.index.conftest import write_villages
from tests.milvus_server import milvus_process, put_on_server
from tests.servers import free_port, until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_parser_process")]


class LineCut(RodeDraadError):
    """A call did not reach the server."""


def cut() -> None:
    raise LineCut


class Line:
    """The calls to the server, which are cut off after some."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mend()
        call = Client._tried

        def tried(client: Client, what: Callable[[], Any]) -> Any:
            self._left -= 1
            if self._left < 0:
                self._do()
            return call(client, what)

        monkeypatch.setattr(Client, "_tried", tried)

    def cut_after(self, calls: int) -> None:
        self._left, self._do = calls, cut

    def once_after(self, calls: int, do: Callable[[], None]) -> None:
        """Do something before the call that follows some, and let that through."""

        def once() -> None:
            self.mend()
            do()

        self._left, self._do = calls, once

    def mend(self) -> None:
        self._left, self._do = 10**9, cut


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ended is taken for silent at once, and what was replaced is deleted at once."""
    monkeypatch.setattr(milvus_store, "STATE_GRACE", 0)
    monkeypatch.setattr(lease, "SILENT", 0.0)
    monkeypatch.setattr(lease, "SETTLE", 0.0)


def texts(place: Path) -> list[str]:
    with closing(store_of(place / "home").open()) as snapshot:
        snapshot.verify()
        return [snapshot.document(number)[0].text for number in range(len(snapshot.manifest.documents))]


def write(place: Path, number: int) -> list[str]:
    """Change one document, and add and remove one; the texts of the corpus after it."""
    (place / "corpus" / "montero.txt").write_text(f"In Montero weven {number} vrouwen dekens.", "utf-8")
    (place / "corpus" / f"dorp-{number - 1}.txt").unlink(missing_ok=True)
    (place / "corpus" / f"dorp-{number}.txt").write_text(f"Het dorp heeft {number} straten.", "utf-8")
    return [path.read_text("utf-8") for path in sorted((place / "corpus").iterdir())]


def test_a_line_cut_after_any_call_leaves_the_last_or_the_next_state(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(monkeypatch)
    before = write(place, 0)
    reindex(place / "corpus", place / "home")
    assert texts(place) == before
    outcomes = []
    for calls in range(1, 200):
        after = write(place, calls)
        line.cut_after(calls)
        try:
            reindex(place / "corpus", place / "home")
            is_whole = True
        except LineCut:
            is_whole = False
        line.mend()
        found = texts(place)
        assert found in (before, after), calls
        outcomes.append(found == after)
        before = found
        if is_whole:
            break
    assert is_whole
    assert len(outcomes) > 25
    assert outcomes[-1]
    assert not any(outcomes[:15])
    assert store_of(place / "home").problems() == []


def test_the_first_indexing_cut_off_leaves_nothing_or_all(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, store = Line(monkeypatch), store_of(place / "home")
    expected = [path.read_text("utf-8") for path in sorted((place / "corpus").iterdir())]
    for calls in range(2, 60, 4):
        line.cut_after(calls)
        with suppress(LineCut):
            reindex(place / "corpus", place / "home")
        line.mend()
        if store.current():
            break
    assert calls > 20
    assert texts(place) == expected


def test_a_killed_indexing_is_followed_by_one_that_completes(place: Path) -> None:
    before = write(place, 0)
    reindex(place / "corpus", place / "home")
    for number, seconds in enumerate((1.6, 2.2, 2.8), 1):
        after = write(place, number)
        command = [sys.executable, "-m", "rodedraad", "index", "--corpus", str(place / "corpus")]
        indexing = subprocess.Popen(
            [*command, "--home", str(place / "home")], stderr=subprocess.DEVNULL, env=os.environ
        )
        time.sleep(seconds)
        indexing.send_signal(signal.SIGKILL)
        indexing.wait()
        assert texts(place) in (before, after)
        reindex(place / "corpus", place / "home")
        assert texts(place) == after
        before = after
    assert store_of(place / "home").problems() == []


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a server that is started by each test, for the home and the corpus in `tmp_path`."""
    port = free_port()
    put_on_server(tmp_path / "home", f"milvus://127.0.0.1:{port}/reports")
    write_villages(tmp_path / "corpus")
    return port


def texts_once_open(place: Path) -> list[str]:
    """The texts of a server that has just been started: a connection that was lost is made again."""

    def is_reached() -> bool:
        with suppress(RodeDraadError):
            return store_of(place / "home").exists()
        return False

    until(is_reached, "the index is not found again")
    return texts(place)


def test_a_server_killed_during_a_call_has_the_last_or_the_next_state_when_it_is_back(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, data = Line(monkeypatch), tmp_path / "data"
    before = write(tmp_path, 0)
    with milvus_process(data, port):
        reindex(tmp_path / "corpus", tmp_path / "home")
    outcomes = []
    for number, calls in enumerate((5, 21, 27, 33, 38, 43), 1):
        with milvus_process(data, port) as server:
            assert texts_once_open(tmp_path) == before
            after = write(tmp_path, number)
            line.once_after(calls, Timer(0.002, server.kill).start)
            with suppress(RodeDraadError):
                reindex(tmp_path / "corpus", tmp_path / "home")
            assert server.wait(60) == -signal.SIGKILL
        with milvus_process(data, port):
            found = texts_once_open(tmp_path)
            assert found in (before, after), calls
            outcomes.append(found == after)
            reindex(tmp_path / "corpus", tmp_path / "home")
            assert texts(tmp_path) == after
            assert store_of(tmp_path / "home").problems() == []
        before = after
    assert not any(outcomes[:3])


def test_an_indexing_whose_server_is_killed_says_so_and_the_next_completes(tmp_path: Path, port: int) -> None:
    before = write(tmp_path, 0)
    home = tmp_path / "home"
    with milvus_process(tmp_path / "data", port) as server:
        reindex(tmp_path / "corpus", home)
        client = client_of(Address("127.0.0.1", port, "reports"))
        after = write(tmp_path, 1)
        command = [sys.executable, "-m", "rodedraad", "index", "--corpus", str(tmp_path / "corpus")]
        indexing = subprocess.Popen([*command, "--home", str(home)], stderr=subprocess.PIPE, text=True)
        until(lambda: client.alias(Names("reports").writing), "the indexing does not write")
        server.kill()
        told = indexing.communicate(timeout=120)[1]
        assert indexing.returncode == 2
        assert told.startswith(f"rodedraad: The Milvus server at http://127.0.0.1:{port} ")
        assert told.count("\n") == 1
    with milvus_process(tmp_path / "data", port):
        assert texts_once_open(tmp_path) in (before, after)
        reindex(tmp_path / "corpus", home)
        assert texts(tmp_path) == after
        assert store_of(home).problems() == []
