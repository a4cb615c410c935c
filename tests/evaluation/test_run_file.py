"""Runs: kept in a file, and compared by paired tests whose values are known."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.evaluation.metrics import KIND
from rodedraad.evaluation.run_file import Change, Run, bootstrap_p, compare, figures_as_json, mcnemar
from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError
from tests.evaluation.test_report_html import outcome, run

RECORDED = Path(__file__).parent / "figures.json"
RECORD = "rodedraad index && rodedraad eval --save tests/evaluation/figures.json"


def test_a_run_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    made = run(outcome("é"), outcome("b", answerable=False, ranks=(), quotes=()))
    made.save(tmp_path / "run.json")
    assert Run.load(tmp_path / "run.json") == made
    text = (tmp_path / "run.json").read_text("utf-8")
    assert len([line for line in text.splitlines() if line.startswith('{"id": ')]) == 2
    content = json.loads(text)
    assert content["figures"]["all"]["success@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "count": 1}
    assert content["figures"]["kind: number"]["success@1"]["count"] == 1
    assert "NaN" not in text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "command": "", "made_by": {}, "outcomes": [{}]}']
)
def test_a_file_that_is_no_run_is_told_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, "utf-8")
    with pytest.raises(RodeDraadError, match=r"run\.json is no run that rodedraad eval --save wrote"):
        Run.load(tmp_path / "run.json")


def test_a_run_that_is_not_there_or_cannot_be_written_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(RodeDraadError, match=r"no\.json cannot be read \(No such file"):
        Run.load(tmp_path / "no.json")
    with pytest.raises(RodeDraadError, match="cannot be written"):
        run(outcome("a")).save(tmp_path)


def test_mcnemar_is_the_binomial_sign_test() -> None:
    def p(lost: int, won: int, same: int = 3) -> float:
        before = np.array([1.0] * lost + [0.0] * won + [1.0] * same)
        after = np.array([0.0] * lost + [1.0] * won + [1.0] * same)
        return mcnemar(before, after)

    assert p(0, 0) == 1.0
    assert p(5, 0) == 0.0625  # 2 / 2**5
    assert p(6, 0) == 0.03125
    assert p(0, 6) == 0.03125
    assert p(1, 9) == pytest.approx(22 / 1024)  # 2 (1 + 10) / 2**10
    assert p(4, 4) == 1.0
    assert mcnemar(np.array([1.0, np.nan]), np.array([np.nan, 0.0])) == 1.0


def test_the_bootstrap_p_is_twice_the_smaller_side() -> None:
    assert bootstrap_p(np.zeros(99)) == 1.0
    assert bootstrap_p(np.ones(99)) == pytest.approx(0.02)
    assert bootstrap_p(np.array([1.0] * 90 + [-1.0] * 9)) == pytest.approx(0.2)
    assert bootstrap_p(np.array([np.nan, 1.0])) == 1.0


def changes(before: Run, after: Run) -> dict[str, Change]:
    return {c.measure: c for c in compare(before, after).changes if c.group == "all"}


def test_a_loss_beyond_noise_is_worse_and_a_small_one_is_not() -> None:
    before = run(*(outcome(f"q{n}") for n in range(20)), outcome("no", answerable=False))

    def with_lost(count: int) -> Run:
        lost = [replace(o, ranks=(2,)) if n < count else o for n, o in enumerate(before.outcomes)]
        return run(*lost)

    five, six = changes(before, with_lost(5)), changes(before, with_lost(6))
    assert five["success@1"].before == 1.0
    assert five["success@1"].after == 0.75
    assert five["success@1"].gain == 0
    assert six["success@1"].gain < 0
    assert six["success@1"].p == 0.03125
    assert six["success@3"].p == 1.0
    assert six["MRR@10"].gain < 0
    assert six["MRR@10"].low < 0.85 - 1.0 < six["MRR@10"].high < 0
    back = changes(with_lost(6), before)
    assert back["success@1"].gain > 0


def test_a_difference_that_is_not_printed_is_noise() -> None:
    def with_confidence(confidence: float) -> Run:
        unsure = outcome("no", answerable=False, confidence=0.0)
        return run(*(outcome(f"q{n}", confidence=confidence) for n in range(20)), unsure)

    small = changes(with_confidence(0.8), with_confidence(0.796))["calibration error"]
    assert small.p < 0.001
    assert small.gain == 0
    large = changes(with_confidence(0.8), with_confidence(0.779))["calibration error"]
    assert large.gain == pytest.approx(-2)


def test_what_should_be_small_is_worse_when_it_grows() -> None:
    before = run(*(outcome(f"q{n}") for n in range(10)))
    after = run(*(replace(o, quotes=("x" * 40,), abstained=n < 7) for n, o in enumerate(before.outcomes)))
    assert changes(before, after)["answerable refused"].gain < 0
    assert changes(after, before)["answerable refused"].gain > 0
    assert changes(before, after)["quoted characters"].gain < 0
    assert "abstention AUROC" not in changes(before, after)  # there is no unanswerable question


def test_only_questions_that_stayed_the_same_are_paired() -> None:
    before = run(outcome("a"), outcome("b"), outcome("c"))
    after = run(outcome("c", ranks=(9,), answered=False), outcome("b", question="Another?"), outcome("d"))
    result = compare(before, after)
    assert {change.count for change in result.changes} == {1}
    assert [(b.id, a.ranks) for b, a in result.turned] == [("c", (9,))]
    assert result.unpaired == 4
    with pytest.raises(RodeDraadError, match="no question in common"):
        compare(before, run(outcome("z")))


def test_the_figures_have_not_fallen(searcher: Searcher, outcomes: list[Outcome]) -> None:
    """No figure of tests/evaluation/figures.json is lower by more than its noise.

    Noise is what a paired test over the same questions gives p >= .05: McNemar's for shares, the
    bootstrap for the others; and less than half of the last printed digit. Kinds of question are
    too few each to be judged. When the figures are meant to change, RECORD writes them anew.
    """
    recorded = Run.load(RECORDED)
    now = Run.of(searcher, outcomes, recorded.command)
    result = compare(recorded, now)
    assert result.unpaired == 0, f"The gold questions have changed. Record the figures: {RECORD}"
    fallen = [c for c in result.changes if c.gain < 0 and not c.group.startswith(KIND)]
    turned = [f"{a.id}: {b.ranks} → {a.ranks}, {b.answered} → {a.answered}" for b, a in result.turned]
    assert not fallen, f"If this is meant, record the figures: {RECORD}\n{turned}"


def test_the_recorded_figures_are_those_of_the_recorded_outcomes() -> None:
    written = json.loads(RECORDED.read_text("utf-8"))
    assert written["command"] == "rodedraad eval --save tests/evaluation/figures.json"
    assert written["made_by"]["without"] == []
    figures = figures_as_json(Run.load(RECORDED).figures())
    for group, row in figures.items():
        for measure, figure in row.items():
            recorded = written["figures"][group][measure]
            assert recorded["count"] == figure["count"]
            if figure["value"] is not None:
                assert recorded["value"] == pytest.approx(figure["value"], abs=0.02 + figure["value"] / 100)


def test_the_gate_would_notice_signals_that_are_switched_off(searcher: Searcher, home: Path) -> None:
    """The gate can fail: without the encoder, the recorded figures are not reached."""
    without = Searcher.open(home, {"dense", "interaction", "sentence"})
    now = Run.of(without, evaluate(without, GOLD), "")
    fallen = {(c.group, c.measure) for c in compare(Run.load(RECORDED), now).changes if c.gain < 0}
    assert ("all", "success@1") in fallen
