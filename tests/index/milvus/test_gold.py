"""Gold questions: an index on a Milvus server answers them as one in a folder does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from tests.milvus_server import put_on_server

ALIKE = 0.99
"""The least share of the questions that both stores answer alike: docs/scaling.md has what was measured."""

ROUNDING = 1e-3
"""How far the confidence of one answer may be apart; 5e-5 was measured."""


def test_both_stores_give_the_gold_questions_the_same_answers(
    outcomes: list[Outcome], corpus: Path, tmp_path: Path, address: str
) -> None:
    put_on_server(tmp_path / "home", address)
    reindex(corpus, tmp_path / "home")
    pairs = list(zip(outcomes, evaluate(Searcher.open(tmp_path / "home"), GOLD), strict=True))

    def share(alike: Callable[[Outcome, Outcome], bool]) -> float:
        return sum(alike(near, far) for near, far in pairs) / len(pairs)

    assert share(lambda near, far: near.quotes == far.quotes) >= ALIKE
    assert share(lambda near, far: near.found[:1] == far.found[:1]) >= ALIKE
    assert share(lambda near, far: set(near.found) == set(far.found)) >= ALIKE
    assert share(lambda near, far: near.confidence == pytest.approx(far.confidence, abs=ROUNDING)) >= ALIKE
