"""Gate: whether answers have become worse than the recorded ones, question by question.

Each of six headline measures gets the p-value of a loss; Holm's correction over the six (Holm 1979) keeps
false alarms below LEVEL. FLOORS hold whatever is recorded, so that losses too small to notice do not add
up. `python -m tests.evaluation.simulate` shows what the gate notices.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import comb, erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.judged import Judged

LEVEL = 0.05
"""The chance, at most, that a change which loses nothing fails the gate."""

AUROC = "abstention AUROC"
SHARES: dict[str, Callable[[Judged], bool | None]] = {
    "success@1": lambda j: j.first == 1 if j.answerable and j.turn == 0 else None,
    "success@3": lambda j: 1 <= j.first <= 3 if j.answerable and j.turn == 0 else None,
    "answerable quoted": lambda j: j.quoted if j.answerable and j.turn == 0 else None,
    "unanswerable refused": lambda j: j.refused if not j.answerable and j.turn == 0 else None,
    "follow-ups quoted": lambda j: j.quoted if j.answerable and j.turn > 1 else None,
}
"""What holds for a question or does not; None for a question that does not count."""

FLOORS = {
    "success@1": 0.62,
    "success@3": 0.79,
    "answerable quoted": 0.68,
    "unanswerable refused": 0.27,
    "follow-ups quoted": 0.60,
    AUROC: 0.77,
}
"""The least that each measure may be over all questions."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A measure over the same questions in two runs."""

    measure: str
    before: float
    now: float
    p: float  # the chance of a loss as large where there is none
    fallen: bool  # by Holm's correction over all measures

    def __str__(self) -> str:
        verdict = ", fallen" if self.fallen else ""
        return f"{self.measure}: {self.before:.3f} → {self.now:.3f} (p = {self.p:.2g}){verdict}"


def headlines(before: Sequence[Judged], now: Sequence[Judged]) -> list[Headline]:
    """Every measure in two runs of the same questions, in the same order."""
    figures = {name: _share(holds, before, now) for name, holds in SHARES.items()}
    figures[AUROC] = _auroc(before, now)
    fallen = holm({name: p for name, (_, _, p) in figures.items()}, LEVEL)
    return [Headline(name, *figure, fallen=name in fallen) for name, figure in figures.items()]


def below_floor(found: Sequence[Headline]) -> list[Headline]:
    """The measures that are less than their floor."""
    return [headline for headline in found if headline.now < FLOORS[headline.measure]]


def turned(pairs: Iterable[tuple[Judged, Judged]]) -> list[str]:
    """A line for each question whose answer differs."""
    return [f"{a.id}: {_verdict(a)} → {_verdict(b)}" for a, b in pairs if _verdict(a) != _verdict(b)]


def _verdict(j: Judged) -> str:
    return f"rank {j.first}, {'refused' if j.refused else 'quoted' if j.quoted else 'not quoted'}"


def holm(ps: dict[str, float], level: float) -> set[str]:
    """The names that Holm's step-down procedure rejects at a family-wise level."""
    rejected: set[str] = set()
    for name in sorted(ps, key=ps.__getitem__):
        if ps[name] > level / (len(ps) - len(rejected)):
            break
        rejected.add(name)
    return rejected


def _share(
    holds: Callable[[Judged], bool | None], before: Sequence[Judged], now: Sequence[Judged]
) -> tuple[float, float, float]:
    """A share in two runs, and the p-value of a loss by McNemar's exact test, one-sided (McNemar 1947)."""
    pairs = [(holds(a), holds(b)) for a, b in zip(before, now, strict=True) if holds(a) is not None]
    then, since = np.array(pairs, np.bool_).T
    lost, won = int((then & ~since).sum()), int((since & ~then).sum())
    p = sum(comb(lost + won, k) for k in range(lost, lost + won + 1)) / 2 ** (lost + won)
    return float(then.mean()), float(since.mean()), p


def _auroc(before: Sequence[Judged], now: Sequence[Judged]) -> tuple[float, float, float]:
    """The AUROC in two runs, and the p-value of a loss by DeLong's test, one-sided (DeLong et al. 1988)."""
    (yes_before, no_before), (yes_now, no_now) = _placements(before), _placements(now)
    yes, no = yes_now - yes_before, no_now - no_before
    variance = yes.var(ddof=1) / len(yes) + no.var(ddof=1) / len(no)
    p = erfc(-yes.mean() / sqrt(2 * variance)) / 2 if variance else 1.0
    return float(yes_before.mean()), float(yes_now.mean()), p


def _placements(rows: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each answerable question the share of unanswerable ones that are less sure, and the reverse.

    Ties count half. The mean of either is the AUROC.
    """
    yes, no = (
        np.array([j.confidence for j in rows if j.answerable == answerable and j.turn == 0])
        for answerable in (True, False)
    )
    return _below(yes, no), 1 - _below(no, yes)


def _below(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the others that lie below each value, ties counted half."""
    others = np.sort(others)
    twice = np.searchsorted(others, values, "left") + np.searchsorted(others, values, "right")
    return twice / (2 * len(others))
