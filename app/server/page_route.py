"""Page route: what the page fetches itself: pages of PDFs, glosses, lists to choose from, files."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from anyio import CapacityLimiter
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.types import Receive, Send
from starlette.types import Scope as ASGIScope

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
"""How many pages are drawn, lists and glosses made or files opened at the same time."""

PIECE = 1 << 18
"""Bytes of a file that are in memory at once."""


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
    async def file(document: str, request: Request) -> "SavedFile":
        """The file of a document, or the member of a file that it is; else of the file around it."""
        language = page_language(request.headers)
        if not may_fetch:
            raise HTTPException(403, "Files cannot be fetched here.")
        entries = index.searcher().generation.manifest.documents
        entry = next((entry for entry in entries if entry.path == document), None)
        if entry is None:
            raise HTTPException(404, phrase("document_gone", language))
        try:
            name, opened = await in_turn(limiter, waiting, library.original, entry.file, entry.member)
        except RodeDraadError as error:
            raise HTTPException(404, f"{document}: {why(error, language, library.told)}") from error
        return SavedFile(opened, name)

    return router


class SavedFile(StreamingResponse):
    """A file to be saved, sent in pieces; it is closed at the end, also where who saves it leaves."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Send an open file under a name."""
        self._file, size = file, file.seek(0, os.SEEK_END)
        file.seek(0)
        attached = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        headers = {"Content-Disposition": attached, "Content-Length": str(size)}
        super().__init__(_pieces(file, size), headers=headers, media_type="application/octet-stream")

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._file:
            await super().__call__(scope, receive, send)


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The first `size` bytes of a file, PIECE at a time."""
    while size and (piece := file.read(min(size, PIECE))):
        size -= len(piece)
        yield piece
