"""Chat: the Gradio page, with the conversation on the left and the source on the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from rodedraad.evaluation.votes import Candidates
from rodedraad.index.scope import EVERYTHING
from rodedraad.ingest.corpus_folder import Example
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.chat_events import ChatEvents
from rodedraad.page.documents_tab import documents_tab
from rodedraad.page.evaluation_tab import evaluation_tab
from rodedraad.page.translated_labels import CHOOSE, PHRASES, QUIET, Labels, languages_html
from rodedraad.page.welcome import SUGGESTED, Suggestions

AT_ONCE = 4
"""How many questions are answered at the same time."""

THREAD, SCOPE, READER = (
    Path(__file__).parent / "static" / f"{name}.js" for name in ("thread", "scope", "reader")
)


@dataclass(frozen=True, slots=True)
class _Chat:
    """The parts of the chat that events read and fill."""

    answers: gr.State  # of the session
    conversation: gr.HTML
    status: gr.HTML  # for a screen reader
    notice: gr.HTML
    about: gr.HTML  # the documents
    examples: list[gr.Button]
    question: gr.Textbox
    send: gr.Button
    source: gr.HTML
    scope: gr.State  # what is searched, for as long as the page is open
    menu: gr.HTML  # of what is searched


def build(
    page: gr.Blocks, index: LiveIndex, library: LiveCorpus, examples: Sequence[Example], may_change: bool
) -> None:
    """Fill the page under construction, over an index and its documents, with example questions to click.

    `may_change` says whether people may add and remove documents.
    """
    labels, candidates = Labels(), Candidates(index.home)
    with gr.Row(elem_id="head"):
        gr.HTML("<h1><span>Rode Draad</span></h1>")
        languages = gr.HTML(languages_html("en"), elem_id="languages", js_on_load=CHOOSE)
        new = labels.label(gr.Button(PHRASES("new"), size="sm", min_width=120, elem_id="new"), value="new")
    with gr.Tabs(elem_id="tabs"):
        asking = labels.label(gr.Tab(PHRASES("tab_ask")), label="tab_ask")
        documents = labels.label(gr.Tab(PHRASES("tab_documents")), label="tab_documents")
        evaluation = labels.label(gr.Tab(PHRASES("tab_evaluation")), label="tab_evaluation")
    with documents:
        documents_tab(documents, library, labels, languages, may_change)
    with evaluation:
        evaluation_tab(evaluation, index, candidates, labels, languages, may_change)
    with asking:
        chat = _lay_out(labels, may_change)
    _connect(page, chat, languages, new, ChatEvents(index, candidates, labels, Suggestions(index, examples)))


def _lay_out(labels: Labels, may_change: bool) -> _Chat:
    with gr.Row(elem_id="panes"):
        with gr.Column(elem_id="left"):
            conversation = gr.HTML(elem_id="conversation", js_on_load=THREAD.read_text("utf-8"))
            status = gr.HTML(elem_id="told", elem_classes="unseen", js_on_load=None)
            notice = gr.HTML(elem_id="notice", js_on_load=None)
            about = gr.HTML(elem_id="about", js_on_load=None)
            with gr.Row(elem_id="examples"):
                buttons = [gr.Button(size="sm", visible=False) for _ in range(SUGGESTED)]
            menu = gr.HTML(elem_id="scope", js_on_load=SCOPE.read_text("utf-8"))
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
                labels.label(question, placeholder="question", label="question")
                send = gr.Button(PHRASES("ask"), variant="primary", scale=1, min_width=90)
                labels.label(send, value="ask")
        with gr.Column(elem_id="right"):
            files = "files" if may_change else ""
            source = gr.HTML(elem_id="source", elem_classes=files, js_on_load=READER.read_text("utf-8"))
    scope = gr.State(EVERYTHING)
    return _Chat(
        gr.State([]), conversation, status, notice, about, buttons, question, send, source, scope, menu
    )


def _connect(page: gr.Blocks, chat: _Chat, languages: gr.HTML, new: gr.Button, events: ChatEvents) -> None:
    answers = chat.answers
    outcome = [chat.question, chat.conversation, chat.status, chat.source, answers]
    asked: list[tuple[Any, gr.Textbox | gr.Button]] = [
        (chat.question.submit, chat.question),
        (chat.send.click, chat.question),
        *((example.click, example) for example in chat.examples),
    ]
    asking: dict[str, Any] = {
        "concurrency_limit": AT_ONCE,
        "concurrency_id": "ask",
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    for event, text in asked:
        event(events.respond, [text, answers, chat.scope], outcome, **asking)
    chat.conversation.select(events.respond_alone, answers, outcome, **asking)
    opened = [chat.conversation, chat.source, chat.notice, languages, *events.labels.parts]
    page.load(events.open_page, None, opened, **QUIET)
    languages.input(events.change_language, answers, opened, **QUIET)
    gr.on([page.load, new.click, languages.input], events.menu, None, chat.menu, **QUIET)
    chat.menu.input(events.choose, None, chat.scope, **QUIET)
    chat.source.click(events.open_document, None, chat.source, **QUIET)
    gr.on([page.load, new.click, languages.input], events.introduce, None, chat.about, **QUIET)
    gr.on([page.load, new.click, languages.input], events.suggest, None, chat.examples, **QUIET)
    chat.conversation.click(events.show, answers, chat.source, **QUIET)
    chat.conversation.like(  # one after the other, so that the last vote counts
        events.vote,
        answers,
        chat.status,
        trigger_mode="multiple",
        concurrency_limit=1,
        concurrency_id="vote",
        show_progress="hidden",
        api_visibility="private",
    )
    new.click(events.forget, None, outcome, **QUIET)
