"""Export route: /take, which gives a conversation, or one answer of it, in a form to take along."""

from anyio import CapacityLimiter
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.export_formats import EXPORT_FORMATS
from rodedraad.page.kept_turns import talk_of
from rodedraad.server.http_api import in_turn
from rodedraad.texts.phrases import page_language

EXPORTED_AT_ONCE = 2
"""How many conversations are written at the same time."""


class ExportRequest(BaseModel):
    """What /take takes: a conversation as the browser keeps it, and a form."""

    talk: str
    form: str


def export_route(index: LiveIndex, waiting: int) -> APIRouter:
    """The route; a request gets status 429 if `waiting` others are before it."""
    router = APIRouter()
    limiter = CapacityLimiter(EXPORTED_AT_ONCE)

    def written(taken: ExportRequest, language: str) -> str:
        return EXPORT_FORMATS[taken.form](talk_of(taken.talk).turns, index.searcher().generation, language)

    @router.post("/take")
    async def take(body: ExportRequest, request: Request) -> PlainTextResponse:
        if body.form not in EXPORT_FORMATS:
            raise HTTPException(400, "There is no such form.")
        try:
            return PlainTextResponse(
                await in_turn(limiter, waiting, written, body, page_language(request.headers))
            )
        except RodeDraadError as error:
            raise HTTPException(503, index.told(error)) from error

    return router
