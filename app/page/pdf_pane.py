"""PDF view: the page of a PDF that a quote stands on, as it is printed, with the quote marked."""

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from anyio import CapacityLimiter
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rodedraad.answering.citation_formats import Place
from rodedraad.index.settings import load_settings
from rodedraad.ingest.documents import Picture
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.source_pane import follow, is_printed
from rodedraad.server.http_api import in_turn
from rodedraad.texts.phrases import language_of, phrase

AT_ONCE = 2
"""How many pages are drawn side by side."""

KEPT = 8
"""How many drawn pages are kept for the next who asks."""


class FileChanged(RodeDraadError):
    """The file is no longer the one that was indexed."""


class PdfView:
    """The pages of the PDFs behind a running page."""

    def __init__(self, index: LiveIndex, library: LiveCorpus) -> None:
        """Draw nothing yet."""
        self._index = index
        self._library = library
        self._drawn = lru_cache(KEPT)(self._draw)

    def html(self, query: Mapping[str, str], language: str) -> str:
        """The page that a link's query leads to, its quote marked; or why it cannot be shown."""
        place = follow(self._index.searcher().generation, query)
        if place is None or not is_printed(place):
            return _told("link_stale", language)
        document, page = place.document, place.page or 0
        begin, end = (*document.page_starts, len(document.text))[page - 1 : page + 1]
        before, text = document.text[begin : place.start], document.text[place.start : min(place.end, end)]
        try:
            picture = self._drawn(document.id, document.sha256, page, before, text)
        except FileChanged:
            return _told("file_changed", language)
        except RodeDraadError as error:
            return _told("page_not_shown", language, why=str(error).rstrip("."))
        notes = "" if picture.boxes else _told("quote_not_found", language)
        if place.end > end:
            notes += _told("quote_goes_on", language)
        return notes + _sheet_html(picture, place, language)

    def _draw(self, id: str, sha256: str, page: int, before: str, text: str) -> Picture:
        data = self._library.read(id)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FileChanged
        with ParserPool(load_settings(self._index.home).limits, 1) as parsers:
            return parsers.draw_page(data, page, before, text)


def _sheet_html(picture: Picture, place: Place, language: str) -> str:
    name = "page_marked" if picture.boxes else "page_unmarked"
    alternative = phrase(name, language).format(page=place.page, title=place.document.title, quote=place.text)
    boxes = "".join(
        f'<span class="box" style="left:{left:.2f}%;top:{top:.2f}%;width:{width:.2f}%;height:{height:.2f}%">'
        "</span>"
        for left, top, width, height in picture.boxes
    )
    png = base64.b64encode(picture.png).decode()
    return (
        f'<div class="paper"><img src="data:image/png;base64,{png}" width="{picture.width}" '
        f'height="{picture.height}" alt="{escape(alternative)}">{boxes}</div>'
    )


def _told(name: str, language: str, **given: str) -> str:
    return f"<p>{escape(phrase(name, language).format(**given))}</p>"


def page_route(view: PdfView, waiting: int) -> APIRouter:
    """The pages over HTTP, for the source pane: /page with the query of a link."""
    router = APIRouter()
    limiter = CapacityLimiter(AT_ONCE)

    @router.get("/page")
    async def page(request: Request) -> HTMLResponse:
        query, language = dict(request.query_params), language_of(request.headers)
        return HTMLResponse(await in_turn(limiter, waiting, view.html, query, language))

    return router
