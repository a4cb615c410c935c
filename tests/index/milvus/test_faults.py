"""Faults: whatever happens between two calls to the server, the last or the next state is there, whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.milvus import lease, milvus_store
from rodedraad.index.milvus.client import Client
from rodedraad.index.stores import store_of
from rodedraad.ingest.errors import RodeDraadError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_parser_process")]


class LineCut(RodeDraadError):
    """A call did not reach the server."""


class Line:
    """The calls to the server, which are cut off after some."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 10**9
        call = Client._tried

        def tried(client: Client, what: Callable[[], Any]) -> Any:
            self.left -= 1
            if self.left < 0:
                raise LineCut
            return call(client, what)

        monkeypatch.setattr(Client, "_tried", tried)

    def cut_after(self, calls: int) -> None:
        self.left = calls

    def mend(self) -> None:
        self.left = 10**9


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ended is taken for silent at once, and what was replaced is deleted at once."""
    monkeypatch.setattr(milvus_store, "GRACE", 0)
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
