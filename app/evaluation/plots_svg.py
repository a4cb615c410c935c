"""Plots: curves of a run, drawn as SVG with nothing to load."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from math import sqrt

import numpy as np

from rodedraad.answering.confidence import THRESHOLD
from rodedraad.evaluation.ask_gold import PASSAGES, Outcome
from rodedraad.evaluation.metrics import (
    KIND,
    REFUSED,
    groups,
    refusals,
    reliability,
    risk_coverage,
    success_at,
)
from rodedraad.texts.report_phrases import named, say

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
    ks = range(1, PASSAGES + 1)
    series = []
    for group, outcomes in members.items():
        answerable = [o for o in outcomes if o.answerable]
        if answerable and not group.startswith(KIND):
            name = named(group, language)
            shares = [float(np.mean([success_at(o, k) for o in answerable])) for k in ks]
            points = [((k - 1) / (PASSAGES - 1), share) for k, share in zip(ks, shares, strict=True)]
            hints = [f"{name}: success@{k} {share:.2f}" for k, share in zip(ks, shares, strict=True)]
            series.append(Series(name, points, hints, [3.5] * len(points)))
    ticks = [((k - 1) / (PASSAGES - 1), str(k)) for k in ks]
    axes = ("first passages", "share with the answer among them")
    return _plot("Passages found", axes, series, language, ticks)


def _risk_coverage(outcomes: Sequence[Outcome], language: str) -> str:
    curve = risk_coverage(outcomes)
    given = [o for o in outcomes if not o.abstained]
    coverage = len(given) / len(outcomes)
    risk = 1 - float(np.mean([success_at(o, 3) for o in given])) if given else 0.0
    here = say(
        "as shipped, from a confidence of {least}: {answered:.2f} answered, {wrong:.2f} of them wrong",
        language,
        least=THRESHOLD,
        answered=coverage,
        wrong=risk,
    )
    axes = (
        "share of all questions answered, the surest first",
        "share of them not found in three passages",
    )
    shipped = Series(say("as shipped", language), [(coverage, risk)], [here], [5], line=False)
    return _plot("Risk and coverage", axes, [Series(say("questions", language), curve), shipped], language)


def _refusals(outcomes: Sequence[Outcome], points: list[Point], language: str) -> str:
    yes, no = (
        float(np.mean([o.abstained for o in outcomes if o.answerable is answerable]))
        for answerable in (True, False)
    )
    here = say(
        "as shipped: {yes:.2f} of the answerable refused, {no:.2f} of the others", language, yes=yes, no=no
    )
    axes = ("share of answerable questions refused", "share of unanswerable questions refused")
    series = [
        Series(say("by threshold", language), points),
        Series(say("as shipped", language), [(yes, no)], [here], [5], line=False),
        Series(say("{share:.0%} of the answerable", language, share=REFUSED), [(REFUSED, 0), (REFUSED, 1)]),
    ]
    return _plot("Silence", axes, series, language)


def _reliability(outcomes: Sequence[Outcome], language: str) -> str:
    bins = reliability(outcomes)
    hints = [
        say(
            "{count} questions: confidence {confidence:.2f}, answerable {answerable:.2f}",
            language,
            **asdict(b),
        )
        for b in bins
    ]
    radii = [3 + 9 * sqrt(b.count / len(outcomes)) for b in bins]
    axes = ("confidence that the sources hold an answer", "share of questions that have one")
    series = [
        Series(say("questions", language), [(b.confidence, b.answerable) for b in bins], hints, radii),
        Series(say("as it should be", language), [(0, 0), (1, 1)]),
    ]
    return _plot("Reliability", axes, series, language)


WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT_EDGE = 440, 300, 52, 44, 12, 14  # of a plot, in SVG units
TENTHS = [(n / 5, f"{n / 5:.1f}") for n in range(6)]


def _plot(
    title: str,
    axes: tuple[str, str],
    series: Sequence[Series],
    language: str,
    ticks: Sequence[tuple[float, str]] = TENTHS,
) -> str:
    """A figure with a legend; both axes, x and y, run from 0 to 1, x with the labels of `ticks`."""
    title, x, y = (say(text, language) for text in (title, *axes))
    right, floor = WIDTH - RIGHT_EDGE, HEIGHT - BOTTOM

    def place(point: Point) -> tuple[float, float]:
        return LEFT + point[0] * (right - LEFT), floor - point[1] * (floor - TOP)

    drawn = []
    for value, label in ticks:
        at, _ = place((value, 0))
        drawn.append(f'<text x="{at:.1f}" y="{floor + 16}" text-anchor="middle">{label}</text>')
    for value, label in TENTHS:
        _, at = place((0, value))
        drawn.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        drawn.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
    middle = (LEFT + right) / 2
    turned = f"translate(14 {(TOP + floor) / 2}) rotate(-90)"
    drawn.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x)}</text>')
    drawn.append(f'<text transform="{turned}" text-anchor="middle">{escape(y)}</text>')
    for number, one in enumerate(series):
        places = [place(point) for point in one.points]
        if one.line:
            path = " ".join(f"{across:.1f},{down:.1f}" for across, down in places)
            drawn.append(f'<polyline class="line s{number % 8}" points="{path}"/>')
        drawn += [
            f'<circle class="dot s{number % 8}" cx="{across:.1f}" cy="{down:.1f}" r="{radius:.1f}">'
            f"<title>{escape(hint)}</title></circle>"
            for (across, down), hint, radius in zip(places, one.hints, one.dots, strict=False)
        ]
    legend = "".join(
        f'<li><span class="key s{number % 8}"></span>{escape(one.name)}</li>'
        for number, one in enumerate(series)
    )
    label = say("{title}: {y}, by {x}", language, title=title, x=x, y=y)
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f'{"".join(drawn)}</svg><ul class="legend">{legend}</ul></figure>'
    )
