"""Index apart: an indexing in another process reports what it does, and ends when it is asked to."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.progress import Progress
from rodedraad.index.store.check import index_problems
from rodedraad.index.store.publishing import writing
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.index_apart import IndexApart, indexing_waits
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.texts.refusal import Refusal

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_parser_process")]

stands_still = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no signal that stops a process: the indexing goes on there"
)

LONG = "".join(f"De {n}e lama draagt {n * 7} kilo wol.\n\n" for n in range(20_000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a corpus of one document, its index, and a document that is not indexed yet."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "lama.txt").write_text("De lama draagt wol.", "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    (tmp_path / "corpus" / "lang.txt").write_text(LONG, "utf-8")
    return tmp_path


def test_an_indexing_gives_way_and_ends_with_what_is_done_once_it_is_cancelled(folder: Path) -> None:
    (folder / "corpus" / "geit.txt").write_text("De geit geeft melk.", "utf-8")
    indexing = IndexApart(folder / "corpus", folder / "home")
    seen: list[Progress] = []

    def cancel(now: Progress) -> None:
        seen.append(now)
        indexing.cancel()

    if sys.platform != "win32":
        assert os.getpriority(os.PRIO_PROCESS, indexing.process.pid) == 10
    report = indexing.report(cancel)
    assert seen[0] == Progress("Reading and embedding", 0, 2)
    assert indexing.is_cancelled
    assert "lang.txt" in report.waiting
    assert (report.added, report.unchanged, report.failed) in (
        ([], ["lama.txt"], {}),
        (["geit.txt"], ["lama.txt"], {}),
    )
    indexing.cancel()  # once more does nothing


@stands_still
def test_an_indexing_stands_still_while_a_question_is_answered(folder: Path) -> None:
    indexing = IndexApart(folder / "corpus", folder / "home")
    with indexing_waits():  # it has only begun
        assert _state(indexing.process.pid) != "T"
    pid, asked = indexing.process.pid, []

    def ask(now: Progress) -> None:
        if asked:
            return
        asked.append(now)
        began = time.monotonic()
        with indexing_waits():
            assert _stops(pid)
            with indexing_waits():  # another question, which is answered first
                pass
            time.sleep(0.5)
            assert _state(pid) == "T"
        stood = time.monotonic() - began
        with indexing_waits():  # it was paused for longer than it has run since
            assert not _stops(pid, 0.2)
        time.sleep(stood)
        with indexing_waits():
            assert _stops(pid)
            indexing.cancel()

    assert indexing.report(ask).waiting == ["lang.txt"]
    assert asked
    with indexing_waits():  # it has ended
        pass


@stands_still
def test_an_indexing_that_stands_still_does_not_outlive_its_server(folder: Path) -> None:
    code = """
import os, signal
from pathlib import Path
from rodedraad.live.index_apart import IndexApart, indexing_waits

def end(now):
    with indexing_waits():
        print(indexing.process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

indexing = IndexApart(Path("corpus"), Path("home"))
indexing.report(end)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE, check=False)
    pid = int(ended.stdout)
    deadline = time.monotonic() + 20
    while not _is_free(folder / "home"):  # a process that is killed holds its files for some milliseconds
        assert time.monotonic() < deadline, _state(pid)
        time.sleep(0.05)
    assert _state(pid) in ("", "Z")
    assert index_problems(folder / "home") == []


def _stops(pid: int, patience: float = 20) -> bool:
    """Whether a process is paused within so many seconds; all its threads take a moment."""
    deadline = time.monotonic() + patience
    while (state := _state(pid)) != "T" and time.monotonic() < deadline:
        time.sleep(0.02)
    return state == "T"


def _is_free(home: Path) -> bool:
    """Whether no process indexes into a home."""
    try:
        with writing(home):
            return True
    except RodeDraadError:
        return False


def _state(pid: int) -> str:
    """The state of a process by `ps`, in one letter: T if it is paused; empty if there is none."""
    found = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], stdout=subprocess.PIPE, check=False)
    return found.stdout.decode().strip()[:1]


def test_an_indexing_that_is_killed_loses_nothing_and_says_so(folder: Path) -> None:
    indexing = IndexApart(folder / "corpus", folder / "home")
    with pytest.raises(Refusal, match="reindex_broken"):
        indexing.report(lambda now: indexing.process.kill())
    assert index_problems(folder / "home") == []
    assert LiveIndex(folder / "home").searcher().generation.passages == 1


def test_why_there_is_no_indexing_is_told(folder: Path) -> None:
    library = LiveCorpus(folder / "corpus", LiveIndex(folder / "home"))
    with writing(folder / "home"), pytest.raises(RodeDraadError, match="Another process is indexing into"):
        library.reindex(lambda now: None)
    assert not library.can_cancel
