"""Writer route: the switch of the writer, a sentence as it is written, and a quote translated."""

import json
from collections.abc import AsyncIterator, Generator
from dataclasses import replace
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.kept_turns import Turn, as_json, restored, talk_of
from rodedraad.page.notes import why
from rodedraad.page.permalink import follow
from rodedraad.page.written_html import switch_html, translated_html, written_html, written_of
from rodedraad.server.http_api import in_turn
from rodedraad.server.refused_request import RETRY_AFTER, is_full
from rodedraad.texts.phrases import page_language, phrase
from rodedraad.texts.refusal import Refusal
from rodedraad.writing.writer import Writer
from rodedraad.writing.written_sentence import sentences, translation

SENTENCES_AT_ONCE = 2
"""How many sentences are written at the same time."""


class Asked(BaseModel):
    """What /write takes: a conversation as the browser keeps it, up to the turn to write for."""

    model_config = ConfigDict(extra="forbid")

    talk: str
    at: Annotated[int, Field(ge=0, lt=10**6)]  # the number of that turn on the page, from 0
    agreed: str  # the host to which somebody agreed that questions and quotes are sent


class Quoted(BaseModel):
    """What /translate takes: the query of a quote's lasting link."""

    model_config = ConfigDict(extra="forbid")

    document: str
    start: str
    end: str
    check: str
    agreed: str


def writer_route(index: LiveIndex, writer: Writer, waiting: int) -> APIRouter:
    """The routes; a request gets status 429 if `waiting` others are before it."""
    router, limiter = APIRouter(), CapacityLimiter(SENTENCES_AT_ONCE)

    def check_agreed(host: str) -> None:
        if writer.needs_consent and host != writer.host:
            raise HTTPException(403, phrase("writer_consent", "en", host=writer.host))

    def lines(turns: tuple[Turn, ...], at: int, language: str) -> Generator[str]:
        *before, turn = turns
        answer = restored(turn, index.searcher().generation)
        for sentence in sentences(writer, answer, [one.question for one in before]):
            told = replace(turn, written=written_of(sentence))
            yield json.dumps({"html": written_html(told, at, language), "kept": as_json(told)}) + "\n"

    @router.get("/writer")
    async def switch(request: Request) -> HTMLResponse:
        return HTMLResponse(switch_html(writer, page_language(request.headers)))

    @router.post("/write")
    async def write(body: Asked, request: Request) -> StreamingResponse:
        check_agreed(body.agreed)
        turns, language = talk_of(body.talk).turns, page_language(request.headers)
        if not turns or turns[-1].abstained:
            raise HTTPException(400, "There is no answer to write a sentence for.")
        if is_full(limiter, waiting):
            raise HTTPException(429, phrase("busy", "en"), {"Retry-After": str(RETRY_AFTER)})

        async def made() -> AsyncIterator[str]:
            steps = lines(turns, body.at, language)
            try:
                while line := await to_thread.run_sync(next, steps, None, limiter=limiter):
                    yield line
            finally:
                steps.close()

        return StreamingResponse(made(), media_type="application/x-ndjson")

    @router.post("/translate")
    async def translate(body: Quoted, request: Request) -> HTMLResponse:
        check_agreed(body.agreed)
        language = page_language(request.headers)

        def made() -> str:
            place = follow(index.searcher().generation, body.model_dump())
            if place is None:
                raise Refusal("quote_gone")
            try:
                text = translation(writer, place.text, place.document.language, language)
            except Refusal as refusal:
                return translated_html("", writer, language, refusal)
            return translated_html(text, writer, language)

        try:
            return HTMLResponse(await in_turn(limiter, waiting, made))
        except RodeDraadError as error:
            raise HTTPException(404, why(error, "en", index.told)) from error

    return router
