"""What tests share: the corpus, an index of it on disk, a searcher over that, and the gold outcomes.

The workers of pytest-xdist share a folder, where the first to need the index or the outcomes makes them.
"""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

# The workers share the cores: the threads of numpy would only wait for each other.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import pytest
from filelock import FileLock

from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.evaluation.run_file import Run
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Document
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_documents import read_documents

# What a shell starts in the background ignores interrupts, and so would the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

CORPUS = Path(__file__).parent.parent / "corpus"

MadeOnce = Callable[[str, Callable[[Path], object]], Path]


SLOW_FOLDERS = ("browser", "reliability", "server")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no worker is left with a long one at the end."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] in SLOW_FOLDERS:
            item.add_marker("slow")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def corpus() -> Path:
    return CORPUS


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Makes a file or folder of a name, once for all workers; no test writes to it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def made_once(name: str, make: Callable[[Path], object]) -> Path:
        path, part = folder / name, folder / f"part-{name}"
        with FileLock(folder / f"{name}.lock"):
            if not path.exists():
                make(part)
                part.rename(path)
        return path

    return made_once


@pytest.fixture(scope="session")
def home(made_once: MadeOnce, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an index of the corpus; tests that write take their own."""
    built = made_once("index-of-the-corpus", lambda path: reindex(CORPUS, path))
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("home") / "home"))


@pytest.fixture
def no_parser_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are read in this process: to start one for each re-index takes most of the time."""

    def read(pool: ParserPool, source: Source, data: bytes) -> list[Document]:
        return read_documents(source, data)

    monkeypatch.setattr(ParserPool, "read_documents", read)


@pytest.fixture(scope="session")
def searcher(home: Path) -> Searcher:
    return Searcher.open(home)


@pytest.fixture(scope="session")
def outcomes(made_once: MadeOnce, searcher: Searcher) -> list[Outcome]:
    """What the gold questions get."""
    path = made_once("outcomes.json", lambda path: Run.of(searcher, evaluate(searcher, GOLD), "").save(path))
    return list(Run.load(path).outcomes)
