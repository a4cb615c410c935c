"""Index apart: an indexing in another process tells what it does, and ends when it is told to."""

import os
import sys
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.progress import Progress
from rodedraad.index.store.check import check
from rodedraad.index.store.publishing import writing
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.index_apart import IndexApart
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.texts.refusal import Refusal

pytestmark = pytest.mark.usefixtures("no_parser_process")

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


def test_an_indexing_that_is_killed_loses_nothing_and_says_so(folder: Path) -> None:
    indexing = IndexApart(folder / "corpus", folder / "home")
    with pytest.raises(Refusal, match="reindex_broken"):
        indexing.report(lambda now: indexing.process.kill())
    assert check(folder / "home") == []
    assert LiveIndex(folder / "home").searcher().generation.passages == 1


def test_why_there_is_no_indexing_is_told(folder: Path) -> None:
    library = LiveCorpus(folder / "corpus", LiveIndex(folder / "home"))
    with writing(folder / "home"), pytest.raises(RodeDraadError, match="Another process is indexing into"):
        library.reindex(lambda now: None)
    assert not library.can_cancel
