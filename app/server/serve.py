"""Serve: the page over HTTP, for this machine or for a network."""

import errno
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

import gradio as gr
from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from rodedraad.ingest.corpus_folder import Example, load_sources
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.chat_tab import AT_ONCE, build
from rodedraad.page.theme import FAVICON, STYLES, theme
from rodedraad.page.translated_labels import PHRASES
from rodedraad.server.end_process import end_process
from rodedraad.server.entrance import Entrance
from rodedraad.server.http_api import Programs, endpoints, malformed, routes
from rodedraad.server.http_server import HttpServer
from rodedraad.server.no_connections import forbid_connections
from rodedraad.server.page_calls import PageCalls
from rodedraad.server.page_head import reader_key
from rodedraad.server.page_route import page_route
from rodedraad.server.passwords import Passwords
from rodedraad.server.security import Guard, Rules, names_of
from rodedraad.server.served_paths import HEALTH
from rodedraad.server.sessions import Sessions
from rodedraad.server.take_route import take_route
from rodedraad.server.uploads import Uploads

if TYPE_CHECKING:
    from rodedraad.writing.writer import Writer

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WAITING = 64
"""How many questions may wait for their turn."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and for whom the page is served."""

    host: str = LOOPBACK[0]
    port: int = 7860
    root_path: str = ""  # path, or whole address, under which a proxy shows the page
    passwords: Passwords | None = None
    writer: "Writer | None" = None  # the language model that writes sentences, if one is asked for

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

    def rules(self, home: Path, uploads: Uploads) -> Rules:
        """What the guard lets through to an index; files into a folder."""
        root, entrance = urlsplit(self.root_path), None
        if self.passwords:
            sessions = Sessions(home / "sessions.sqlite", self.passwords)
            key, secure = reader_key(str(home.resolve()), None), root.scheme == "https"
            entrance = Entrance(self.passwords, sessions, root.path.rstrip("/"), key, secure)
        return Rules(
            names=names_of(self.host, root.netloc),
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
                f"{host} is no address of this machine. Take 0.0.0.0 for every address that it has."
            ) from error
        reason = "is in use" if error.errno == errno.EADDRINUSE else "cannot be opened"
        raise RodeDraadError(
            f"Port {port} {reason}. Choose another: rodedraad chat --port {port + 1}, or "
            f"make chat PORT={port + 1}"
        ) from error


def application(
    library: LiveCorpus, index: LiveIndex, examples: Sequence[Example], serving: Serving
) -> Guard:
    """The page and the routes beside it, behind the guard."""
    programs, turn = Programs(index, serving.writer), CapacityLimiter(AT_ONCE)
    uploads = Uploads(index.home / ".uploads", library.largest)
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.folder.resolve())  # read when a page is made
    with gr.Blocks(title="Rode Draad", analytics_enabled=False) as page:
        build(index, library, examples, serving.may_change, serving.writer is not None)
        endpoints(programs, turn, WAITING)
    page.queue(api_open=False)
    page.has_launched = True  # or Gradio, when mounted, takes any path on the machine for an upload
    app = FastAPI(openapi_url=None)

    @app.get(HEALTH)
    def health() -> JSONResponse:
        try:
            return JSONResponse({"status": "ok", "generation": index.searcher().generation.folder.name})
        except RodeDraadError:
            return JSONResponse({"status": "no index"}, 503)

    @app.exception_handler(RequestValidationError)
    def refused(request: Request, error: RequestValidationError) -> JSONResponse:
        # The handler that comes with FastAPI repeats the body, and fails where that is no text.
        return JSONResponse({"detail": malformed(error.errors())}, 422)

    app.include_router(routes(programs, turn, WAITING))
    app.include_router(page_route(index, library, serving.may_change, WAITING))
    app.include_router(take_route(index, WAITING))
    if serving.writer:
        from rodedraad.server.writer_route import writer_route

        app.include_router(writer_route(index, serving.writer, WAITING))
    gr.mount_gradio_app(
        app,
        page,
        "/",
        server_name=serving.host,
        server_port=serving.port,
        root_path=serving.root_path.rstrip("/") or None,
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
    return Guard(PageCalls(app, page, uploads.folder, WAITING), serving.rules(index.home, uploads))


def serve(corpus: Path, home: Path, serving: Serving) -> None:
    """Serve the page until interrupted, and end the process."""
    index = LiveIndex(home)
    library = LiveCorpus(corpus, index)
    app = application(library, index, load_sources(corpus).examples, serving)
    if serving.host not in LOOPBACK and not serving.passwords:
        print("Everyone who reaches this address can read the documents; --auth asks for a password.",
              file=sys.stderr)  # fmt: skip
    print(f"Rode Draad is open at {serving.address} (Ctrl-C stops it)", flush=True)
    index.follow()
    HttpServer(app, serving.host, serving.port, forbid_connections).run()
    library.close()
    end_process()
