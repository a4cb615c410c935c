"""Compare runs: by paired tests whose values are known."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.evaluation.compare_runs import Change, bootstrap_p, compare, mcnemar
from rodedraad.evaluation.run_file import Run
from rodedraad.ingest.errors import RodeDraadError
from tests.evaluation.test_report_html import outcome, ranked, run


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


@given(st.lists(st.tuples(*[st.sampled_from([0.0, 1.0])] * 2), max_size=8))
@settings(deadline=None)
def test_mcnemar_is_the_share_of_all_ways_that_are_as_uneven(
    pairs: list[tuple[float, float]],
) -> None:
    turned = [after - before for before, after in pairs if after != before]
    ways = [abs(sum(way)) >= abs(sum(turned)) for way in product([-1.0, 1.0], repeat=len(turned))]
    before, after = np.array(pairs).reshape(-1, 2).T
    assert mcnemar(before, after) == pytest.approx(sum(ways) / len(ways))


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
        lost = [replace(o, **ranked(2)) if n < count else o for n, o in enumerate(before.outcomes)]
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
    after = run(outcome("c", **ranked(9), answered=False), outcome("b", question="Another?"), outcome("d"))
    result = compare(before, after)
    assert {change.count for change in result.changes} == {1}
    assert [(b.id, a.ranks) for b, a in result.turned] == [("c", (9,))]
    assert result.unpaired == 4
    with pytest.raises(RodeDraadError, match="no question in common"):
        compare(before, run(outcome("z")))
