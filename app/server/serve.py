"""Serve: the page over HTTP, for this machine or for a network."""

import errno
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import rodedraad.server.without_stubs  # noqa: F401  (before all that imports gradio)

# isort: split
import gradio as gr
from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.collection import Collection
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.chat_tab import QUESTIONS_AT_ONCE, build
from rodedraad.page.collection_menu import CollectionMenu
from rodedraad.page.theme import FAVICON, STYLES, theme
from rodedraad.page.translated_labels import PHRASES
from rodedraad.server.collection_paths import CollectionPaths, hall, is_served_in_hall, path_of
from rodedraad.server.end_process import end_process
from rodedraad.server.entrance import Entrance
from rodedraad.server.export_route import export_route
from rodedraad.server.http_api import Programs, endpoints, malformed, routes
from rodedraad.server.http_server import HttpServer
from rodedraad.server.loading_sign import loading_sign
from rodedraad.server.no_connections import forbid_connections
from rodedraad.server.page_calls import PageCalls
from rodedraad.server.page_head import reader_key
from rodedraad.server.page_route import page_route
from rodedraad.server.passwords import Passwords
from rodedraad.server.security import AccessRules, Guard, host_names
from rodedraad.server.served_paths import HEALTH
from rodedraad.server.sessions import Sessions
from rodedraad.server.talks import TALKS_FILE, Talks
from rodedraad.server.talks_route import talks_route
from rodedraad.server.uploads import Uploads

if TYPE_CHECKING:
    from rodedraad.writing.writer import Writer

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WAITING = 64
"""How many questions may wait for their turn."""
IDLE = 0.05
"""Seconds between two looks at the queue; with the millisecond of Gradio, an idle server is never at rest."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and for whom the page is served."""

    host: str = LOOPBACK[0]
    port: int = 7860
    root_path: str = ""  # path, or whole address, under which a proxy shows the page
    passwords: Passwords | None = None
    writer: "Writer | None" = None  # the language model that writes sentences, if one is asked for
    keep_talks: bool = False  # whether conversations of users are kept here too

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        root = self.root_path.rstrip("/")
        if urlsplit(root).netloc:
            return root
        host = socket.gethostname() if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{root}"

    @property
    def may_change(self) -> bool:
        """Whether whoever comes may change documents and save their files: on this machine alone, or with a
        password.
        """
        return bool(self.passwords) or (self.host in LOOPBACK and not self.root_path)

    def rules(self, home: Path, uploads: Uploads) -> AccessRules:
        """What the guard lets through to an index; files into a folder."""
        root, entrance = urlsplit(self.root_path), None
        if self.passwords:
            sessions = Sessions(home / "sessions.sqlite", self.passwords)
            key, secure = reader_key(str(home.resolve()), None), root.scheme == "https"
            entrance = Entrance(self.passwords, sessions, root.path.rstrip("/"), key, secure)
        return AccessRules(
            names=host_names(self.host, root.netloc),
            public=root.netloc.lower(),
            home=str(home.resolve()),
            prefix=root.path.rstrip("/"),
            entrance=entrance,
            uploads=uploads if self.may_change else None,
        )


