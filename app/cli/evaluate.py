"""The commands eval and bench: a run is made, kept, compared, printed and drawn; a model is measured."""

import argparse
import json
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rodedraad.cli.index import open_index
from rodedraad.cli.terminal import progress, say
from rodedraad.cli.writing import agreed_writer
from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.compare_runs import Comparison, compare
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.evaluation.metrics import KIND, Figure, FigureTable, digits, verdict
from rodedraad.evaluation.report_html import report_html
from rodedraad.evaluation.run_file import Run, figures_as_json, write
from rodedraad.evaluation.trec import write_trec
from rodedraad.index.progress import OnProgress, Progress
from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.lines import written_out

if TYPE_CHECKING:
    from rodedraad.writing.writer import Writer

OF_KINDS = (
    *("success@1", "success@3", "MRR@10", "quote accuracy"),
    *("answerable refused", "unanswerable refused"),
)
"""The measures that are printed by kind; the report and the JSON have all."""

OUTPUT_WIDTH = 120  # characters, where the output is no terminal


def evaluate_answers(options: argparse.Namespace) -> int:
    """Ask the gold questions, or help to write them."""
    if options.make:
        from rodedraad.cli.write_gold import write_gold

        write_gold(open_index(options).generation, options.make)
        return 0
    writer = agreed_writer(options)
    searcher = open_index(options, options.without)
    with progress() as on_progress:
        if writer:
            _evaluate_writer(searcher, writer, options, on_progress)
            return 0
        run_evaluation(searcher, options, on_progress)
    return 0


def _evaluate_writer(
    searcher: Searcher, writer: "Writer", options: argparse.Namespace, on_progress: OnProgress
) -> None:
    """Measure the sentences of a writer on the gold questions, and the check on the set of claims."""
    from rodedraad.evaluation.writer_figures import ask_writer, claim_shares

    data = options.data or GOLD
    shares = ask_writer(
        searcher, data, writer, lambda done, total: on_progress(Progress("Asking", done, total))
    )
    shares |= claim_shares()
    if options.json:
        print(json.dumps({name: share.as_json() for name, share in shares.items()}, indent=2))
        return
    for name, share in shares.items():
        low, high = share.interval
        figure = f"{share.value:.3f}  ({low:.3f}–{high:.3f})" if share.of else "–"
        print(f"{name:<48} {share.yes:>4} of {share.of:<4} {figure}")


def bench(options: argparse.Namespace) -> int:
    """Measure a model."""
    from rodedraad.evaluation.model_benchmark import bench_model

    with progress() as on_progress:
        figures = bench_model(options.data, options.corpus, options.model, on_progress)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<40} {value:.3f}" if value <= 1 else f"{name:<40} {value:,.0f}")
    return 0


def run_evaluation(searcher: Searcher, options: argparse.Namespace, on_progress: OnProgress) -> None:
    """Ask the gold questions, and save, compare, report and print as the options say.

    Raises RodeDraadError when a file cannot be read or written; as far as can be, before asking.
    """
    for path in filter(None, (options.save, options.report)):
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise RodeDraadError(f"{path} cannot be written: name a file in a folder that exists.")
    before = Run.load(options.against) if options.against else None
    data = options.data or GOLD
    outcomes = evaluate(searcher, data, lambda done, total: on_progress(Progress("Asking", done, total)))
    run = Run.of(searcher, outcomes, _command(options))
    comparison = compare(before, run) if before else None
    table = run.figures()
    if options.save:
        run.save(options.save)
    if options.report:
        write(options.report, report_html(run, table, comparison))
    if options.trec:
        write_trec(outcomes, options.trec)
    if options.json:
        against = {"against": _as_json(comparison)} if comparison else {}
        print(json.dumps({**figures_as_json(table), **against}, ensure_ascii=False, indent=2))
    else:
        _print(table, comparison)
    _warn_of_lost_evidence(outcomes, data)


def _command(options: argparse.Namespace) -> str:
    """The command that makes such a run, apart from where corpus and index are."""
    words = ["rodedraad", "eval"]
    for name in options.without:
        words += ["--without", name]
    for option in ("data", "save"):
        if path := getattr(options, option):
            words += [f"--{option}", path.as_posix()]
    return shlex.join(words)


def _warn_of_lost_evidence(outcomes: Sequence[Outcome], data: Path) -> None:
    lost = [o.id for o in outcomes if o.answerable and not o.relevant]
    if lost:
        say(
            f"{data}: no passage of the corpus holds the evidence of {len(lost)} of the questions, so it "
            f"cannot be found: {', '.join(lost)}."
        )


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "changes": [asdict(change) for change in comparison.changes],
        "turned": [
            {"id": after.id, "question": after.question, "before": verdict(before), "after": verdict(after)}
            for before, after in comparison.turned
        ],
        "unpaired": comparison.unpaired,
    }


def _print(table: FigureTable, comparison: Comparison | None) -> None:
    console = Console(width=None if sys.stdout.isatty() else OUTPUT_WIDTH, highlight=False)
    console.print(_by_group({name: row for name, row in table.items() if not name.startswith(KIND)}))
    kinds = {name.removeprefix(KIND): row for name, row in table.items() if name.startswith(KIND)}
    if kinds:
        console.print(_by_kind(kinds))
    if comparison:
        console.print(_by_change(comparison))
        for before, after in comparison.turned:
            console.print(
                f"{after.id}: {verdict(before)} → {verdict(after)}: {escape(written_out(after.question))}"
            )
        if comparison.unpaired:
            console.print(f"{comparison.unpaired} questions are in one of the runs only.")


def _by_group(table: FigureTable) -> Table:
    shown = Table(box=box.SIMPLE, caption="means with bootstrap 95 % intervals over questions")
    shown.add_column()
    for name, row in table.items():
        shown.add_column(f"{escape(name)}\n{max(f.count for f in row.values())}", justify="right")
    for measure in next(iter(table.values())):
        shown.add_row(measure, *_cells(measure, (row[measure] for row in table.values())))
    return shown


def _by_kind(table: FigureTable) -> Table:
    shown = Table(box=box.SIMPLE)
    shown.add_column("kind")
    shown.add_column("questions", justify="right")
    for measure in OF_KINDS:
        shown.add_column(measure, justify="right")
    for name, row in table.items():
        count = str(max(f.count for f in row.values()))
        shown.add_row(escape(name), count, *(_cells(m, [row[m]])[0] for m in OF_KINDS))
    return shown


def _by_change(comparison: Comparison) -> Table:
    """Every measure over all questions; of the other groups, what differs by more than noise."""
    shown = Table(box=box.SIMPLE, caption="paired over the same questions; p by McNemar or bootstrap")
    for name in ("group", "measure", "before", "after", "difference", "p", ""):
        shown.add_column(name, justify="left" if name in ("group", "measure", "") else "right")
    for c in comparison.changes:
        if c.group != "all" and not c.gain:
            continue
        d = digits(c.measure)
        shown.add_row(
            escape(c.group),
            c.measure,
            f"{c.before:.{d}f}",
            f"{c.after:.{d}f}",
            f"{c.after - c.before:+.{d}f} ({c.low:+.{d}f} to {c.high:+.{d}f})",
            f"{c.p:.3f}",
            "worse" if c.gain < 0 else "better" if c.gain > 0 else "",
        )
    return shown


def _cells(measure: str, figures: Iterable[Figure]) -> list[str]:
    d = digits(measure)
    return [
        "–" if isnan(f.value) else f"{f.value:.{d}f}\n[dim]{f.low:.{d}f}–{f.high:.{d}f}[/]" for f in figures
    ]
