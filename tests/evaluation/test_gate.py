"""Gate: answers have not become worse, and the gate would notice if they had."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.evaluation.run_file import Run, figures_as_json
from rodedraad.index.search import Searcher
from tests.evaluation.gate import AUROC, below_floor, headlines, holm, turned
from tests.evaluation.judged import (
    GOLD_FILE,
    HELD,
    RECORD,
    Judged,
    ask_held,
    is_drawn,
    judged,
    recorded_gold,
    recorded_held,
    write_held,
)
from tests.evaluation.simulate import failures

RIGHT = Judged("a", "0", 0, answerable=True, first=1, quoted=True, refused=False, confidence=0.9)
WRONG = replace(RIGHT, first=4, quoted=False)
SILENT = replace(RIGHT, answerable=False, first=0, quoted=False, refused=True, confidence=0.1)
FOLLOW_UP = replace(RIGHT, turn=2)
REST = [SILENT, SILENT, FOLLOW_UP]


def assert_no_worse(before: Sequence[Judged], now: Sequence[Judged]) -> None:
    questions = [[(j.id, j.digest) for j in rows] for rows in (before, now)]
    assert questions[0] == questions[1], f"The questions have changed. Record their outcomes: {RECORD}"
    fallen = [str(headline) for headline in headlines(before, now) if headline.fallen]
    lines = "\n".join(turned(zip(before, now, strict=True)))
    assert not fallen, f"If this is meant, record the outcomes: {RECORD}\n{lines}"


def test_the_answers_to_the_gold_questions_are_no_worse(outcomes: list[Outcome]) -> None:
    assert_no_worse(recorded_gold(), list(judged("gold", outcomes)))


def drawn() -> list[Judged]:
    """The recorded outcomes of what is asked at every test; `RECORD` asks the rest too."""
    return [*recorded_gold(), *(judged for judged in recorded_held() if is_drawn(judged.talk))]


@pytest.mark.slow
def test_the_answers_to_the_questions_drawn_are_no_worse_and_above_the_floors(
    outcomes: list[Outcome],
) -> None:
    before = drawn()
    held = [judged for folder in HELD for judged in ask_held(folder, is_drawn)]
    now = [*judged("gold", outcomes), *held]
    assert_no_worse(before, now)
    assert below_floor(headlines(before, now)) == []


@pytest.mark.slow
def test_signals_that_are_switched_off_are_noticed(searcher: Searcher, home: Path) -> None:
    without = Searcher.open(home, {"dense", "interaction", "sentence", "verified"})
    now = list(judged("gold", evaluate(without, GOLD)))
    assert "success@1" in {h.measure for h in headlines(recorded_gold(), now) if h.fallen}


def test_a_loss_is_noticed_and_a_neutral_change_is_not() -> None:
    assert failures(drawn(), "2% lost", rounds=20) == 20
    assert failures(drawn(), "10% redrawn", rounds=100) <= 8


def test_the_p_value_of_a_loss_is_the_binomial_tail() -> None:
    before = [*[RIGHT] * 8, *[WRONG] * 2, SILENT, SILENT, FOLLOW_UP]
    now = [*[WRONG] * 5, *[RIGHT] * 3, RIGHT, WRONG, SILENT, SILENT, FOLLOW_UP]
    found = {headline.measure: headline for headline in headlines(before, now)}
    assert found["success@1"].before == 0.8
    assert found["success@1"].now == 0.4
    assert found["success@1"].p == 7 / 64  # of six that turned, five or six were lost
    assert found["answerable quoted"].p == 7 / 64
    assert found["unanswerable refused"].p == 1.0
    assert found["follow-ups quoted"].p == 1.0
    back = {headline.measure: headline for headline in headlines(now, before)}
    assert back["success@1"].p == 63 / 64


def test_the_p_value_of_the_auroc_is_delongs() -> None:
    def rows(yes: Sequence[float], no: Sequence[float]) -> list[Judged]:
        answerable = [replace(RIGHT, confidence=c) for c in yes]
        return [*answerable, *(replace(SILENT, confidence=c) for c in no), FOLLOW_UP]

    found = headlines(rows([0.9, 0.8, 0.4], [0.5, 0.3]), rows([0.9, 0.2, 0.4], [0.5, 0.3]))
    [auroc] = [headline for headline in found if headline.measure == AUROC]
    assert auroc.before == pytest.approx(5 / 6)
    assert auroc.now == pytest.approx(3 / 6)
    assert auroc.p == pytest.approx(0.1587, abs=1e-4)  # one standard deviation below none
    [tied] = [
        h for h in headlines(rows([0.5] * 2, [0.5] * 2), rows([0.5] * 2, [0.5] * 2)) if h.measure == AUROC
    ]
    assert (tied.before, tied.now, tied.p) == (0.5, 0.5, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=8))
@settings(deadline=None)
def test_the_p_value_of_a_loss_is_the_share_of_all_ways_that_lose_as_many(
    pairs: list[tuple[bool, bool]],
) -> None:
    before, now = ([*(RIGHT if right else WRONG for right in run), *REST] for run in zip(*pairs, strict=True))
    lost = [before for before, now in pairs if before != now]
    ways = [sum(way) >= sum(lost) for way in product([False, True], repeat=len(lost))]
    [quoted] = [headline for headline in headlines(before, now) if headline.measure == "answerable quoted"]
    assert quoted.p == pytest.approx(sum(ways) / len(ways))


confidences = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=2, max_size=20)


@given(confidences, confidences)
@settings(deadline=None)
def test_the_auroc_is_the_share_of_all_pairs_in_order(yes: list[float], no: list[float]) -> None:
    rows = [
        *(replace(RIGHT, confidence=c) for c in yes),
        *(replace(SILENT, confidence=c) for c in no),
        FOLLOW_UP,
    ]
    [auroc] = [headline for headline in headlines(rows, rows) if headline.measure == AUROC]
    pairs = [1.0 if y > n else 0.5 if y == n else 0.0 for y in yes for n in no]
    assert auroc.now == pytest.approx(sum(pairs) / len(pairs))


def test_holm_rejects_step_by_step() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}, 0.05) == {"a", "d"}
    assert holm({"a": 0.02, "b": 0.02, "c": 0.02}, 0.05) == set()
    assert holm({"a": 0.016, "b": 0.024, "c": 0.05}, 0.05) == {"a", "b", "c"}


def test_a_measure_below_its_floor_is_noticed_whatever_was_recorded() -> None:
    rows = [*[RIGHT] * 61, *[WRONG] * 39, SILENT, SILENT, FOLLOW_UP]
    assert {h.measure for h in below_floor(headlines(rows, rows))} == {
        "success@1", "success@3", "answerable quoted",
    }  # fmt: skip


def test_judged_questions_come_back_from_their_file(tmp_path: Path) -> None:
    rows = [RIGHT, WRONG, SILENT, FOLLOW_UP]
    write_held(rows, tmp_path / "held.csv")
    assert recorded_held(tmp_path / "held.csv") == rows


def test_the_recorded_outcomes_are_of_every_signal_and_every_question() -> None:
    run = Run.load(GOLD_FILE)
    assert run.command == RECORD
    assert run.made_by["without"] == []
    assert len(recorded_gold()) == 204
    assert len(recorded_held()) == 3764


def test_the_recorded_figures_are_those_of_the_recorded_outcomes() -> None:
    written = json.loads(GOLD_FILE.read_text("utf-8"))["figures"]
    figures = figures_as_json(Run.load(GOLD_FILE).figures())
    for group, row in figures.items():
        for measure, figure in row.items():
            recorded = written[group][measure]
            assert recorded["count"] == figure["count"]
            if figure["value"] is not None:
                assert recorded["value"] == pytest.approx(figure["value"], abs=0.02 + figure["value"] / 100)
