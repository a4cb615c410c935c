"""Chat: the Gradio page, with the talk on the left and the source on the right."""

import os
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr

from rodedraad.answering.answer import Answer
from rodedraad.answering.conversation import ask
from rodedraad.evaluation.votes import DOWN, UP, Candidates
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.json_log import LOG
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.answer_html import conversation_html, summary
from rodedraad.page.documents_tab import documents_tab
from rodedraad.page.evaluation_tab import evaluation_tab
from rodedraad.page.source_pane import follow, places, source_html
from rodedraad.page.translated_labels import CHOOSE, PHRASES, QUIET, Labels, languages_html
from rodedraad.server.http_api import Programs, endpoints
from rodedraad.server.security import REQUEST_ID
from rodedraad.texts.phrases import language_of, phrase

AT_ONCE = 4
"""How many questions are answered side by side."""

LONGEST_TALK = 100
"""Turns of a conversation that are kept."""

THREAD = Path(__file__).parent / "static" / "thread.js"

Outcome = tuple[Any, str, str, Any, list[Answer]]
"""The question box, the talk, what a screen reader is told, the source pane, the session's answers."""


def build(index: LiveIndex, library: LiveCorpus, examples: Sequence[str], may_change: bool) -> gr.Blocks:
    """The page over an index and its documents, with example questions to click.

    `may_change` says whether people may add and remove documents.
    """

    def respond(question: str, answers: list[Answer], request: gr.Request) -> Iterator[Outcome]:
        language = language_of(request.headers)
        try:
            answer = ask(index.searcher(), question, answers)
        except RodeDraadError as error:
            raise gr.Error(str(error), print_exception=False) from error
        LOG.info(
            "answer",
            extra={
                "request": request.headers.get(REQUEST_ID),
                "question": answer.question,
                "language": answer.language,
                "abstained": answer.abstained,
                "confidence": round(answer.confidence, 3),
                "milliseconds": round(answer.milliseconds, 1),
            },
        )
        answers = [*answers, answer][-LONGEST_TALK:]
        # The answer first: a long source takes the browser longer.
        yield "", conversation_html(answers, language), summary(answer), gr.skip(), answers
        shown = [] if answer.abstained else places(answer)
        source = source_html(shown, 1, len(answers) - 1, language=language)
        yield gr.skip(), gr.skip(), gr.skip(), source, answers

    def show(answers: list[Answer], click: gr.EventData, request: gr.Request) -> str:
        place = click._data
        return _source(answers, int(place["turn"]), int(place["number"]), language_of(request.headers))

    def vote(answers: list[Answer], click: gr.EventData, request: gr.Request) -> str:
        turn, given = click._data["turn"], click._data["vote"]
        if not (isinstance(turn, int) and 0 <= turn < len(answers) and given in (UP, DOWN)):
            return ""
        try:
            candidates.vote(answers[turn], given)
        except RodeDraadError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return escape(phrase("vote_kept", language_of(request.headers)))

    def open_page(request: gr.Request) -> list[Any]:
        language = language_of(request.headers)
        query = dict(request.query_params)
        place = follow(index.searcher().generation, query) if "document" in query else None
        shown = [place] if place else []
        notice = phrase("link_stale", language) if "document" in query and not place else ""
        opened = [conversation_html([], language), source_html(shown, language=language), notice]
        return [*opened, languages_html(language), *labels.updates(language)]

    def speak(answers: list[Answer], choice: gr.EventData, request: gr.Request) -> list[Any]:
        language = language_of(request.headers)
        place = choice._data
        pane = gr.skip()  # a quote that a link led to stays as it is
        if place["turn"] >= 0 or not place["number"]:
            pane = _source(answers, int(place["turn"]), int(place["number"]), language)
        return [
            conversation_html(answers, language),
            pane,
            "",
            languages_html(language),
            *labels.updates(language),
        ]

    def forget(request: gr.Request) -> Outcome:
        language = language_of(request.headers)
        return "", conversation_html([], language), "", source_html([], language=language), []

    labels = Labels()
    candidates = Candidates(index.home)
    page = gr.Blocks(title="Rode Draad", analytics_enabled=False)
    with page:
        answers = gr.State([])
        with gr.Row(elem_id="head"):
            gr.HTML("<h1><span>Rode Draad</span></h1>")
            languages = gr.HTML(languages_html("en"), elem_id="languages", js_on_load=CHOOSE)
            new = labels.say(gr.Button(PHRASES("new"), size="sm", min_width=120, elem_id="new"), value="new")
        with gr.Tabs(elem_id="tabs"):
            asking = labels.say(gr.Tab(PHRASES("tab_ask")), label="tab_ask")
            documents = labels.say(gr.Tab(PHRASES("tab_documents")), label="tab_documents")
            evaluation = labels.say(gr.Tab(PHRASES("tab_evaluation")), label="tab_evaluation")
        with documents:
            documents_tab(documents, library, labels, languages, may_change)
        with evaluation:
            evaluation_tab(evaluation, index, candidates, labels, languages, may_change)
        with asking, gr.Row(elem_id="panes"):
            with gr.Column(elem_id="left"):
                talk = gr.HTML(elem_id="conversation", js_on_load=THREAD.read_text("utf-8"))
                told = gr.HTML(elem_id="told", elem_classes="unseen", js_on_load=None)
                notice = gr.HTML(elem_id="notice", js_on_load=None)
                with gr.Row(elem_id="examples"):
                    buttons = [gr.Button(example, size="sm") for example in examples]
                with gr.Row(elem_id="ask"):
                    question = gr.Textbox(
                        placeholder=PHRASES("question"),
                        show_label=False,
                        label=PHRASES("question"),
                        lines=1,
                        max_lines=4,
                        autofocus=True,
                        container=False,
                        scale=8,
                        elem_id="question",
                    )
                    labels.say(question, placeholder="question", label="question")
                    send = gr.Button(PHRASES("ask"), variant="primary", scale=1, min_width=70)
                    labels.say(send, value="ask")
            with gr.Column(elem_id="right"):
                source = gr.HTML(elem_id="source", js_on_load=None)

        outputs = [question, talk, told, source, answers]
        asked: list[tuple[Any, gr.Textbox | gr.Button]] = [
            (question.submit, question),
            (send.click, question),
        ]
        asked += [(button.click, button) for button in buttons]
        for event, text in asked:
            event(
                respond,
                [text, answers],
                outputs,
                concurrency_limit=AT_ONCE,
                concurrency_id="ask",
                show_progress="hidden",
                api_visibility="private",
            )
        endpoints(Programs(index), AT_ONCE)
        opened = [talk, source, notice, languages, *labels.parts]
        page.load(open_page, None, opened, **QUIET)
        languages.input(speak, answers, opened, **QUIET)
        talk.click(show, answers, source, **QUIET)
        talk.like(  # one after the other, so that the last vote counts
            vote,
            answers,
            told,
            trigger_mode="multiple",
            concurrency_limit=1,
            concurrency_id="vote",
            show_progress="hidden",
            api_visibility="private",
        )
        new.click(forget, None, outputs, **QUIET)
    return page


def _source(answers: Sequence[Answer], turn: int, number: int, language: str) -> str:
    """The source pane for a place that an answer of the talk points to."""
    if not 0 <= turn < len(answers):
        return source_html([], language=language)
    answer = answers[turn]
    return source_html(places(answer), number, turn, answer.abstained, language)
