"""HTTP API: what programs can ask: named Gradio endpoints, tools for agents, and plain routes."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import gradio as gr
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, HTTPException, Query
from gradio.events import api
from pydantic import BaseModel, ConfigDict, ValidationError, validate_call

from rodedraad.answering.answer import LONGEST_QUESTION, Answer, checked_question
from rodedraad.answering.conversation import ask as ask_in_talk
from rodedraad.answering.json_format import document_as_json, passage_as_json, turn_as_json
from rodedraad.index.scope import Scope
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.index_apart import indexing_waits
from rodedraad.live.live_index import LiveIndex
from rodedraad.server.refused_request import RETRY_AFTER, is_full
from rodedraad.texts.phrases import phrase

if TYPE_CHECKING:
    from rodedraad.writing.writer import Writer

LONGEST_STRETCH = 20_000
"""Characters of a document that are read at once."""

MOST_PASSAGES = 100
MOST_BEFORE = 20
"""Questions of a talk that a follow-up is asked after."""

LONGEST_TALK = 2 * LONGEST_QUESTION
"""Characters of a question and those before it: each is answered, in time that grows with its length."""


WRITTEN_AT_ONCE = 2
"""How many questions of programs get a sentence at the same time."""


class NotThere(RodeDraadError):
    """No document has such an id."""


class Programs:
    """The corpus for programs. Every function raises RodeDraadError saying what is wrong with a request."""

    def __init__(self, index: LiveIndex, writer: "Writer | None" = None) -> None:
        self._index = index
        self._writer = writer

    def told(self, error: RodeDraadError) -> str:
        """What a program reads of an error."""
        return self._index.told(error)

    def ask(
        self,
        question: str,
        before: list[str],
        passages: int,
        documents: list[str],
        languages: list[str],
        date_from: str,
        date_to: str,
    ) -> dict[str, Any]:
        """Ask the documents a question; the answer is verbatim quotes with their places, or none.

        Where "kind" is "no answer" the documents hold none, and there are no quotes; where it is "not a
        question", "documents" names what can be asked about. Each quote
        names its document, page, and the characters of the reading text that it is; "also" holds
        the places that say the same.

        Args:
            question: the question, in Dutch, English, French, Spanish or German
            before: earlier questions of the same talk, oldest first, where this one follows up on them
            passages: how many of the best passages to give beside the quotes, 0 to 100
            documents: ids of documents, folders, or patterns such as reports/*.pdf, to look in alone
            languages: look only in documents in these languages: nl, en, fr, es or de
            date_from: look only in documents of this day, month or year (2015-06-01, 2015-06, 2015), or later
            date_to: look only in documents of this day, month or year, or earlier
        """
        scope = Scope(tuple(documents), tuple(languages), date_from, date_to)
        return turn_as_json(self._answers(question, before, passages, scope)[-1], passages)

    def ask_and_write(self, agreed: str, question: str, before: list[str], **asked: Any) -> dict[str, Any]:
        """What `ask` gives, with the sentence of the language model for an answer; null without one.

        `agreed` is the host to which somebody agreed that questions and quotes are sent, if it is elsewhere.
        """
        writer = self._writer
        if writer is None:
            raise RodeDraadError("There is no language model here: start the server with --writer.")
        if writer.needs_consent and agreed != writer.host:
            raise RodeDraadError(
                f'{phrase("writer_consent", "en", host=writer.host)} Agree with "agreed": "{writer.host}".'
            )
        from rodedraad.writing.written_sentence import sentence_as_json, written

        passages = asked.pop("passages")
        scope = Scope(
            **{**asked, "documents": tuple(asked["documents"]), "languages": tuple(asked["languages"])}
        )
        answer = self._answers(question, before, passages, scope)[-1]
        return turn_as_json(answer, passages) | {
            "sentence": sentence_as_json(written(writer, answer, before))
        }

    def _answers(self, question: str, before: list[str], passages: int, scope: Scope) -> list[Answer]:
        """The answers to a question and those before it."""
        _within(passages, 0, MOST_PASSAGES, "passages")
        if len(before) > MOST_BEFORE:
            raise RodeDraadError(f"At most {MOST_BEFORE} questions can come before this one.")
        question = checked_question(question)
        if len(question) + sum(map(len, before)) > LONGEST_TALK:
            raise RodeDraadError(
                f"A question and those before it have at most {LONGEST_TALK:,} characters; "
                "leave out the oldest."
            )
        talk: list[Answer] = []
        with indexing_waits():
            searcher = self._index.searcher()
            for asked in (*before, question):
                talk.append(ask_in_talk(searcher, asked, talk, passages, scope))
        return talk

    def search(
        self,
        question: str,
        count: int,
        documents: list[str],
        languages: list[str],
        date_from: str,
        date_to: str,
    ) -> list[dict[str, Any]]:
        """Find the passages of the documents that are nearest to a question, best first.

        Args:
            question: what to look for, in Dutch, English, French, Spanish or German
            count: how many passages to give, 1 to 100
            documents: ids of documents, folders, or patterns such as reports/*.pdf, to look in alone
            languages: look only in documents in these languages: nl, en, fr, es or de
            date_from: look only in documents of this day, month or year (2015-06-01, 2015-06, 2015), or later
            date_to: look only in documents of this day, month or year, or earlier
        """
        scope = Scope(tuple(documents), tuple(languages), date_from, date_to)
        _within(count, 1, MOST_PASSAGES, "count")
        with indexing_waits():
            searcher = self._index.searcher()
            hits = searcher.search(searcher.query(checked_question(question)), count, scope=scope)
        return [passage_as_json(hit) for hit in hits]

    def list_documents(self) -> list[dict[str, Any]]:
        """List the documents, each with the id that read_document takes, and what of it could not be read."""
        entries = self._index.searcher().generation.manifest.documents
        return [
            {
                "document": entry.path,
                "title": entry.title,
                "date": entry.date,
                "language": entry.language,
                "passages": entry.passages,
                "unread": [str(reason) for reason in entry.unread],
            }
            for entry in entries
        ]

    def read_document(self, document: str, start: int, end: int) -> dict[str, Any]:
        """Read a stretch of a document's text, at most 20,000 characters, with its title and citation.

        Args:
            document: the id of the document, as search, ask and list_documents give it
            start: the first character to read, counted from 0
            end: the character to stop before; 0 reads as far as can be
        """
        generation = self._index.searcher().generation
        paths = [entry.path for entry in generation.manifest.documents]
        if document not in paths:
            raise NotThere("There is no document of this id.")
        if start < 0 or end < 0:
            raise RodeDraadError("Characters are counted from 0.")
        end = min(end or start + LONGEST_STRETCH, start + LONGEST_STRETCH)
        return document_as_json(generation.document(paths.index(document))[0], start, max(start, end))


def _within(number: int, least: int, most: int, name: str) -> None:
    if not least <= number <= most:
        raise RodeDraadError(f"{name} must be between {least} and {most}.")


def endpoints(programs: Programs, turn: CapacityLimiter, waiting: int) -> None:
    """Name the functions as Gradio endpoints of the page under construction, and so as tools of MCP.

    They return JSON text: Gradio gives agents a dict as Python prints it. They wait for their turn here,
    since Gradio does not queue the calls of agents.
    """

    async def told(call: Callable[..., Any], **arguments: Any) -> str:
        try:
            found = await in_turn(turn, waiting, partial(validate_call(call), **arguments))
        except ValidationError as error:
            raise gr.Error(malformed(error.errors()), print_exception=False) from error
        except HTTPException as error:
            raise gr.Error(error.detail, print_exception=False) from error
        except RodeDraadError as error:
            raise gr.Error(programs.told(error), print_exception=False) from error
        return json.dumps(found, ensure_ascii=False)

    # B006: the defaults are only read, and Gradio shows them to programs.
    async def ask(
        question: str,
        before: list[str] = [],  # noqa: B006
        passages: int = 10,
        documents: list[str] = [],  # noqa: B006
        languages: list[str] = [],  # noqa: B006
        date_from: str = "",
        date_to: str = "",
    ) -> str:
        return await told(
            programs.ask,
            question=question,
            before=before or [],
            passages=passages,
            documents=documents or [],
            languages=languages or [],
            date_from=date_from or "",
            date_to=date_to or "",
        )

    async def search(
        question: str,
        count: int = 10,
        documents: list[str] = [],  # noqa: B006
        languages: list[str] = [],  # noqa: B006
        date_from: str = "",
        date_to: str = "",
    ) -> str:
        return await told(
            programs.search,
            question=question,
            count=count,
            documents=documents or [],
            languages=languages or [],
            date_from=date_from or "",
            date_to=date_to or "",
        )

    async def list_documents() -> str:
        return await told(programs.list_documents)

    async def read_document(document: str, start: int = 0, end: int = 0) -> str:
        return await told(programs.read_document, document=document, start=start, end=end)

    for function in (ask, search, list_documents, read_document):
        function.__doc__ = getattr(Programs, function.__name__).__doc__
        api(function, queue=False, concurrency_limit=None)


def malformed(errors: Iterable[Any]) -> str:
    """What is wrong with the fields of a request, without repeating what they hold."""
    return "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors)


async def in_turn(limiter: CapacityLimiter, waiting: int, call: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives that is made in a thread of its own; with `waiting` before it, status 429."""
    if is_full(limiter, waiting):
        raise HTTPException(429, phrase("busy", "en"), {"Retry-After": str(RETRY_AFTER)})
    return await to_thread.run_sync(call, *arguments, limiter=limiter)


class Question(BaseModel):
    """What /api/ask takes, and nothing else: a choice that is misspelt would be none."""

    model_config = ConfigDict(extra="forbid")

    question: str
    before: list[str] = []
    passages: int = 10
    documents: list[str] = []
    languages: list[str] = []
    date_from: str = ""
    date_to: str = ""
    writer: bool = False  # whether a sentence is asked for
    agreed: str = ""


def routes(programs: Programs, turn: CapacityLimiter, waiting: int) -> APIRouter:
    """The same functions as plain HTTP, for curl; one that is busy says so with status 429."""
    router, writing = APIRouter(prefix="/api"), CapacityLimiter(WRITTEN_AT_ONCE)

    async def answer(call: Callable[..., Any], *arguments: Any, turn: CapacityLimiter = turn) -> Any:
        try:
            return await in_turn(turn, waiting, call, *arguments)
        except NotThere as error:
            raise HTTPException(404, str(error)) from error
        except RodeDraadError as error:
            raise HTTPException(400, programs.told(error)) from error

    @router.post("/ask")
    async def ask(body: Question) -> Any:
        asked = dict(body)
        agreed = asked.pop("agreed")
        if asked.pop("writer"):
            return await answer(partial(programs.ask_and_write, agreed, **asked), turn=writing)
        return await answer(partial(programs.ask, **asked))

    @router.get("/search")
    async def search(
        question: Annotated[str, Query()],
        count: int = 10,
        documents: Annotated[list[str], Query()] = [],  # noqa: B006
        languages: Annotated[list[str], Query()] = [],  # noqa: B006
        date_from: str = "",
        date_to: str = "",
    ) -> Any:
        return await answer(programs.search, question, count, documents, languages, date_from, date_to)

    @router.get("/documents")
    async def list_documents() -> Any:
        return await answer(programs.list_documents)

    @router.get("/documents/{document:path}")
    async def read_document(document: str, start: int = 0, end: int = 0) -> Any:
        return await answer(programs.read_document, document, start, end)

    return router
