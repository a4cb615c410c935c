"""Evaluation tab: a button that asks the gold questions, the report of the last run, the votes to review."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rodedraad.evaluation.report_html import sections
from rodedraad.evaluation.votes import VotedAnswer, Votes
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_index import LiveIndex
from rodedraad.live.run_history import Kept, RunHistory
from rodedraad.page.background_work import progress_html, watched
from rodedraad.page.clicks import text
from rodedraad.page.notes import STATUS, note, why
from rodedraad.page.translated_labels import PHRASES, QUIET, Labels
from rodedraad.page.visitor import changing, may_change
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import LANGUAGE_NAMES, page_language, phrase

MOST_VOTES_SHOWN = 100  # votes

DECIDE = """
let leaving = false; // the button that has the focus
element.addEventListener('click', event => {
  const button = event.target.closest('button[data-decision]');
  if (!button) return;
  leaving = true;
  const vote = button.closest('[data-id]');
  const evidence = vote.querySelector('textarea')?.value ?? '';
  trigger('click', {id: vote.dataset.id, decision: button.dataset.decision, evidence});
});
new MutationObserver(() => {
  if (leaving) element.querySelector('summary')?.focus();
  leaving = false;
}).observe(element, {childList: true, subtree: true});
"""


def evaluation_tab(
    tab: gr.Tab,
    index: LiveIndex,
    votes: Votes,
    labels: Labels,
    languages: gr.HTML,
    can_change: bool,
) -> None:
    """Fill the tab; without `can_change` it has only the last run, and no votes with others' questions."""
    events = _EvaluationEvents(index, votes)
    with gr.Column(elem_id="evaluation"):
        if can_change:
            again = gr.Button(PHRASES("evaluate"), size="sm", elem_id="evaluate")
            labels.label(again, value="evaluate")
        status = gr.HTML(elem_id="evaluating", js_on_load=STATUS)
        if can_change:
            decided = gr.HTML(elem_id="decided", js_on_load=STATUS)
            waiting = gr.HTML(elem_id="candidates", js_on_load=DECIDE)
        run = gr.HTML(elem_id="run", js_on_load=None)
    for event in (tab.select, languages.input):
        event(events.show, None, run, **QUIET)
        if can_change:
            event(events.review, None, waiting, **QUIET)
    if can_change:
        made = again.click(
            events.make,
            None,
            status,
            concurrency_limit=1,
            concurrency_id="evaluate",
            show_progress="hidden",
            api_visibility="private",
        )
        made.then(events.show, None, run, **QUIET)
        decision = waiting.click(events.decide, None, [decided, waiting], **QUIET)
        decision.then(events.ready, None, run, **QUIET)


class _EvaluationEvents:
    def __init__(self, index: LiveIndex, votes: Votes) -> None:
        self._index = index
        self._runs = RunHistory(index)
        self._votes = votes

    def show(self, request: gr.Request) -> str:
        language = page_language(request.headers)
        try:
            kept = self._runs.last()
            if kept:
                return run_html(kept, language)
            return nothing_html(self._runs, language, may_change(request.headers))
        except RodeDraadError as error:
            return note(self._index.told(error))

    @changing
    def make(self, request: gr.Request) -> Iterator[str]:
        language = page_language(request.headers)
        try:
            count = yield from watched(self._runs.make, lambda now: progress_html(now, language))
            message = phrase("evaluated", language, count=count)
        except RodeDraadError as error:
            message = self._index.told(error)
        yield note(message)

    def ready(self, request: gr.Request) -> Any:
        return gr.skip() if self._runs.kept else self.show(request)  # what is open in a report stays open

    def review(self, request: gr.Request) -> str:
        if not may_change(request.headers):
            return ""  # they hold others' questions
        return self._waiting(page_language(request.headers), opened=False)

    @changing
    def decide(self, click: gr.EventData, request: gr.Request) -> tuple[str, Any]:
        language = page_language(request.headers)
        id, decision, evidence = (text(click, name) for name in ("id", "decision", "evidence"))
        try:
            if decision == "dismissed":
                self._votes.dismiss(id)
            else:
                pieces = None if decision == "unanswerable" else evidence.split("\n")
                self._votes.accept(id, self._index.searcher().generation, pieces)
        except RodeDraadError as error:
            message = why(error, language, self._index.told)
            return note(message, "refused"), gr.skip()  # what was pasted stays
        message = phrase("dismissed" if decision == "dismissed" else "accepted", language)
        return note(message), self._waiting(language, opened=True)

    def _waiting(self, language: str, opened: bool) -> str:
        try:
            return votes_html(self._votes.waiting(), language, opened)
        except RodeDraadError as error:
            return note(self._index.told(error))


def run_html(kept: Kept, language: str) -> str:
    """The report of a saved run, and its time."""
    report = sections(kept.run, kept.figures, kept.comparison, language)
    return render("page/run.html", language=language, time=f"{kept.time:%Y-%m-%d %H:%M}", report=report)


def nothing_html(runs: RunHistory, language: str, may_change: bool) -> str:
    """A note that there is no run yet; without gold questions, and with `may_change`, how to add some."""
    home, gold = str(runs.own.parent), str(runs.own)
    return render(
        "page/no_run.html",
        language=language,
        count=runs.count(),
        command=shlex.join(["rodedraad", "eval", "--home", home, "--make", gold]),
        may_change=may_change,
    )


def votes_html(waiting: Sequence[VotedAnswer], language: str, opened: bool) -> str:
    """The votes to review, each with its decisions; collapsed unless `opened`."""
    if not waiting:
        return ""
    return render(
        "page/votes.html",
        waiting=waiting,
        language=language,
        opened=opened,
        most=MOST_VOTES_SHOWN,
        names=LANGUAGE_NAMES,
    )
