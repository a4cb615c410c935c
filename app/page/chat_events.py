"""Chat events: what the page shows when somebody asks, follows a citation, votes or picks a language."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

from rodedraad.answering.conversation import ask
from rodedraad.evaluation.votes import DOWN, UP, Votes
from rodedraad.index.scope import NothingInScope, Scope
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.index_apart import indexing_waits
from rodedraad.live.json_log import LOG, REQUEST_ID
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.answer_html import conversation_html, summary
from rodedraad.page.clicks import number, text
from rodedraad.page.collection_menu import CollectionMenu
from rodedraad.page.document_view import document_html
from rodedraad.page.kept_turns import Talk, Turn, found_in, restored, scope_of, talk_of
from rodedraad.page.notes import why
from rodedraad.page.permalink import find_document, follow
from rodedraad.page.scope_menu import menu_html
from rodedraad.page.source_pane import places, source_html
from rodedraad.page.translated_labels import Labels, languages_html
from rodedraad.page.visitor import user_of
from rodedraad.page.welcome import SUGGESTED, about_html, suggested
from rodedraad.texts.html_templates import as_html, render
from rodedraad.texts.phrases import LANGUAGE_NAMES, page_language, phrase
from rodedraad.texts.refusal import Refusal

LONGEST_NUMBER = 10  # digits

ShownAnswer = tuple[Any, Any, Any]
"""Conversation, text for a screen reader, and source pane."""


class ChatEvents:
    """What the chat over an index does at each event; `labels` change with the language.

    The conversation, and what is searched, come from the page with each event, and are not kept here; `keeps`
    says whether the server keeps conversations elsewhere.
    """

    def __init__(
        self,
        index: LiveIndex,
        votes: Votes,
        labels: Labels,
        collections: CollectionMenu,
        keeps: bool,
    ) -> None:
        self._index = index
        self._collections = collections
        self._keeps = keeps
        self._votes = votes
        self.labels = labels

    def respond(
        self, question: str | None, talk: str | None, scope: str | None, request: gr.Request
    ) -> ShownAnswer:
        """Answer a question in the light of the talk before it, from the documents in the scope."""
        before = talk_of(talk or "")
        try:
            chosen = scope_of(scope or "")
        except RodeDraadError as error:
            raise self._told(error, page_language(request.headers)) from error
        return self._respond(question or "", before, before, chosen, request)

    def respond_alone(self, click: gr.EventData, request: gr.Request) -> ShownAnswer:
        """Answer a question again, on its own, that was taken for a follow-up."""
        talk, turn = talk_of(text(click, "talk")), number(click, "turn")
        if not 0 <= turn < len(talk.turns):
            return gr.skip(), gr.skip(), gr.skip()
        asked = talk.turns[turn]
        return self._respond(asked.question, Talk(), talk, asked.scope, request)

    def _respond(
        self, question: str, before: Talk, talk: Talk, scope: Scope, request: gr.Request
    ) -> ShownAnswer:
        """Answer a question, and show the source of what is quoted first."""
        language = page_language(request.headers)
        try:
            with indexing_waits():
                searcher = self._index.searcher()
                asked = [turn for turn in before.turns if turn.kind != "not a question"]
                leading = [restored(turn, searcher.generation) for turn in asked[-1:]]
                answer = ask(searcher, question, leading, scope=scope)
        except RodeDraadError as error:
            raise self._told(error, language) from error
        LOG.info(
            "answer",
            extra={
                "request": request.headers.get(REQUEST_ID),
                "question": answer.question,
                "language": answer.language,
                "kind": answer.kind,
                "confidence": round(answer.confidence, 3),
                "milliseconds": round(answer.milliseconds, 1),
            },
        )
        talk = talk.followed_by(answer)
        shown = [] if answer.abstained else places(answer)
        source = source_html(shown, 1, len(talk.turns) - 1, language=language)
        return conversation_html(talk, language), summary(answer, language), source

    def show(self, click: gr.EventData, request: gr.Request) -> str:
        """The source pane for a citation that was clicked."""
        talk, turn = talk_of(text(click, "talk")), number(click, "turn")
        language = page_language(request.headers)
        if not talk.turns:
            return source_html([], language=language)
        try:
            return self._source(talk.turns[0], turn, number(click, "number"), language)
        except RodeDraadError as error:
            raise self._told(error, language) from error

    def vote(self, click: gr.EventData, request: gr.Request) -> str:
        """Save a vote on an answer from all documents; returns the message for a screen reader."""
        language = page_language(request.headers)
        talk, given = talk_of(text(click, "talk")), text(click, "vote")
        if not (talk.turns and given in (UP, DOWN)) or talk.turns[0].scope:
            return ""
        turn = talk.turns[0]
        try:
            answer = restored(turn, self._index.searcher().generation)
            if len(answer.quotes) < len(turn.quoted):
                raise Refusal("quote_gone")
            self._votes.vote(answer, given)
        except RodeDraadError as error:
            raise self._told(error, language) from error
        return as_html(phrase("vote_kept", language))

    def open_page(self, click: gr.EventData, request: gr.Request) -> list[Any]:
        """The page with a conversation: as it opens, with another one, or in another language.

        The pane shows a place of the conversation, or that of a link, or what the last answer quotes.
        """
        language = page_language(request.headers)
        talk, link = talk_of(text(click, "talk")), dict(parse_qsl(text(click, "link").removeprefix("?")))
        turn, chosen = number(click, "turn"), number(click, "number")
        pane, notice = source_html([], language=language), ""
        try:
            if 0 <= turn < len(talk.turns):
                pane = self._source(talk.turns[turn], turn, chosen, language)
            elif "document" in link:
                shown = self._linked(link, language)
                pane, notice = (shown, "") if shown else (pane, phrase("link_stale", language))
            elif chosen > 0:
                pane = gr.skip()  # reader.js asks for a document that is opened by itself
            elif talk.turns and not talk.turns[-1].abstained:
                pane = self._source(talk.turns[-1], len(talk.turns) - 1, 1, language)
        except RodeDraadError as error:
            notice = self._index.told(error)
        return [
            conversation_html(talk, language),
            pane,
            as_html(notice),
            languages_html(language),
            render("page/menus.html", language=language, user=user_of(request.headers), keeps=self._keeps),
            self._collections.html(language),
            *self.labels.updates(language),
        ]

    def open_document(self, click: gr.EventData, request: gr.Request) -> str:
        """The source pane for a document, from a character on, or with words that are looked for in it."""
        start, chosen = max(number(click, "start"), 0), max(number(click, "number"), 0)
        language, id, words = page_language(request.headers), text(click, "document"), text(click, "words")
        try:
            return document_html(self._index.searcher().generation, id, language, start, words, chosen)
        except RodeDraadError as error:
            raise self._told(error, language) from error

    def introduce(self, request: gr.Request) -> tuple[str, str]:
        """The menu of what is searched, and what there is to ask about."""
        entries = self._index.searcher().generation.manifest.documents
        language = page_language(request.headers)
        return menu_html(entries, language), about_html(entries, language)

    def suggest(self, request: gr.Request) -> list[Any]:
        """The buttons of the examples, for a reader of a language that questions can be in."""
        questions = suggested(self._index, page_language(request.headers, LANGUAGE_NAMES))
        shown = [gr.update(value=question, visible=True) for question in questions]
        return [*shown, *(gr.update(visible=False) for _ in range(SUGGESTED - len(shown)))]

    def _linked(self, link: Mapping[str, str], language: str) -> str:
        """The source pane for a link to a quote or a document; empty where it leads nowhere."""
        generation = self._index.searcher().generation
        if "check" in link:
            place = follow(generation, link)
            return source_html([place], language=language) if place else ""
        if not find_document(generation, link["document"]):
            return ""
        start = link.get("start", "")
        at = int(start) if start.isascii() and start.isdigit() and len(start) < LONGEST_NUMBER else 0
        return document_html(generation, link["document"], language, at)

    def _source(self, turn: Turn, at: int, chosen: int, language: str) -> str:
        """The source pane for a place that an answer points to, the answer with number `at` of its talk."""
        same = next((one.document for one in turn.cited if one.number == chosen), "")
        cited = [one for one in turn.cited if one.document == same]
        shown = found_in(self._index.searcher().generation, cited)
        return source_html(shown, chosen, at, turn.abstained, language, len(turn.cited))

    def _told(self, error: RodeDraadError, language: str) -> gr.Error:
        """An error as the page shows it."""
        if isinstance(error, NothingInScope):
            return gr.Error(phrase("scope_nothing", language), print_exception=False)
        return gr.Error(why(error, language, self._index.told), print_exception=False)
