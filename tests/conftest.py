"""What tests share: the corpus, an index of it on disk, and a searcher over that."""

from pathlib import Path

import pytest

from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher

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
    return Searcher.open(home)


@pytest.fixture(scope="session")
def outcomes(searcher: Searcher) -> list[Outcome]:
    """What the gold questions get."""
    return evaluate(searcher, GOLD)
