"""Language models for the tests: an HTTP server on loopback that plays one, or one of its failures."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

Play = Callable[["Request"], None]


@dataclass
class Model:
    """A model that is played: where it is, and what it was asked."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class Request(BaseHTTPRequestHandler):
    """A request; what plays the model answers it."""

    body: dict[str, Any]
    play: Play
    model: Model

    def do_POST(self) -> None:
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.model.asked.append(self.body)
        self.model.headers.append(dict(self.headers))
        self.model.paths.append(self.path)
        with suppress(BrokenPipeError, ConnectionResetError):
            type(self).play(self)

    def log_message(self, *_: object) -> None:
        pass

    def start(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def write(self, text: str | bytes) -> None:
        self.wfile.write(text.encode() if isinstance(text, str) else text)
        self.wfile.flush()

    def piece(self, text: str, ends: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": ends}
        self.write(f"data: {json.dumps({'choices': [choice]})}\n\n")


@contextmanager
def playing(play: Play) -> Iterator[Model]:
    """A server that plays a model."""
    handler = type("Played", (Request,), {"play": play})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    model = Model(f"http://127.0.0.1:{server.server_port}/v1")
    handler.model = model  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def saying(*claims: str, seconds: float = 0) -> Play:
    """What says claims, in pieces of some letters."""

    def play(request: Request) -> None:
        text = json.dumps({"claims": [{"text": claim, "quotes": [9]} for claim in claims]})
        request.start()
        for at in range(0, len(text), 25):
            request.piece(text[at : at + 25])
            time.sleep(seconds)
        request.piece("", ends="stop")
        request.write("data: [DONE]\n\n")

    return play


def replying(reply: str) -> Play:
    """What gives a text as its reply, whatever it is."""

    def play(request: Request) -> None:
        request.start()
        request.piece(reply, ends="stop")
        request.write("data: [DONE]\n\n")

    return play


def set_writer(home: Path, url: str, model: str = "small", timeout: int = 20) -> None:
    """Write writer.toml to an index home."""
    table = f'[writer]\nurl = "{url}"\nmodel = "{model}"\ntimeout = {timeout}\n'
    (home / "writer.toml").write_text(table, "utf-8")
