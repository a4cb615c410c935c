"""Chat tab: the Gradio page, with the conversation on the left and the source on the right."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rodedraad.evaluation.votes import Votes
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.chat_events import ChatEvents
from rodedraad.page.collection_menu import CollectionMenu
from rodedraad.page.documents_tab import documents_tab
from rodedraad.page.evaluation_tab import evaluation_tab
from rodedraad.page.theme import STATIC
from rodedraad.page.translated_labels import CHOOSE, EACH, PHRASES, QUIET, Labels, languages_html
from rodedraad.page.welcome import SUGGESTED
from rodedraad.texts.html_templates import render

QUESTIONS_AT_ONCE = 4
"""How many questions are answered at the same time."""

ASKING = """
question => {
  const asking = new CustomEvent('asking', {detail: {question}});
  dispatchEvent(asking);
  return [question, asking.detail.talk, JSON.stringify(asking.detail.scope)];
}
"""
"""What the browser does before a question: talks.js gives the conversation, scope.js what is chosen."""

DONE = "() => { dispatchEvent(new Event('done')); return []; }"
"""What the browser does once the page has opened or a question has its answer, or cannot have it."""


@dataclass(frozen=True, slots=True)
class _Chat:
    """The parts of the chat that events read and fill."""

    talk: gr.Textbox  # never shown, as the scope; the page fills both in with each question
    scope: gr.Textbox
    conversation: gr.HTML
    status: gr.HTML  # for a screen reader
    notice: gr.HTML
    about: gr.HTML  # the documents
    examples: list[gr.Button]
    menu: gr.HTML  # of what is searched
    question: gr.Textbox
    send: gr.Button
    source: gr.HTML


def build(
    index: LiveIndex,
    library: LiveCorpus,
    collections: CollectionMenu,
    may_change: bool,
    writes: bool,
    keeps: bool,
) -> None:
    """Fill the page under construction, over an index and its documents.

    `collections` leads to other pages. `may_change` says whether people may add and remove documents;
    `writes` says whether there is a language model, `keeps` whether the server keeps conversations.
    """
    labels, votes = Labels(), Votes(index.home)
    with gr.Row(elem_id="head"):
        gr.HTML(render("page/name.html"))
        menu = gr.HTML(elem_id="collection-menu", js_on_load=None)
        languages = gr.HTML(languages_html("en"), elem_id="languages", js_on_load=CHOOSE)
        scripts = ["session", "talks", "take", "keys", "gloss", *(["talks_on_server"] if keeps else [])]
        menus = gr.HTML(
            elem_id="menus",
            elem_classes="keeps" if keeps else "",
            js_on_load="".join(map(_script, scripts)),
        )
        labels.label(gr.Button(PHRASES("new"), size="sm", min_width=120, elem_id="new"), value="new")
    with gr.Tabs(elem_id="tabs"):
        asking = labels.label(gr.Tab(PHRASES("tab_ask")), label="tab_ask")
        documents = labels.label(gr.Tab(PHRASES("tab_documents")), label="tab_documents")
        evaluation = labels.label(gr.Tab(PHRASES("tab_evaluation")), label="tab_evaluation")
    with documents:
        documents_tab(documents, library, labels, languages, may_change)
    with evaluation:
        evaluation_tab(evaluation, index, votes, labels, languages, may_change)
    with asking:
        chat = _lay_out(labels, may_change, writes)
    events = ChatEvents(index, votes, labels, collections, keeps)
    _connect(chat, [languages, menus, menu], events)


def _lay_out(labels: Labels, may_change: bool, writes: bool) -> _Chat:
    with gr.Row(elem_id="panes"):
        with gr.Column(elem_id="left"):
            conversation = gr.HTML(elem_id="conversation", js_on_load=_script("thread"))
            status = gr.HTML(elem_id="told", elem_classes="unseen", js_on_load=None)
            notice = gr.HTML(elem_id="notice", js_on_load=None)
            about = gr.HTML(elem_id="about", js_on_load=None)
            with gr.Row(elem_id="examples"):
                buttons = [gr.Button(size="sm", visible=False) for _ in range(SUGGESTED)]
            menu = gr.HTML(elem_id="scope", js_on_load=_script("scope"))
            if writes:
                gr.HTML("<div></div>", elem_id="writer", js_on_load=_script("writer"))
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
            source = gr.HTML(elem_id="source", elem_classes=files, js_on_load=_script("reader"))
    talk, scope = gr.Textbox(visible=False), gr.Textbox(visible=False)
    return _Chat(talk, scope, conversation, status, notice, about, buttons, menu, question, send, source)


def _script(name: str) -> str:
    """A script of ours, which shares nothing with the others but the page."""
    return f"(() => {{\n{(STATIC / f'{name}.js').read_text('utf-8')}}})();\n"


def _connect(chat: _Chat, head: list[gr.HTML], events: ChatEvents) -> None:
    """Have the events fill the parts; those of the head are the languages, the menus and the collections."""
    languages, menus, _ = head
    outcome = [chat.conversation, chat.status, chat.source]
    asked: list[tuple[Any, gr.Textbox | gr.Button]] = [
        (chat.question.submit, chat.question),
        (chat.send.click, chat.question),
        *((example.click, example) for example in chat.examples),
    ]
    asking = QUIET | {"concurrency_limit": QUESTIONS_AT_ONCE, "concurrency_id": "ask"}
    opened = [chat.conversation, chat.source, chat.notice, *head, *events.labels.parts]
    opening = (menus.input, languages.input)
    for steps in (
        *(
            event(events.respond, [text, chat.talk, chat.scope], outcome, js=ASKING, **asking)
            for event, text in asked
        ),
        chat.conversation.select(events.respond_alone, None, outcome, **asking),
        *(event(events.open_page, None, opened, **QUIET) for event in opening),
    ):
        steps.then(None, js=DONE)
    gr.on(opening, events.introduce, None, [chat.menu, chat.about], **QUIET)
    gr.on(opening, events.suggest, None, chat.examples, **QUIET)
    chat.conversation.click(events.show, None, chat.source, **EACH)
    chat.source.click(events.open_document, None, chat.source, **EACH)
    in_turn = EACH | {"concurrency_limit": 1, "concurrency_id": "vote"}  # so that the last vote counts
    chat.conversation.like(events.vote, None, chat.status, **in_turn)
