"""Report: a run as one HTML file, with nothing to load: tables, plots drawn as SVG, every question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from math import isnan, sqrt

import numpy as np

from app.confidence import THRESHOLD
from app.evaluation import PASSAGES, Outcome
from app.measures import (
    KIND,
    REFUSED,
    RIGHT,
    Figure,
    digits,
    groups,
    refusals,
    reliability,
    risk_coverage,
    success_at,
    verdict,
)
from app.runs import Change, Comparison, Run

VERDICTS = {
    "not found": "The sources hold an answer, and none of the first three passages has it.",
    "found, not quoted": "One of the first three passages has the answer, and no quote gives it.",
    "refused": "The sources hold an answer, and the question was refused.",
    "answered without a source": "The sources hold no answer, and something was quoted.",
    "quoted": "A quote answers.",
    "kept silent": "The sources hold no answer, and nothing was quoted.",
}
"""Every verdict, the wrong ones first, and what it means."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """Points of a plot, x and y from 0 to 1, with what a reader sees on hovering each dot."""

    name: str
    points: Sequence[Point]
    hints: Sequence[str] = ()
    dots: Sequence[float] = ()  # a dot's radius for each point; none if empty
    line: bool = True


def report_html(run: Run, table: dict[str, dict[str, Figure]], comparison: Comparison | None = None) -> str:
    """The report of a run, whose figures by group are `table`, and of its comparison with another."""
    main = {name: row for name, row in table.items() if not name.startswith(KIND)}
    kinds = {name.removeprefix(KIND): row for name, row in table.items() if name.startswith(KIND)}
    parts = [
        f"<h1>Rode Draad: evaluation</h1>{_made_by(run)}",
        _section("Figures", "Means with bootstrap 95 % intervals over questions.", _figures(main)),
        f'<div class="plots">{"".join(_plots(run.outcomes))}</div>',
        _section("By kind of question", "", _figures(kinds)) if kinds else "",
        _comparison(comparison) if comparison else "",
        _section("Every question", "", "".join(_questions(run.outcomes))),
    ]
    css = files("app").joinpath("report.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Rode Draad: evaluation</title><style>{css}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _section(title: str, lead: str, body: str) -> str:
    lead = f"<p>{escape(lead)}</p>" if lead else ""
    return f"<section><h2>{escape(title)}</h2>{lead}{body}</section>"


def _table(kind: str, head: str, rows: str) -> str:
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _made_by(run: Run) -> str:
    made = run.made_by
    said = [
        f"{len(run.outcomes)} questions over {made['documents']} documents in {made['passages']} passages",
        f"model {made['model']} ({made['fingerprint'][:12]})",
        f"without {', '.join(made['without'])}" if made["without"] else "every signal on",
    ]
    warning = (
        "<p>Refusals are decided by a threshold that was fitted with every signal on: here, compare the "
        "passages found and the AUROC, not the shares refused.</p>"
        if made["without"]
        else ""
    )
    return f'<p class="made">{escape(" · ".join(said))}<br><code>{escape(run.command)}</code></p>{warning}'


def _figures(table: dict[str, dict[str, Figure]]) -> str:
    """A table with a row for each measure and a column for each group."""
    head = "".join(
        f'<th scope="col">{escape(name)}<small>{max(f.count for f in row.values())}</small></th>'
        for name, row in table.items()
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(measure)}</th>'
        + "".join(_figure(measure, row[measure]) for row in table.values())
        + "</tr>"
        for measure in next(iter(table.values()))
    )
    return _table("figures", f"<td></td>{head}", rows)


def _figure(measure: str, figure: Figure) -> str:
    if isnan(figure.value):
        return "<td>–</td>"
    d = digits(measure)
    return (
        f'<td title="over {figure.count} questions">{figure.value:.{d}f}'
        f"<small>{figure.low:.{d}f}–{figure.high:.{d}f}</small></td>"
    )


def _comparison(comparison: Comparison) -> str:
    shown = [c for c in comparison.changes if c.group == "all" or c.gain]
    heads = ("group", "measure", "before", "after", "difference", "95 % interval", "p")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(map(_change, shown))
    turned = "".join(
        f"<tr><td>{escape(after.id)}</td><td>{escape(after.question)}</td>"
        f"<td>{_badge(verdict(before))}</td><td>{_badge(verdict(after))}</td></tr>"
        for before, after in comparison.turned
    )
    lead = (
        "Paired over the questions that both runs asked. All measures over all questions, and those of the "
        "other groups that differ by more than noise: p below .05, by McNemar's exact test for shares and "
        f"by the paired bootstrap otherwise. {comparison.unpaired} questions are in one run only."
    )
    table = _table("changes", head, rows)
    if turned:
        head = "".join(f'<th scope="col">{name}</th>' for name in ("id", "question", "before", "after"))
        summary = f"{len(comparison.turned)} questions with another verdict"
        table += f"<details><summary>{summary}</summary>{_table('turned', head, turned)}</details>"
    return _section("Against the run before", lead, table)


def _change(change: Change) -> str:
    d = digits(change.measure)
    kind = "worse" if change.gain < 0 else "better" if change.gain > 0 else "same"
    cells = (
        *(f"{change.before:.{d}f}", f"{change.after:.{d}f}", f"{change.after - change.before:+.{d}f}"),
        *(f"{change.low:+.{d}f} to {change.high:+.{d}f}", f"{change.p:.3f}"),
    )
    return (
        f'<tr class="{kind}"><th scope="row">{escape(change.group)}</th><td>{escape(change.measure)}</td>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def _questions(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """For each verdict its questions, those that went wrong unfolded."""
    for name, meaning in VERDICTS.items():
        members = [o for o in outcomes if verdict(o) == name]
        if members:
            head = "".join(f'<th scope="col">{column}</th>' for column in ("question", "wanted", "got"))
            table = _table("questions", head, "".join(map(_question, members)))
            yield (
                f"<details{'' if name in RIGHT else ' open'}><summary>{_badge(name)} {len(members)}"
                f'<span class="meaning">{meaning}</span></summary>{table}</details>'
            )


def _question(outcome: Outcome) -> str:
    understood = ""
    if outcome.understood_as != outcome.question:
        understood = f'<p class="note">understood as: {escape(outcome.understood_as)}</p>'
    about = [outcome.id, outcome.lang, outcome.kind, f"{outcome.overlap} overlap" if outcome.overlap else ""]
    found = f"right passages at {', '.join(map(str, outcome.ranks)) or 'none of ten'}"
    got = [f"confidence {outcome.confidence:.2f}", found if outcome.answerable else ""]
    quotes = "".join(f"<blockquote>{escape(quote)}</blockquote>" for quote in outcome.quotes)
    return (
        f'<tr id="{escape(outcome.id)}"><td><p lang="{escape(outcome.lang)}">{escape(outcome.question)}</p>'
        f"{understood}{_note(about)}</td><td>{escape(outcome.wanted) or 'silence'}</td>"
        f"<td>{quotes or 'silence'}{_note(got)}</td></tr>"
    )


def _note(parts: Sequence[str]) -> str:
    return f'<p class="note">{escape(" · ".join(filter(None, parts)))}</p>'


def _badge(name: str) -> str:
    return f'<span class="badge {"right" if name in RIGHT else "wrong"}">{escape(name)}</span>'


def _plots(outcomes: Sequence[Outcome]) -> Iterable[str]:
    members = groups(outcomes)
    single = members.get("all", list(outcomes))
    yield _recall_curve(members)
    yield _risk_coverage(single)
    if points := refusals(single):
        yield _refusals(single, points)
    yield _reliability(single)


def _recall_curve(members: dict[str, list[Outcome]]) -> str:
    ks = range(1, PASSAGES + 1)
    series = []
    for name, group in members.items():
        answerable = [o for o in group if o.answerable]
        if answerable and not name.startswith(KIND):
            shares = [float(np.mean([success_at(o, k) for o in answerable])) for k in ks]
            points = [((k - 1) / (PASSAGES - 1), share) for k, share in zip(ks, shares, strict=True)]
            hints = [f"{name}: success@{k} {share:.2f}" for k, share in zip(ks, shares, strict=True)]
            series.append(Series(name, points, hints, [3.5] * len(points)))
    ticks = [((k - 1) / (PASSAGES - 1), str(k)) for k in ks]
    return _plot("Passages found", "first passages", "share with the answer among them", series, ticks)


def _risk_coverage(outcomes: Sequence[Outcome]) -> str:
    curve = risk_coverage(outcomes)
    given = [o for o in outcomes if not o.abstained]
    coverage = len(given) / len(outcomes)
    risk = 1 - float(np.mean([success_at(o, 3) for o in given])) if given else 0.0
    here = f"as shipped, from a confidence of {THRESHOLD}: {coverage:.2f} answered, {risk:.2f} of them wrong"
    return _plot(
        "Risk and coverage",
        "share of all questions answered, the surest first",
        "share of them not found in three passages",
        [Series("questions", curve), Series("as shipped", [(coverage, risk)], [here], [5], line=False)],
    )


def _refusals(outcomes: Sequence[Outcome], points: list[Point]) -> str:
    shares = [
        float(np.mean([o.abstained for o in outcomes if o.answerable is answerable]))
        for answerable in (True, False)
    ]
    here = f"as shipped: {shares[0]:.2f} of the answerable refused, {shares[1]:.2f} of the others"
    return _plot(
        "Silence",
        "share of answerable questions refused",
        "share of unanswerable questions refused",
        [
            Series("by threshold", points),
            Series("as shipped", [(shares[0], shares[1])], [here], [5], line=False),
            Series(f"{REFUSED:.0%} of the answerable", [(REFUSED, 0), (REFUSED, 1)]),
        ],
    )


def _reliability(outcomes: Sequence[Outcome]) -> str:
    bins = reliability(outcomes)
    hints = [
        f"{b.count} questions: confidence {b.confidence:.2f}, answerable {b.answerable:.2f}" for b in bins
    ]
    radii = [3 + 9 * sqrt(b.count / len(outcomes)) for b in bins]
    return _plot(
        "Reliability",
        "confidence that the sources hold an answer",
        "share of questions that have one",
        [
            Series("questions", [(b.confidence, b.answerable) for b in bins], hints, radii),
            Series("as it should be", [(0, 0), (1, 1)]),
        ],
    )


WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT_EDGE = 440, 300, 52, 44, 12, 14  # of a plot, in SVG units
TENTHS = [(n / 5, f"{n / 5:.1f}") for n in range(6)]


def _plot(
    title: str, x: str, y: str, series: Sequence[Series], ticks: Sequence[tuple[float, str]] = TENTHS
) -> str:
    """A figure with a legend; both axes run from 0 to 1, x with the labels of `ticks`."""
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
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{title}: {y}, by {x}")}">'
        f'{"".join(drawn)}</svg><ul class="legend">{legend}</ul></figure>'
    )
