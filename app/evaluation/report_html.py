"""Report: a run as HTML, with nothing to load: tables, plots, every question; in the page or a file."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from math import isnan

from rodedraad.evaluation.ask_gold import Outcome
from rodedraad.evaluation.compare_runs import Change, Comparison
from rodedraad.evaluation.metrics import KIND, RIGHT, Figure, digits, verdict
from rodedraad.evaluation.plots_svg import plots
from rodedraad.evaluation.run_file import Run
from rodedraad.texts.report_phrases import named, say

VERDICTS = {
    "not found": "The sources hold an answer, and none of the first three passages has it.",
    "found, not quoted": "One of the first three passages has the answer, and no quote gives it.",
    "refused": "The sources hold an answer, and the question was refused.",
    "answered without a source": "The sources hold no answer, and something was quoted.",
    "quoted": "A quote answers.",
    "kept silent": "The sources hold no answer, and nothing was quoted.",
}
"""Every verdict, the wrong ones first, and what it means."""

ABLATED = (
    "Refusals are decided by a threshold that was fitted with every signal on: here, compare the passages "
    "found and the AUROC, not the shares refused."
)
PAIRED = (
    "Paired over the questions that both runs asked. All measures over all questions, and those of the "
    "other groups that differ by more than noise: p below .05, by McNemar's exact test for shares and by "
    "the paired bootstrap otherwise. {unpaired} questions are in one run only."
)

FigureTable = dict[str, dict[str, Figure]]


def report_html(run: Run, table: FigureTable, comparison: Comparison | None = None) -> str:
    """The report of a run, whose figures by group are `table`, as a file of its own."""
    css = files("rodedraad.page").joinpath("static/report.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Rode Draad: evaluation</title><style>{css}</style></head>"
        f'<body class="report"><main><h1>Rode Draad: evaluation</h1>{sections(run, table, comparison)}'
        "</main></body></html>\n"
    )


def sections(run: Run, table: FigureTable, comparison: Comparison | None, language: str = "en") -> str:
    """What there is to say of a run, and of its comparison with another, if there is one."""

    def section(title: str, lead: str, body: str) -> str:
        lead = f"<p>{escape(lead)}</p>" if lead else ""
        return f"<section><h2>{escape(say(title, language))}</h2>{lead}{body}</section>"

    main = {name: row for name, row in table.items() if not name.startswith(KIND)}
    kinds = {name.removeprefix(KIND): row for name, row in table.items() if name.startswith(KIND)}
    means = say("Means with bootstrap 95 % intervals over questions.", language)
    parts = [
        _made_by(run, language),
        section("Figures", means, _figures(main, language)),
        f'<div class="plots">{"".join(plots(run.outcomes, language))}</div>',
        section("By kind of question", "", _figures(kinds, language)) if kinds else "",
    ]
    if comparison:
        paired = say(PAIRED, language, unpaired=comparison.unpaired)
        parts.append(section("Against the run before", paired, _comparison(comparison, language)))
    parts.append(section("Every question", "", "".join(_questions(run.outcomes, language))))
    return "".join(parts)


def _table(kind: str, columns: Sequence[str], rows: str, language: str) -> str:
    """A table under columns that say these phrases; in a region of its own where it must be scrolled."""
    head = "".join(f'<th scope="col">{escape(say(name, language))}</th>' for name in columns)
    return _wide(kind, head, rows)


def _wide(kind: str, head: str, rows: str) -> str:
    return (
        f'<div class="wide" tabindex="0"><table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _made_by(run: Run, language: str) -> str:
    made = run.made_by
    counts = {"count": len(run.outcomes), "documents": made["documents"], "passages": made["passages"]}
    without = ", ".join(made["without"])
    said = [
        say("{count} questions over {documents} documents in {passages} passages", language, **counts),
        say("model {name}", language, name=f"{made['model']} ({made['fingerprint'][:12]})"),
        say("without {signals}", language, signals=without) if without else say("every signal on", language),
    ]
    warning = f"<p>{escape(say(ABLATED, language))}</p>" if without else ""
    return f'<p class="made">{escape(" · ".join(said))}<br><code>{escape(run.command)}</code></p>{warning}'


def _figures(table: FigureTable, language: str) -> str:
    """A table with a row for each measure and a column for each group."""
    heads = ((named(name, language), max(f.count for f in row.values())) for name, row in table.items())
    head = "".join(f'<th scope="col">{escape(name)}<small>{count}</small></th>' for name, count in heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(named(measure, language))}</th>'
        + "".join(_figure(measure, row[measure], language) for row in table.values())
        + "</tr>"
        for measure in next(iter(table.values()))
    )
    return _wide("figures", f"<td></td>{head}", rows)


def _figure(measure: str, figure: Figure, language: str) -> str:
    if isnan(figure.value):
        return "<td>–</td>"
    d = digits(measure)
    over = escape(say("over {count} questions", language, count=figure.count))
    return (
        f'<td title="{over}">{figure.value:.{d}f}<small>{figure.low:.{d}f}–{figure.high:.{d}f}</small></td>'
    )


def _comparison(comparison: Comparison, language: str) -> str:
    shown = [c for c in comparison.changes if c.group == "all" or c.gain]
    columns = ("group", "measure", "before", "after", "difference", "95 % interval", "p")
    table = _table("changes", columns, "".join(_change(c, language) for c in shown), language)
    turned = "".join(
        f"<tr><td>{escape(after.id)}</td><td>{escape(after.question)}</td>"
        f"<td>{_badge(verdict(before), language)}</td><td>{_badge(verdict(after), language)}</td></tr>"
        for before, after in comparison.turned
    )
    if turned:
        summary = say("{count} questions with another verdict", language, count=len(comparison.turned))
        turned = _table("turned", ("id", "question", "before", "after"), turned, language)
        table += f"<details><summary>{escape(summary)}</summary>{turned}</details>"
    return table


def _change(change: Change, language: str) -> str:
    d = digits(change.measure)
    kind = "worse" if change.gain < 0 else "better" if change.gain > 0 else "same"
    low, high = f"{change.low:+.{d}f}", f"{change.high:+.{d}f}"
    cells = (
        *(f"{change.before:.{d}f}", f"{change.after:.{d}f}", f"{change.after - change.before:+.{d}f}"),
        *(say("{low} to {high}", language, low=low, high=high), f"{change.p:.3f}"),
    )
    return (
        f'<tr class="{kind}"><th scope="row">{escape(named(change.group, language))}</th>'
        f"<td>{escape(named(change.measure, language))}</td>"
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def _questions(outcomes: Sequence[Outcome], language: str) -> Iterable[str]:
    """For each verdict its questions, those that went wrong unfolded."""
    for name, meaning in VERDICTS.items():
        members = [o for o in outcomes if verdict(o) == name]
        if members:
            rows = "".join(_question(outcome, language) for outcome in members)
            yield (
                f"<details{'' if name in RIGHT else ' open'}><summary>{_badge(name, language)} {len(members)}"
                f'<span class="meaning">{escape(say(meaning, language))}</span></summary>'
                f"{_table('questions', ('question', 'wanted', 'got'), rows, language)}</details>"
            )


def _question(outcome: Outcome, language: str) -> str:
    understood = ""
    if outcome.understood_as != outcome.question:
        label = say("understood as: {question}", language, question=outcome.understood_as)
        understood = f'<p class="note">{escape(label)}</p>'
    overlap = say("{share} overlap", language, share=named(outcome.overlap, language))
    about = [outcome.id, outcome.lang, outcome.kind, overlap if outcome.overlap else ""]
    ranks = ", ".join(map(str, outcome.ranks)) or say("none of ten", language)
    got = [
        say("confidence {confidence:.2f}", language, confidence=outcome.confidence),
        say("right passages at {ranks}", language, ranks=ranks) if outcome.answerable else "",
    ]
    silence = escape(say("silence", language))
    quotes = "".join(f"<blockquote>{escape(quote)}</blockquote>" for quote in outcome.quotes)
    asked = f'<p lang="{escape(outcome.lang)}">{escape(outcome.question)}</p>'
    return (
        f'<tr id="gold-{escape(outcome.id)}"><td>{asked}{understood}{_note(about)}</td>'
        f"<td>{escape(outcome.wanted) or silence}</td>"
        f"<td>{quotes or silence}{_note(got)}</td></tr>"
    )


def _note(parts: Sequence[str]) -> str:
    return f'<p class="note">{escape(" · ".join(filter(None, parts)))}</p>'


def _badge(name: str, language: str) -> str:
    return f'<span class="badge {"right" if name in RIGHT else "wrong"}">{escape(say(name, language))}</span>'
