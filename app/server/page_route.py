"""Page route: what the page fetches itself: a page of a PDF, a list to choose from, a document's file."""

from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from rodedraad.index.scope import Scope
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.pdf_pane import PdfView
from rodedraad.page.scope_menu import choices
from rodedraad.server.http_api import in_turn
from rodedraad.texts.phrases import language_of

AT_ONCE = 2
"""How many pages are drawn, lists made or files read at the same time."""


class Choice(BaseModel):
    """What is chosen so far, and what is looked for among the documents."""

    model_config = ConfigDict(extra="forbid")

    documents: list[str] = []
    languages: list[str] = []
    date_from: str = ""
    date_to: str = ""
    find: str = ""


def page_route(index: LiveIndex, library: LiveCorpus, may_fetch: bool, waiting: int) -> APIRouter:
    """The routes; a request gets status 429 if `waiting` others are before it.

    A file is given only to those who `may_fetch` files, always to be saved and never to be shown.
    """
    router, view, limiter = APIRouter(), PdfView(index, library), CapacityLimiter(AT_ONCE)

    @router.get("/page")
    async def page(request: Request) -> HTMLResponse:
        query, language = dict(request.query_params), language_of(request.headers)
        return HTMLResponse(await in_turn(limiter, waiting, view.html, query, language))

    @router.post("/choices")
    async def choose(body: Choice, request: Request) -> Any:
        def made() -> dict[str, Any]:
            scope = Scope(tuple(body.documents), tuple(body.languages), body.date_from, body.date_to)
            entries = index.searcher().generation.manifest.documents
            return choices(entries, scope, body.find, language_of(request.headers))

        try:
            return await in_turn(limiter, waiting, made)
        except RodeDraadError as error:
            raise HTTPException(400, index.told(error)) from error

    @router.get("/file")
    async def file(document: str) -> Response:
        if not may_fetch:
            raise HTTPException(403, "Files cannot be fetched here.")
        if all(entry.path != document for entry in index.searcher().generation.manifest.documents):
            raise HTTPException(404, "There is no document of this id.")
        try:
            data = await in_turn(limiter, waiting, library.read, document)
        except RodeDraadError as error:
            raise HTTPException(404, library.told(error)) from error
        name = quote(document.rpartition("/")[2], safe="")
        attached = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(data, media_type="application/octet-stream", headers=attached)

    return router
