"""Report HTML: a run that loads nothing: tables, plots and every question, in the page or as a file."""

from importlib.resources import files

from rodedraad.evaluation.compare_runs import Comparison
from rodedraad.evaluation.metrics import KIND, RIGHT_VERDICTS, FigureTable, digits, verdict
from rodedraad.evaluation.plots_svg import plots
from rodedraad.evaluation.run_file import Run
from rodedraad.texts.html_templates import render

VERDICTS = {
    "not found": "means_not_found",
    "found, not quoted": "means_not_quoted",
    "refused": "means_refused",
    "answered without a source": "means_no_source",
    "taken for a question": "means_taken",
    "quoted": "means_quoted",
    "kept silent": "means_silent",
    "no question": "means_no_question",
}
"""Every verdict, the wrong ones first, and the phrase for what it means."""


def report_html(run: Run, table: FigureTable, comparison: Comparison | None = None) -> str:
    """The report of a run, whose figures by group are `table`, as a file of its own."""
    css = files("rodedraad.page").joinpath("static/report.css").read_text("utf-8")
    return render("evaluation/report.html", css=css, sections=sections(run, table, comparison))


def sections(run: Run, table: FigureTable, comparison: Comparison | None, language: str = "en") -> str:
    """The body of the report, in a language of the page; with a comparison, if there is one."""
    members = {name: [o for o in run.outcomes if verdict(o) == name] for name in VERDICTS}
    return render(
        "evaluation/sections.html",
        language=language,
        run=run,
        main={name: row for name, row in table.items() if not name.startswith(KIND)},
        kinds={name.removeprefix(KIND): row for name, row in table.items() if name.startswith(KIND)},
        plots=plots(run.outcomes, language),
        comparison=comparison,
        verdicts=[(name, VERDICTS[name], outcomes) for name, outcomes in members.items() if outcomes],
        verdict=verdict,
        digits=digits,
        right=RIGHT_VERDICTS,
    )
