"""What tests share: the corpus, an index of it on disk, and a searcher over that."""

from pathlib import Path

import pytest

from app.evaluation import GOLD, Outcome, evaluate
from index.build import reindex
from index.search import Searcher

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    return CORPUS


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an index of the corpus; tests that write take their own."""
    home = tmp_path_factory.mktemp("home")
    reindex(CORPUS, home)
    return home


@pytest.fixture(scope="session")
def searcher(home: Path) -> Searcher:
    return Searcher(home)


@pytest.fixture(scope="session")
def outcomes(searcher: Searcher) -> list[Outcome]:
    """What the gold questions of tests/evaluation get."""
    return evaluate(searcher, GOLD)