def take_port(host: str, port: int) -> None:
    """Raise RodeDraadError unless the port is free."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise RodeDraadError(
                f"{host} is not an address of this machine. Use 0.0.0.0 for every address that it has."
            ) from error
        reason = "is in use" if error.errno == errno.EADDRINUSE else "cannot be opened"
        raise RodeDraadError(
            f"Port {port} {reason}. Choose another: rodedraad chat --port {port + 1}, or "
            f"make chat PORT={port + 1}"
        ) from error


@dataclass(frozen=True, slots=True)
class Opened:
    """A collection that is open."""

    library: LiveCorpus
    index: LiveIndex
    name: str = ""  # empty where it is alone

    @classmethod
    def of(cls, collection: Collection) -> "Opened":
        """Open a collection; raises as `LiveIndex`."""
        index = LiveIndex(collection.home)
        return cls(LiveCorpus(collection.corpus, index), index, collection.name)


def application(collections: Sequence[Opened], home: Path, serving: Serving) -> Guard | CollectionPaths:
    """The pages and the routes beside them, behind guards; a collection without a name is served alone.

    `home` holds what is the server's: sessions and uploads.
    """
    uploads = Uploads(home / ".uploads", max(one.library.largest for one in collections))
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.folder.resolve())  # read when a page is made, and later
    rules, names = serving.rules(home, uploads), [one.name for one in collections]
    pages = {one.name: _page(one, names, serving, uploads) for one in collections}
    behind = {one.name: PageCalls(*pages[one.name], uploads.folder, WAITING) for one in collections}
    if not names[0]:
        return Guard(behind[""], rules)
    guards = {
        one.name: Guard(
            behind[one.name], rules.under(path_of(one.name), str(one.index.home.resolve()), one.name)
        )
        for one in collections
    }
    leading = hall({name: app for name, (app, _) in pages.items()}, rules.prefix)
    _add_health(leading, [one.index for one in collections])
    return CollectionPaths(
        Guard(leading, replace(rules, uploads=None, is_served=is_served_in_hall)), guards, rules.prefix
    )


def _page(
    collection: Opened, names: Sequence[str], serving: Serving, uploads: Uploads
) -> tuple[FastAPI, gr.Blocks]:
    """The page of a collection with the routes beside it, and the page alone."""
    library, index, name = collection.library, collection.index, collection.name
    programs, turn = Programs(index, serving.writer), CapacityLimiter(QUESTIONS_AT_ONCE)
    title = f"{name} · Rode Draad" if name else "Rode Draad"
    with gr.Blocks(title=title, analytics_enabled=False) as page:
        menu = CollectionMenu(names, name)
        writes, keeps = serving.writer is not None, serving.keep_talks
        build(index, library, menu, serving.may_change, writes, keeps)
        endpoints(programs, turn, WAITING)
    page.queue(api_open=False)
    page._queue.sleep_when_free = IDLE
    page.has_launched = True  # or Gradio, when mounted, takes any path on the machine for an upload
    app = FastAPI(openapi_url=None)

    _add_health(app, [index])

    @app.exception_handler(RequestValidationError)
    def refused(request: Request, error: RequestValidationError) -> JSONResponse:
        # The handler that comes with FastAPI repeats the body, and fails where that is no text.
        return JSONResponse({"detail": malformed(error.errors())}, 422)

    app.include_router(routes(programs, turn, WAITING))
    app.include_router(page_route(index, library, serving.may_change, WAITING))
    app.include_router(export_route(index, WAITING))
    app.include_router(loading_sign())
    if serving.keep_talks:
        app.include_router(talks_route(Talks(index.home / TALKS_FILE), WAITING))
    if serving.writer:
        from rodedraad.server.writer_route import writer_route

        app.include_router(writer_route(index, serving.writer, WAITING))
    gr.mount_gradio_app(
        app,
        page,
        "/",
        server_name=serving.host,
        server_port=serving.port,
        root_path=serving.root_path.rstrip("/") + quote(path_of(name) if name else "") or None,
        ssr_mode=False,
        run_history=False,
        footer_links=[],
        i18n=PHRASES,
        theme=theme(),
        css_paths=STYLES,
        favicon_path=FAVICON,
        show_error=False,
        max_file_size=uploads.largest,
        mcp_server=find_spec("mcp") is not None,
    )
    return app, page


def _add_health(app: FastAPI, indexes: Sequence[LiveIndex]) -> None:
    """Report whether the indexes are open; of a single one also its generation."""

    @app.get(HEALTH)
    def health() -> JSONResponse:
        try:
            generations = [index.searcher().generation.id for index in indexes]
        except RodeDraadError:
            return JSONResponse({"status": "no index"}, 503)
        alone = {"generation": generations[0]} if len(generations) == 1 else {}
        return JSONResponse({"status": "ok", **alone})


def serve(collections: Sequence[Collection], home: Path, serving: Serving) -> None:
    """Serve the pages of collections until interrupted, and end the process."""
    opened = [Opened.of(collection) for collection in collections]
    app = application(opened, home, serving)
    if serving.host not in LOOPBACK and not serving.passwords:
        print("Everyone who reaches this address can read the documents; --auth asks for a password.",
              file=sys.stderr)  # fmt: skip
    print(f"Rode Draad is open at {serving.address} (Ctrl-C stops it)", flush=True)
    for one in opened:
        one.index.follow(one.library.ask_examples)
    HttpServer(app, serving.host, serving.port, forbid_connections).run()
    for one in opened:
        one.library.close()
    end_process()
