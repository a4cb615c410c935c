"""What tests share: the corpus, an index of it on disk, a searcher over that, and the gold outcomes.

The workers of pytest-xdist share a folder, where the first to need the index or the outcomes makes them.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

# The workers share the cores: the threads of numpy and of the models would only wait for each other.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Without .pyc files each program that the tests start would compile the package.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import pytest
from filelock import FileLock

from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.evaluation.run_file import Run
from rodedraad.index.build import reindex
from rodedraad.index.encoders import bundled
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.search import Searcher
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Document
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_documents import read_documents

# Without those each worker would compile every test.
sys.dont_write_bytecode = False
# What a shell starts in the background ignores interrupts, and so would the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

CORPUS = Path(__file__).parent.parent / "corpus"

MadeOnce = Callable[[str, Callable[[Path], object]], Path]


SLOW_FOLDERS = ("browser", "reliability", "server", "training")

LONGEST = (
    "evaluation/test_gate.py",
    "reliability/test_faults.py",
    "ingest/readers/test_hostile.py",
    "reliability/test_power.py",
    "reliability/test_readers.py",
    "browser/test_evaluation.py",
    "package/test_wheel.py",
    "docs/test_commands.py",
    "browser/test_login.py",
    "reliability/test_kills.py",
    "ingest/readers/test_same_article.py",
    "ingest/readers/test_round_trip.py",
)
"""The files that take longest, that of most seconds first."""


def _place(path: Path) -> Path:
    """The path of a file or folder within the folder of tests."""
    return path.relative_to(Path(__file__).parent)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without the slow tests, folders of none but those are passed over: to import them takes seconds."""
    slow = collection_path.is_dir() and collection_path.name in SLOW_FOLDERS
    return True if slow and config.option.markexpr == "not slow" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, then others with slow tests, so that no worker is left with one at the end.

    What needs the outcomes of all gold questions is slow.
    """
    for item in items:
        if _place(item.path).parts[0] in SLOW_FOLDERS or "outcomes" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
    ranks = {Path(name): rank for rank, name in enumerate(LONGEST)}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: ranks.get(_place(item.path), len(ranks) + (item.path not in slow)))


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


@pytest.fixture(scope="session", autouse=True)
def _table_is_loaded_once() -> Iterator[None]:
    """The bundled table of token vectors, which many tests name in their settings, is loaded once."""
    load = cache(StaticEmbedder)

    def embedder(folder: Path, *arguments: Any, **named: Any) -> StaticEmbedder:
        return (load if folder == BUNDLED_MODEL else StaticEmbedder)(folder, *arguments, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bundled, "StaticEmbedder", embedder)
        yield


@pytest.fixture(scope="session")
def searcher(home: Path) -> Searcher:
    return Searcher.open(home)


@pytest.fixture(scope="session")
def outcomes(made_once: MadeOnce, searcher: Searcher) -> list[Outcome]:
    """What the gold questions get."""
    path = made_once("outcomes.json", lambda path: Run.of(searcher, evaluate(searcher, GOLD), "").save(path))
    return list(Run.load(path).outcomes)
