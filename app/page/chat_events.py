"""Chat events: what the page shows when somebody asks, follows a citation, votes or picks a language."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

from rodedraad.answering.conversation import ask
from rodedraad.evaluation.votes import DOWN, UP, Candidates
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.json_log import LOG, REQUEST_ID
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.answer_html import conversation_html, summary
from rodedraad.page.clicks import number, text
from rodedraad.page.kept_turns import Talk, Turn, found_in, restored, talk_of
from rodedraad.page.permalink import follow
from rodedraad.page.source_pane import places, source_html
from rodedraad.page.translated_labels import Labels, languages_html
from rodedraad.texts.html_templates import as_html, render
from rodedraad.texts.phrases import language_of, phrase
from rodedraad.texts.refusal import Refusal

Shown = tuple[Any, Any, str]
"""Conversation, text for a screen reader, and source pane."""


class ChatEvents:
    """What the chat over an index does at each event; `labels` change with the language.

    The conversation comes from the page with each event, and is kept nowhere else.
    """

    def __init__(self, index: LiveIndex, candidates: Candidates, labels: Labels) -> None:
        self._index = index
        self._candidates = candidates
        self.labels = labels

    def respond(self, question: str, talk: str | None, request: gr.Request) -> Iterator[Shown]:
        """Answer a question in the light of the talk before it."""
        before = talk_of(talk or "")
        yield from self._respond(question, before, before, request)

    def respond_alone(self, click: gr.EventData, request: gr.Request) -> Iterator[Shown]:
        """Answer a question again, on its own, that was taken for a follow-up."""
        talk, turn = talk_of(text(click, "talk")), number(click, "turn")
        if 0 <= turn < len(talk.turns):
            yield from self._respond(talk.turns[turn].question, Talk(), talk, request)

    def _respond(self, question: str, before: Talk, talk: Talk, request: gr.Request) -> Iterator[Shown]:
        """Answer a question: first the answer, then its source, which takes the browser longer."""
        language = language_of(request.headers)
        try:
            searcher = self._index.searcher()
            asked = [turn for turn in before.turns if turn.kind != "not a question"]
            answer = ask(searcher, question, [restored(turn, searcher.generation) for turn in asked[-1:]])
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
        yield conversation_html(talk, language), summary(answer, language), gr.skip()
        shown = [] if answer.abstained else places(answer)
        yield gr.skip(), gr.skip(), source_html(shown, 1, len(talk.turns) - 1, language=language)

    def show(self, click: gr.EventData, request: gr.Request) -> str:
        """The source pane for a citation that was clicked."""
        talk, turn = talk_of(text(click, "talk")), number(click, "turn")
        language = language_of(request.headers)
        if not talk.turns:
            return source_html([], language=language)
        try:
            return self._source(talk.turns[0], turn, number(click, "number"), language)
        except RodeDraadError as error:
            raise self._told(error, language) from error

    def vote(self, click: gr.EventData, request: gr.Request) -> str:
        """Save a vote on an answer; returns the message for a screen reader."""
        language = language_of(request.headers)
        talk, given = talk_of(text(click, "talk")), text(click, "vote")
        if not (talk.turns and given in (UP, DOWN)):
            return ""
        turn = talk.turns[0]
        try:
            answer = restored(turn, self._index.searcher().generation)
            if len(answer.quotes) < len(turn.quoted):
                raise Refusal("quote_gone")
            self._candidates.vote(answer, given)
        except RodeDraadError as error:
            raise self._told(error, language) from error
        return as_html(phrase("vote_kept", language))

    def open_page(self, click: gr.EventData, request: gr.Request) -> list[Any]:
        """The page with a conversation: as it opens, with another one, or in another language.

        The pane shows a place of the conversation, or that of a link, or what the last answer quotes.
        """
        language = language_of(request.headers)
        talk, link = talk_of(text(click, "talk")), dict(parse_qsl(text(click, "link").removeprefix("?")))
        turn, chosen = number(click, "turn"), number(click, "number")
        pane, notice = source_html([], language=language), ""
        try:
            if 0 <= turn < len(talk.turns):
                pane = self._source(talk.turns[turn], turn, chosen, language)
            elif chosen > 0:
                pane = gr.skip()  # a quote that a link led to stays as it is
            elif "document" in link:
                place = follow(self._index.searcher().generation, link)
                pane = source_html([place] if place else [], language=language)
                notice = "" if place else phrase("link_stale", language)
            elif talk.turns and not talk.turns[-1].abstained:
                pane = self._source(talk.turns[-1], len(talk.turns) - 1, 1, language)
        except RodeDraadError as error:
            notice = self._index.told(error)
        return [
            conversation_html(talk, language),
            pane,
            as_html(notice),
            languages_html(language),
            render("page/menus.html", language=language),
            *self.labels.updates(language),
        ]

    def _source(self, turn: Turn, at: int, chosen: int, language: str) -> str:
        """The source pane for a place that an answer points to, the answer with number `at` of its talk."""
        same = next((one.document for one in turn.cited if one.number == chosen), "")
        cited = [one for one in turn.cited if one.document == same]
        shown = found_in(self._index.searcher().generation, cited)
        return source_html(shown, chosen, at, turn.abstained, language, len(turn.cited))

    def _told(self, error: RodeDraadError, language: str) -> gr.Error:
        """An error as the page shows it."""
        if isinstance(error, Refusal):
            return gr.Error(phrase(error.why, language, **error.given), print_exception=False)
        return gr.Error(self._index.told(error), print_exception=False)
