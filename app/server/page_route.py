"""Page route: what the page fetches itself: pages of PDFs, glosses, lists to choose from, files."""

from collections.abc import Mapping
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
from rodedraad.page.document_glosses import glosses_in
from rodedraad.page.kept_turns import Offset
from rodedraad.page.notes import why
from rodedraad.page.pdf_pane import PdfView
from rodedraad.page.permalink import find_document
from rodedraad.page.scope_menu import choices
from rodedraad.server.http_api import in_turn
from rodedraad.texts.phrases import page_language, phrase

FETCHED_AT_ONCE = 2
"""How many pages are drawn, lists and glosses made or files read at the same time."""


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
    router, view, limiter = APIRouter(), PdfView(index, library), CapacityLimiter(FETCHED_AT_ONCE)

    @router.get("/page")
    async def page(request: Request) -> HTMLResponse:
        query, language = dict(request.query_params), page_language(request.headers)
        return HTMLResponse(await in_turn(limiter, waiting, view.html, query, language))

    @router.post("/choices")
    async def choose(body: Choice, request: Request) -> Any:
        def made() -> dict[str, Any]:
            scope = Scope(tuple(body.documents), tuple(body.languages), body.date_from, body.date_to)
            entries = index.searcher().generation.manifest.documents
            return choices(entries, scope, body.find, page_language(request.headers))

        try:
            return await in_turn(limiter, waiting, made)
        except RodeDraadError as error:
            raise HTTPException(400, index.told(error)) from error

    @router.get("/gloss")
    async def gloss(document: str, start: Offset, end: Offset, request: Request) -> Any:
        """The words of a stretch of a document with their glosses, each with its confidence in percent."""

        def made() -> Mapping[str, tuple[str, int]]:
            found = find_document(index.searcher().generation, document)
            return glosses_in(found[0], start, end, page_language(request.headers)) if found else {}

        try:
            return await in_turn(limiter, waiting, made)
        except RodeDraadError as error:
            raise HTTPException(503, index.told(error)) from error

    @router.get("/file")
    async def file(document: str, request: Request) -> Response:
        """The file of a document, or the member of a file that it is; else of the file around it."""
        language = page_language(request.headers)
        if not may_fetch:
            raise HTTPException(403, "Files cannot be fetched here.")
        entries = index.searcher().generation.manifest.documents
        entry = next((entry for entry in entries if entry.path == document), None)
        if entry is None:
            raise HTTPException(404, phrase("document_gone", language))
        try:
            name, data = await in_turn(limiter, waiting, library.original, entry.file, entry.member)
        except RodeDraadError as error:
            raise HTTPException(404, f"{document}: {why(error, language, library.told)}") from error
        attached = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return Response(data, media_type="application/octet-stream", headers=attached)

    return router
