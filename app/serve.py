"""Serve: the page over HTTP, for this machine or for a network."""

import errno
import logging
import socket
from collections.abc import Sequence
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI

from app.chat import PHRASES, OpenIndex, build
from app.theme import STYLE, theme
from ingest.errors import RodeDraadError

HOST = "127.0.0.1"
WAITING = 64
"""How many questions may wait for their turn."""


def take_port(host: str, port: int) -> None:
    """Raise RodeDraadError unless the port is free."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else "cannot be opened"
            raise RodeDraadError(
                f"Port {port} {reason}. Choose another: rodedraad chat --port {port + 1}, or "
                f"make chat PORT={port + 1}"
            ) from error


def serve(home: Path, host: str, port: int, examples: Sequence[str]) -> None:
    """Serve the page until interrupted."""
    page = build(OpenIndex(home), examples)
    page.queue(max_size=WAITING)
    app = FastAPI(openapi_url=None)
    gr.mount_gradio_app(
        app,
        page,
        "/",
        server_name=host,
        server_port=port,
        ssr_mode=False,
        run_history=False,
        footer_links=[],
        i18n=PHRASES,
        theme=theme(),
        css_paths=STYLE,
    )
    print(f"Rode Draad is open at http://{host}:{port} (Ctrl-C stops it)", flush=True)
    uvicorn.run(app, host=host, port=port, log_level=logging.WARNING, timeout_graceful_shutdown=1)
