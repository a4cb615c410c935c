"""Evaluation tab: the gold questions asked with a click, what they got, and the votes to review."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr

from rodedraad.evaluation.report_html import sections
from rodedraad.evaluation.votes import DOWN, Candidate, Candidates
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_index import LiveIndex
from rodedraad.live.run_history import Kept, KeptRuns
from rodedraad.page.background_work import watched
from rodedraad.page.translated_labels import PHRASES, QUIET, Labels
from rodedraad.texts.phrases import NAMES, language_of, phrase
from rodedraad.texts.refusal import Refusal

MOST_SHOWN = 100  # candidates

DECIDE = """
let leaving = false; // the button that has the focus
element.addEventListener('click', event => {
  const button = event.target.closest('button[data-decision]');
  if (!button) return;
  leaving = true;
  const candidate = button.closest('[data-id]');
  const evidence = candidate.querySelector('textarea')?.value ?? '';
  trigger('click', {id: candidate.dataset.id, decision: button.dataset.decision, evidence});
});
new MutationObserver(() => {
  if (leaving) element.querySelector('summary')?.focus();
  leaving = false;
}).observe(element, {childList: true, subtree: true});
"""
TOLD = "element.setAttribute('role', 'status')"


def evaluation_tab(
    tab: gr.Tab,
    index: LiveIndex,
    candidates: Candidates,
    labels: Labels,
    languages: gr.HTML,
    may_change: bool,
) -> None:
    """Fill the tab; who may not change anything sees the last run, and no question that others asked."""
    runs = KeptRuns(index)

    def show(request: gr.Request) -> str:
        language = language_of(request.headers)
        try:
            kept = runs.last()
            return run_html(kept, language) if kept else nothing_html(runs, language, may_change)
        except RodeDraadError as error:
            return f"<p>{escape(str(error))}</p>"

    def make(request: gr.Request) -> Iterator[str]:
        language = language_of(request.headers)
        try:
            count = yield from watched(runs.make, language)
            told = phrase("evaluated", language).format(count=count)
        except RodeDraadError as error:
            told = str(error)
        yield f"<p>{escape(told)}</p>"

    def ready(request: gr.Request) -> Any:
        return gr.skip() if runs.kept else show(request)  # what is open in a report stays open

    def listed(language: str, opened: bool) -> str:
        try:
            return candidates_html(candidates.waiting(), language, opened)
        except RodeDraadError as error:
            return f"<p>{escape(str(error))}</p>"

    def review(request: gr.Request) -> str:
        return listed(language_of(request.headers), opened=False)

    def decide(click: gr.EventData, request: gr.Request) -> tuple[str, Any]:
        language = language_of(request.headers)
        id, decision, evidence = (str(click._data[name]) for name in ("id", "decision", "evidence"))
        try:
            if decision == "dismissed":
                candidates.dismiss(id)
            elif decision == "unanswerable":
                candidates.accept(id, index.searcher().generation, None)
            else:
                candidates.accept(id, index.searcher().generation, evidence.split("\n"))
        except Refusal as refusal:
            told = phrase(refusal.why, language).format(**refusal.given)
            return f'<p class="refused">{escape(told)}</p>', gr.skip()  # what was pasted stays
        except RodeDraadError as error:
            return f'<p class="refused">{escape(str(error))}</p>', gr.skip()
        told = phrase("dismissed" if decision == "dismissed" else "accepted", language)
        return f"<p>{escape(told)}</p>", listed(language, opened=True)

    with gr.Column(elem_id="evaluation"):
        if may_change:
            again = gr.Button(PHRASES("evaluate"), size="sm", elem_id="evaluate")
            labels.say(again, value="evaluate")
        told = gr.HTML(elem_id="evaluating", js_on_load=TOLD)
        if may_change:
            decided = gr.HTML(elem_id="decided", js_on_load=TOLD)
            waiting = gr.HTML(elem_id="candidates", js_on_load=DECIDE)
        run = gr.HTML(elem_id="run", js_on_load=None)
    for event in (tab.select, languages.input):
        event(show, None, run, **QUIET)
        if may_change:
            event(review, None, waiting, **QUIET)
    if may_change:
        made = again.click(
            make,
            None,
            told,
            concurrency_limit=1,
            concurrency_id="evaluate",
            show_progress="hidden",
            api_visibility="private",
        )
        made.then(show, None, run, **QUIET)
        waiting.click(decide, None, [decided, waiting], **QUIET).then(ready, None, run, **QUIET)


def run_html(kept: Kept, language: str) -> str:
    """The report of a run that was kept, and when it was made."""
    time = phrase("evaluated_on", language).format(time=f"{kept.time:%Y-%m-%d %H:%M}")
    report = sections(kept.run, kept.figures, kept.comparison, language)
    return f'<div class="report" lang="{language}"><p>{escape(time)}</p>{report}</div>'


def nothing_html(runs: KeptRuns, language: str, may_change: bool) -> str:
    """That no run was made yet; for who may, where there is no question to ask, how to get some."""
    count = runs.count()
    if count or not may_change:
        return f"<p>{escape(phrase('never_evaluated', language).format(count=count))}</p>"
    command = f"<code>rodedraad eval --make {escape(str(runs.own))}</code>"
    return f"<p>{escape(phrase('no_gold', language)).format(command=command)}</p>"


def candidates_html(waiting: Sequence[Candidate], language: str, opened: bool) -> str:
    """The votes to review, each with what can become of it; folded up unless `opened`."""
    if not waiting:
        return ""
    head = phrase("votes", language).format(count=len(waiting))
    shown = "".join(_candidate(candidate, language) for candidate in waiting[:MOST_SHOWN])
    return f"<details{' open' if opened else ''}><summary>{escape(head)}</summary>{shown}</details>"


def _candidate(candidate: Candidate, language: str) -> str:
    def button(decision: str, name: str) -> str:
        said = escape(phrase(name, language))
        label = escape(f"{phrase(name, language)}: {candidate.question}")
        return f'<button type="button" data-decision="{decision}" aria-label="{label}">{said}</button>'

    note = (
        phrase(f"vote_{candidate.vote}", language),
        NAMES.get(candidate.lang, candidate.lang),
        candidate.time[:16].replace("T", " "),
    )
    silent = f"<p>{escape(phrase('silent', language))}</p>"
    quotes = "".join(f"<blockquote>{escape(quote)}</blockquote>" for quote in candidate.quotes) or silent
    field, buttons = "", ""
    if candidate.vote == DOWN or not candidate.abstained:
        evidence = "\n".join(" ".join(piece.split()) for piece in candidate.evidence)
        rows = max(2, len(candidate.evidence) + 1)
        field = (
            f"<label>{escape(phrase('evidence', language))}"
            f'<textarea rows="{rows}">{escape(evidence)}</textarea></label>'
        )
        buttons = button("answerable", "accept_answerable")
    if candidate.vote == DOWN or candidate.abstained:
        buttons += button("unanswerable", "accept_unanswerable")
    return (
        f'<section data-id="{escape(candidate.id)}"><h2 lang="{escape(candidate.lang)}">'
        f"{escape(candidate.question)}</h2><p>{escape(' · '.join(note))}</p>"
        f"{quotes}{field}<div class='decisions'>{buttons}{button('dismissed', 'dismiss')}</div></section>"
    )
