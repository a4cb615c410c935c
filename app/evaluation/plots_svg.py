"""Plots SVG: curves of a run, drawn with nothing to load."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import sqrt

import numpy as np

from rodedraad.answering.confidence import THRESHOLD
from rodedraad.evaluation.ask_gold import PASSAGES_ASKED, Outcome
from rodedraad.evaluation.metrics import (
    KIND,
    REFUSED_SHARE,
    groups,
    refusals,
    reliability,
    risk_coverage,
    success_at,
)
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import named, phrase

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """Points of a plot, x and y from 0 to 1, with what a reader sees on hovering each dot."""

    name: str
    points: Sequence[Point]
    hints: Sequence[str] = ()
    dots: Sequence[float] = ()  # a dot's radius for each point; none if empty
    line: bool = True


def plots(outcomes: Sequence[Outcome], language: str) -> Iterable[str]:
    """The plots of a run, each a figure with its legend."""
    members = groups(outcomes)
    single = members.get("all", list(outcomes))
    yield _recall_curve(members, language)
    yield _risk_coverage(single, language)
    if points := refusals(single):
        yield _refusals(single, points, language)
    yield _reliability(single, language)


def _recall_curve(members: dict[str, list[Outcome]], language: str) -> str:
    ks = range(1, PASSAGES_ASKED + 1)
    series = []
    for group, outcomes in members.items():
        answerable = [o for o in outcomes if o.answerable]
        if answerable and not group.startswith(KIND):
            name = named(group, language)
            shares = [float(np.mean([success_at(o, k) for o in answerable])) for k in ks]
            points = [((k - 1) / (PASSAGES_ASKED - 1), share) for k, share in zip(ks, shares, strict=True)]
            hints = [f"{name}: success@{k} {share:.2f}" for k, share in zip(ks, shares, strict=True)]
            series.append(Series(name, points, hints, [3.5] * len(points)))
    ticks = [((k - 1) / (PASSAGES_ASKED - 1), str(k)) for k in ks]
    return _plot("recall", series, language, ticks)


def _risk_coverage(outcomes: Sequence[Outcome], language: str) -> str:
    curve = risk_coverage(outcomes)
    given = [o for o in outcomes if not o.abstained]
    coverage = len(given) / len(outcomes)
    risk = 1 - float(np.mean([success_at(o, 3) for o in given])) if given else 0.0
    here = phrase("risk_shipped", language, least=THRESHOLD, answered=coverage, wrong=risk)
    shipped = Series(phrase("as_shipped", language), [(coverage, risk)], [here], [5], line=False)
    return _plot("risk", [Series(phrase("questions", language), curve), shipped], language)


def _refusals(outcomes: Sequence[Outcome], points: list[Point], language: str) -> str:
    yes, no = (
        float(np.mean([o.abstained for o in outcomes if o.answerable is answerable]))
        for answerable in (True, False)
    )
    here = phrase("refusals_shipped", language, yes=yes, no=no)
    series = [
        Series(phrase("by_threshold", language), points),
        Series(phrase("as_shipped", language), [(yes, no)], [here], [5], line=False),
        Series(
            phrase("refusals_limit", language, share=REFUSED_SHARE), [(REFUSED_SHARE, 0), (REFUSED_SHARE, 1)]
        ),
    ]
    return _plot("refusals", series, language)


def _reliability(outcomes: Sequence[Outcome], language: str) -> str:
    bins = reliability(outcomes)
    hints = [phrase("reliability_bin", language, **asdict(b)) for b in bins]
    radii = [3 + 9 * sqrt(b.count / len(outcomes)) for b in bins]
    series = [
        Series(phrase("questions", language), [(b.confidence, b.answerable) for b in bins], hints, radii),
        Series(phrase("ideal", language), [(0, 0), (1, 1)]),
    ]
    return _plot("reliability", series, language)


WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT_EDGE = 440, 300, 52, 44, 12, 14  # of a plot, in SVG units
TENTHS = [(n / 5, f"{n / 5:.1f}") for n in range(6)]


def _plot(
    title: str, series: Sequence[Series], language: str, ticks: Sequence[tuple[float, str]] = TENTHS
) -> str:
    """A figure with a legend; both axes, x and y, run from 0 to 1, x with the labels of `ticks`.

    `title` names its phrase; those of the axes add "_x" and "_y".
    """
    right, floor = WIDTH - RIGHT_EDGE, HEIGHT - BOTTOM

    def place(point: Point) -> Point:
        return LEFT + point[0] * (right - LEFT), floor - point[1] * (floor - TOP)

    return render(
        "evaluation/plot.html",
        language=language,
        title=phrase(title, language),
        x=phrase(f"{title}_x", language),
        y=phrase(f"{title}_y", language),
        size=(WIDTH, HEIGHT),
        edges=(LEFT, TOP, right, floor),
        x_ticks=[(place((value, 0))[0], label) for value, label in ticks],
        y_ticks=[(place((0, value))[1], label) for value, label in TENTHS],
        series=[(one, [place(point) for point in one.points]) for one in series],
    )
