"""Compare runs: the measures of two runs over the questions that both asked, paired."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from rodedraad.evaluation.ask_gold import Outcome
from rodedraad.evaluation.metrics import (
    LESS_IS_BETTER,
    MEASURES,
    SHARES,
    Values,
    digits,
    groups,
    interval,
    resamples,
    statistic,
    values,
    verdict,
)
from rodedraad.evaluation.run_file import Run
from rodedraad.ingest.errors import RodeDraadError

COMPARED = tuple(name for name in MEASURES if name != "milliseconds")
"""The measures that are compared; times also depend on what else the machine does."""

NOISE = 0.05
"""A difference with at least this p-value may be noise."""


@dataclass(frozen=True, slots=True)
class Change:
    """A measure of a group of questions in two runs, and what their difference is worth."""

    group: str
    measure: str
    before: float
    after: float
    low: float  # the difference's 95 % interval, by the paired bootstrap
    high: float
    p: float  # two-sided
    count: int  # questions of the group that both runs asked

    @property
    def gain(self) -> float:
        """How far the figure went the right way, in units of its last printed digit; 0 for noise.

        Noise is a p-value of at least NOISE, or a difference of less than half a unit: rounding
        alone moves every question a little, all the same way.
        """
        units = (self.after - self.before) * 10.0 ** digits(self.measure)
        if self.p >= NOISE or abs(units) < 0.5:
            return 0.0
        return -units if self.measure in LESS_IS_BETTER else units


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over the questions that both asked."""

    changes: tuple[Change, ...]
    turned: tuple[tuple[Outcome, Outcome], ...]  # before and after, where the verdict differs
    unpaired: int  # questions that one of them asked


def compare(before: Run, after: Run) -> Comparison:
    """The measures of two runs, over the questions that both asked, with the same gold answer.

    Raises RodeDraadError when there is no such question.
    """
    earlier = {_key(outcome): outcome for outcome in before.outcomes}
    pairs = [(earlier[_key(o)], o) for o in after.outcomes if _key(o) in earlier]
    if not pairs:
        raise RodeDraadError("The two runs have no question in common.")
    place = {after.id: number for number, (_, after) in enumerate(pairs)}
    changes = [
        change
        for group, members in groups([after for _, after in pairs]).items()
        for change in _changes(group, [pairs[place[member.id]][0] for member in members], members)
    ]
    return Comparison(
        changes=tuple(changes),
        turned=tuple((b, a) for b, a in pairs if verdict(b) != verdict(a)),
        unpaired=len(before.outcomes) + len(after.outcomes) - 2 * len(pairs),
    )


def _key(outcome: Outcome) -> tuple[str, str, bool, str]:
    return outcome.id, outcome.question, outcome.answerable, outcome.wanted


def _changes(group: str, before: Sequence[Outcome], after: Sequence[Outcome]) -> list[Change]:
    pairs = {name: (statistic(name, before), statistic(name, after)) for name in COMPARED}
    draws: dict[str, list[Values]] = {name: [] for name in COMPARED}
    for weights in resamples(after):
        for name, (then, now) in pairs.items():
            draws[name].append(now(weights) - then(weights))
    once = np.ones((1, len(after)))
    changes = []
    for name, (then, now) in pairs.items():
        old, new = float(then(once)[0]), float(now(once)[0])
        if np.isnan(new - old):
            continue
        differences = np.concatenate(draws[name])
        exact = name in SHARES
        p = mcnemar(values(name, before), values(name, after)) if exact else bootstrap_p(differences)
        changes.append(Change(group, name, old, new, *interval(differences), p, len(after)))
    return changes


def mcnemar(before: Values, after: Values) -> float:
    """The two-sided p-value of McNemar's exact test (McNemar 1947; the binomial sign test).

    Of the questions that were 0 in one run and 1 in the other, as many as by chance went each
    way, with even odds. Questions that do not count in both runs (nan) are left out.
    """
    lost = int((before > after).sum())
    won = int((before < after).sum())
    tail = sum(comb(lost + won, k) for k in range(min(lost, won) + 1))
    return min(1.0, float(2 * tail / 2 ** (lost + won)))


def bootstrap_p(differences: Values) -> float:
    """The two-sided p-value that resampled differences give for none (Davison and Hinkley 1997).

    Twice the smaller share of them on either side of zero, with one added to each count.
    """
    known = differences[~np.isnan(differences)]
    least = min((known <= 0).sum(), (known >= 0).sum())
    return min(1.0, float(2 * (least + 1) / (len(known) + 1)))
