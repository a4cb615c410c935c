"""Chat events: what the page shows when somebody asks, follows a citation, votes or picks a language."""

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rodedraad.answering.answer import Answer
from rodedraad.answering.conversation import ask
from rodedraad.evaluation.votes import DOWN, UP, Candidates
from rodedraad.index.scope import NothingInScope, Scope
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.json_log import LOG, REQUEST_ID
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.answer_html import conversation_html, summary
from rodedraad.page.clicks import number, text, texts
from rodedraad.page.document_view import document_html
from rodedraad.page.permalink import find_document, follow
from rodedraad.page.scope_menu import menu_html
from rodedraad.page.source_pane import places, source_html
from rodedraad.page.translated_labels import Labels, languages_html
from rodedraad.page.welcome import SUGGESTED, Suggestions, about_html
from rodedraad.texts.html_templates import as_html
from rodedraad.texts.phrases import NAMES, language_of, phrase

LONGEST_TALK = 100
"""The most turns of a conversation that are kept."""

LONGEST_NUMBER = 10  # digits

Shown = tuple[Any, str, str, Any, list[Answer]]
"""Question box, conversation, text for a screen reader, source pane, and the answers of the session."""


class ChatEvents:
    """What the chat over an index does at each event; `labels` change with the language."""

    def __init__(
        self, index: LiveIndex, candidates: Candidates, labels: Labels, suggestions: Suggestions
    ) -> None:
        self._index = index
        self._suggestions = suggestions
        self._candidates = candidates
        self.labels = labels

    def respond(
        self, question: str, answers: list[Answer], scope: Scope, request: gr.Request
    ) -> Iterator[Shown]:
        """Answer a question in the light of the talk before it."""
        yield from self._respond(question, answers, answers, scope, request)

    def respond_alone(
        self, answers: list[Answer], click: gr.EventData, request: gr.Request
    ) -> Iterator[Shown]:
        """Answer a question again, on its own, that was taken for a follow-up."""
        turn = number(click, "turn")
        if 0 <= turn < len(answers):
            yield from self._respond(answers[turn].question, [], answers, answers[turn].scope, request)

    def _respond(
        self,
        question: str,
        before: Sequence[Answer],
        answers: list[Answer],
        scope: Scope,
        request: gr.Request,
    ) -> Iterator[Shown]:
        """Answer a question: first the answer, then its source, which takes the browser longer."""
        language = language_of(request.headers)
        try:
            answer = ask(self._index.searcher(), question, before, scope=scope)
        except NothingInScope as error:
            raise gr.Error(phrase("scope_nothing", language), print_exception=False) from error
        except RodeDraadError as error:
            raise gr.Error(self._index.told(error), print_exception=False) from error
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
        answers = [*answers, answer][-LONGEST_TALK:]
        yield "", conversation_html(answers, language), summary(answer, language), gr.skip(), answers
        shown = [] if answer.abstained else places(answer)
        source = source_html(shown, 1, len(answers) - 1, language=language)
        yield gr.skip(), gr.skip(), gr.skip(), source, answers

    def show(self, answers: list[Answer], click: gr.EventData, request: gr.Request) -> str:
        """The source pane for a citation that was clicked."""
        return _source(answers, number(click, "turn"), number(click, "number"), language_of(request.headers))

    def vote(self, answers: list[Answer], click: gr.EventData, request: gr.Request) -> str:
        """Save a vote on an answer from all documents; returns the message for a screen reader."""
        turn, given = number(click, "turn"), text(click, "vote")
        if not (0 <= turn < len(answers) and given in (UP, DOWN)) or answers[turn].scope:
            return ""
        try:
            self._candidates.vote(answers[turn], given)
        except RodeDraadError as error:
            raise gr.Error(self._index.told(error), print_exception=False) from error
        return as_html(phrase("vote_kept", language_of(request.headers)))

    def open_page(self, request: gr.Request) -> list[Any]:
        """The page as it opens: with the quote of a link, if its address is one."""
        language = language_of(request.headers)
        query = dict(request.query_params)
        generation, shown, source = self._index.searcher().generation, [], ""
        if "check" in query and (place := follow(generation, query)):
            shown = [place]
        elif "check" not in query and find_document(generation, query.get("document", "")):
            start = query.get("start", "")
            at = int(start) if start.isascii() and start.isdigit() and len(start) < LONGEST_NUMBER else 0
            source = document_html(generation, query["document"], language, at)
        stale = "document" in query and not (shown or source)
        return [
            conversation_html([], language),
            source or source_html(shown, language=language),
            as_html(phrase("link_stale", language)) if stale else "",
            languages_html(language),
            *self.labels.updates(language),
        ]

    def change_language(self, answers: list[Answer], choice: gr.EventData, request: gr.Request) -> list[Any]:
        """The page in another language, in the order of `open_page`."""
        language = language_of(request.headers)
        turn, place = number(choice, "turn"), number(choice, "number")
        pane = gr.skip()  # a quote that a link led to stays as it is
        if turn >= 0 or not place:
            pane = _source(answers, turn, place, language)
        return [
            conversation_html(answers, language),
            pane,
            "",
            languages_html(language),
            *self.labels.updates(language),
        ]

    def open_document(self, click: gr.EventData, request: gr.Request) -> str:
        """The source pane for a document, from a character on, or with words that are looked for in it."""
        start, chosen = max(number(click, "start"), 0), max(number(click, "number"), 0)
        generation, language = self._index.searcher().generation, language_of(request.headers)
        return document_html(
            generation, text(click, "document"), language, start, text(click, "words"), chosen
        )

    def menu(self, request: gr.Request) -> str:
        """The menu of what is searched."""
        entries = self._index.searcher().generation.manifest.documents
        return menu_html(entries, language_of(request.headers))

    def choose(self, click: gr.EventData) -> Scope:
        """What is searched from now on."""
        try:
            return Scope(
                texts(click, "documents"), texts(click, "languages"),
                text(click, "date_from"), text(click, "date_to"),
            )  # fmt: skip
        except RodeDraadError as error:
            raise gr.Error(self._index.told(error), print_exception=False) from error

    def introduce(self, request: gr.Request) -> str:
        """What there is to ask about."""
        entries = self._index.searcher().generation.manifest.documents
        return about_html(entries, language_of(request.headers))

    def suggest(self, request: gr.Request) -> list[Any]:
        """The buttons of the examples, for a reader of a language that questions can be in."""
        questions = self._suggestions.questions(language_of(request.headers, NAMES))
        shown = [gr.update(value=question, visible=True) for question in questions]
        return [*shown, *(gr.update(visible=False) for _ in range(SUGGESTED - len(shown)))]

    def forget(self, request: gr.Request) -> Shown:
        """A new conversation."""
        language = language_of(request.headers)
        return "", conversation_html([], language), "", source_html([], language=language), []


def _source(answers: Sequence[Answer], turn: int, number: int, language: str) -> str:
    """The source pane for a place that an answer of the conversation points to."""
    if not 0 <= turn < len(answers):
        return source_html([], language=language)
    answer = answers[turn]
    return source_html(places(answer), number, turn, answer.abstained, language)
