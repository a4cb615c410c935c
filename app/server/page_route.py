"""Page route: /page with the query of a link, which gives the source pane the page of a PDF."""

from anyio import CapacityLimiter
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rodedraad.page.pdf_pane import PdfView
from rodedraad.server.http_api import in_turn
from rodedraad.texts.phrases import language_of

AT_ONCE = 2
"""How many pages are drawn at the same time."""


def page_route(view: PdfView, waiting: int) -> APIRouter:
    """The route; a request gets status 429 if `waiting` others are before it."""
    router = APIRouter()
    limiter = CapacityLimiter(AT_ONCE)

    @router.get("/page")
    async def page(request: Request) -> HTMLResponse:
        query, language = dict(request.query_params), language_of(request.headers)
        return HTMLResponse(await in_turn(limiter, waiting, view.html, query, language))

    return router
