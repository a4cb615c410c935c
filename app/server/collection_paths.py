"""Collection paths: several collections in one server, each behind a guard of its own, under its own path."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from rodedraad.live.collection import COLLECTIONS
from rodedraad.page.theme import FAVICON
from rodedraad.server.security import Guard, strip
from rodedraad.server.served_paths import HEALTH, PAGE

PATH = f"/{COLLECTIONS}"
ICON = "/favicon.ico"


def path_of(name: str) -> str:
    """The path of a collection on the server, as it is before it is encoded for an address."""
    return f"{PATH}/{name}"


class CollectionPaths:
    """ASGI application that leads a request to the collection that its path names."""

    def __init__(self, hall: Guard, guards: Mapping[str, Guard], prefix: str) -> None:
        """Lead to guards by the name of their collection, and all else to `hall`; all lie under `prefix`."""
        self._hall, self._guards, self._prefix = hall, guards, prefix

    def stop(self) -> None:
        """End the responses that last as long as a page is open."""
        for guard in (self._hall, *self._guards.values()):
            guard.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        guard = None
        if scope["type"] == "http":
            strip(scope, self._prefix)
            if (named := re.match(f"{PATH}/([^/]+)/", scope["path"])) and (
                guard := self._guards.get(named[1])
            ):
                strip(scope, path_of(named[1]))
        await (guard or self._hall)(scope, receive, send)


def is_served_in_hall(method: str, path: str) -> bool:
    """Whether there is anything for a method under a path that belongs to no collection."""
    return method in ("GET", "HEAD") and (path in (PAGE, HEALTH, ICON, PATH) or path.startswith(f"{PATH}/"))


def hall(apps: Mapping[str, FastAPI], prefix: str) -> FastAPI:
    """What belongs to no collection: the way to them, by name, whose life the application shares."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    app = FastAPI(openapi_url=None, lifespan=life)

    def address(name: str) -> str:
        return quote(f"{prefix}{path_of(name)}/")

    def led(request: Request, name: str) -> RedirectResponse:
        query = request.url.query
        return RedirectResponse(address(name) + (f"?{query}" if query else ""))

    @app.get(ICON)
    def icon() -> FileResponse:
        return FileResponse(FAVICON)

    @app.get(PATH)
    def names() -> list[dict[str, str]]:
        return [{"name": name, "address": address(name)} for name in apps]

    @app.api_route(PAGE, methods=["GET", "HEAD"])
    def first(request: Request) -> RedirectResponse:
        return led(request, next(iter(apps)))

    @app.api_route(f"{PATH}/{{name:path}}", methods=["GET", "HEAD"])
    def without_slash(name: str, request: Request) -> RedirectResponse:
        if name not in apps:
            raise HTTPException(404, "There is no collection of this name.")
        return led(request, name)

    return app
