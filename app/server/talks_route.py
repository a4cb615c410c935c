"""Talks route: /talks, where the browsers of a user keep conversations beside their own storage."""

import json
import sqlite3
from collections.abc import Callable
from typing import Annotated, Any

from annotated_types import Interval, MaxLen
from anyio import CapacityLimiter
from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from rodedraad.live.json_log import LOG, REQUEST_ID
from rodedraad.page.kept_turns import MOST_TURNS
from rodedraad.page.visitor import user_of
from rodedraad.server.http_api import in_turn, malformed
from rodedraad.server.talks import MOST_BYTES, Conflict, KeptTalk, NoRoom, Talks
from rodedraad.texts.phrases import page_language, phrase

Revision = Annotated[int, Interval(ge=0, lt=2**53)]


class Given(BaseModel):
    """A conversation as the browser keeps it."""

    model_config = ConfigDict(extra="forbid")

    title: str
    draft: str
    changed: float
    votes: dict[str, Any]
    turns: Annotated[list[dict[str, Any]], MaxLen(MOST_TURNS)]
    scope: dict[str, Any] | None = None  # what is searched; None for all documents


def talks_route(talks: Talks, waiting: int) -> APIRouter:
    """The routes, for who is logged in; a request gets status 429 if `waiting` others are before it."""
    router, limiter = APIRouter(), CapacityLimiter(1)

    async def done(request: Request, call: Callable[..., Any], *arguments: Any) -> Any:
        language = page_language(request.headers)
        try:
            return await in_turn(limiter, waiting, call, user_of(request.headers), *arguments)
        except NoRoom as error:
            told = phrase("talks_full", language, megabytes=MOST_BYTES // 1_000_000)
            raise HTTPException(413, told) from error
        except sqlite3.Error as error:
            LOG.exception("failure", extra={"request": request.headers.get(REQUEST_ID), "path": "/talks"})
            raise HTTPException(503, phrase("talks_failed", language)) from error

    async def keep(id: str, text: bytes | None, revision: int, request: Request) -> Response:
        try:
            return _told(b'{"revision": %d}' % await done(request, talks.keep, id, text, revision))
        except Conflict as error:
            return _told(_as_json(error.kept), 409)

    @router.get("/talks")
    async def listed(request: Request) -> Response:
        return _told(b"[%b]" % b", ".join(map(_as_json, await done(request, talks.of))))

    @router.put("/talks/{id}")
    async def put(id: str, revision: Revision, request: Request) -> Response:
        try:
            given = Given.model_validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(422, malformed(error.errors())) from error
        return await keep(id, given.model_dump_json().encode(), revision, request)

    @router.delete("/talks/{id}")
    async def delete(id: str, revision: Revision, request: Request) -> Response:
        return await keep(id, None, revision, request)

    return router


def _as_json(kept: KeptTalk) -> bytes:
    return b'{"id": %b, "revision": %d, "talk": %b}' % (
        json.dumps(kept.id).encode(),
        kept.revision,
        kept.text or b"null",
    )


def _told(text: bytes, status: int = 200) -> Response:
    return Response(text, status, {"Cache-Control": "no-store"}, "application/json")
