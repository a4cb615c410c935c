"""Evaluation: the measures by their definitions, and the figures that must not fall."""

import math
from pathlib import Path

import pytest

from app.answer import Answer
from app.evaluation import (
    GOLD,
    Outcome,
    answers,
    covers,
    evaluate,
    figure,
    groups,
    load_gold,
    measures,
    ndcg,
    reciprocal_rank,
    squash,
    success_at,
)
from index.search import Searcher
from ingest.errors import RodeDraadError


def outcome(*relevant: bool, all_relevant: int = 1) -> Outcome:
    answer = Answer("?", "?", "nl", False, 0.5, (), (), 1.0)
    return Outcome({"answerable": True}, 0, answer, relevant, all_relevant, False)


def test_text_is_squashed_to_letters_and_digits() -> None:
    assert squash("De cacao- variëteit, 30.000 ‘ton’!") == "decacaovariëteit30000ton"


def test_a_passage_covers_a_span_that_it_holds() -> None:
    assert covers("abcdefghijklmnop", "cdef")
    assert not covers("abcdefghijklmnop", "cdxf")


def test_a_passage_covers_a_span_of_which_80_percent_stand_at_its_edge() -> None:
    assert covers("34567890rest", "1234567890")  # the last eight of ten
    assert not covers("4567890rest", "1234567890")
    assert covers("rest12345678", "1234567890")
    assert not covers("rest1234567", "1234567890")
    assert not covers("x34567890rest", "1234567890")  # not at the edge


def test_a_quote_answers_with_half_of_a_span() -> None:
    assert answers("12345", "1234567890")
    assert not answers("1234", "1234567890")
    assert answers("xx1234567890xx", "1234567890")


def test_measures_of_ranks() -> None:
    second = outcome(False, True, False)
    assert [success_at(second, k) for k in (1, 2, 3)] == [0.0, 1.0, 1.0]
    assert reciprocal_rank(second) == 0.5
    assert ndcg(second) == pytest.approx(1 / math.log2(3))
    assert ndcg(outcome(True, False, True, all_relevant=2)) == pytest.approx(
        (1 + 0.5) / (1 + 1 / math.log2(3))
    )
    assert reciprocal_rank(outcome(False, False)) == 0.0
    assert ndcg(outcome(False, all_relevant=0)) == 0.0


def test_a_figure_has_a_bootstrap_interval() -> None:
    result = figure([0.0, 1.0] * 50)
    assert result.value == 0.5
    assert result.low == pytest.approx(0.40, abs=0.02)
    assert result.high == pytest.approx(0.60, abs=0.02)
    assert result.count == 100
    assert figure([]).count == 0


def test_the_auroc_of_perfect_and_of_reversed_confidence() -> None:
    def with_confidence(answerable: bool, confidence: float) -> Outcome:
        answer = Answer("?", "?", "nl", False, confidence, (), (), 1.0)
        return Outcome({"answerable": answerable, "lang": "nl"}, 0, answer, (), 0, False)

    good = [with_confidence(True, 0.9), with_confidence(True, 0.8), with_confidence(False, 0.1)]
    bad = [with_confidence(True, 0.1), with_confidence(False, 0.2), with_confidence(False, 0.8)]
    assert measures(good)["abstention AUROC"].value == 1.0
    assert measures(bad)["abstention AUROC"].value == 0.0


def test_a_wrong_gold_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "a", "answerable": false}\n{"question": "b"}\n', "utf-8")
    with pytest.raises(RodeDraadError, match=r"line 2, is no gold question"):
        load_gold(path)


def test_a_folder_without_questions_is_told_so(searcher: Searcher, tmp_path: Path) -> None:
    with pytest.raises(RodeDraadError, match=r"no questions\.jsonl"):
        evaluate(searcher, tmp_path)


def test_the_figures_have_not_fallen(searcher: Searcher) -> None:
    """Each bound is the low end of the measured figure's 95 % interval."""
    table = groups(evaluate(searcher, GOLD))
    sizes = {name: len(members) for name, members in table.items()}
    assert sizes == {
        "all": 160, "nl": 80, "en": 40, "fr": 20, "es": 20, "low overlap": 92, "follow-ups": 29,
    }  # fmt: skip
    every = measures(table["all"])
    assert every["success@1"].value >= 0.63
    assert every["success@3"].value >= 0.84
    assert every["quote accuracy"].value >= 0.62
    assert every["quoted characters"].value <= 370
    assert every["answerable refused"].value <= 0.09
    assert measures(table["follow-ups"])["success@3"].value >= 0.70
