"""Servers for the tests: the chat in a process of its own, or in a thread of this one."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from httpx._config import DEFAULT_TIMEOUT_CONFIG, create_ssl_context
from httpx._transports import default as httpx_transport

from rodedraad.live.added_pages import Fetch
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.live.web_fetch import fetch_apart

if TYPE_CHECKING:
    from rodedraad.server.serve import Opened, Serving

PROGRAM = (sys.executable, "-m", "rodedraad")
PATIENCE = 120
"""Seconds that a test waits for what comes sooner unless the machine is very busy."""

for phase in ("connect", "read", "write", "pool"):
    setattr(DEFAULT_TIMEOUT_CONFIG, phase, PATIENCE)  # httpx waits five seconds
httpx_transport.create_ssl_context = cache(create_ssl_context)  # it reads every certificate for each request


def free_port() -> int:
    """A port of this machine that is free, and that no outgoing connection takes meanwhile."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def until(is_so: Callable[[], object], otherwise: str = "") -> None:
    """Wait until something is so; AssertionError if it takes longer than PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


@contextmanager
def chat_server(
    corpus: Path,
    home: Path,
    *options: str,
    program: Sequence[str] = PROGRAM,
    cwd: Path | None = None,
    port: int = 0,
) -> Iterator[str]:
    """`rodedraad chat` in a process of its own, on a free port by default; yields its address."""
    port = port or free_port()
    folders = ["--corpus", str(corpus), "--home", str(home)]
    with (home.parent / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*program, "chat", "--port", str(port), *folders, *options],
            cwd=cwd,
            stdout=log,
            stderr=log,
        )

        def is_open() -> bool:
            assert server.poll() is None, (home.parent / "server.log").read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return True
            return False

        try:
            until(is_open, "the chat did not open its port")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


@contextmanager
def serving(
    home: Path, rules: "Serving | None" = None, corpus: Path = Path("corpus"), fetch: Fetch = fetch_apart
) -> Iterator[str]:
    """The chat over an index home in a thread; yields its address on this machine."""
    from rodedraad.server.serve import Opened, Serving

    rules = replace(rules or Serving(), port=free_port())
    index = LiveIndex(home)
    with listening([Opened(LiveCorpus(corpus, index, fetch), index)], home, rules) as address:
        yield address


@contextmanager
def listening(collections: Sequence["Opened"], home: Path, rules: "Serving") -> Iterator[str]:
    """Open collections in a thread; yields the server's address on this machine."""
    from rodedraad.server.http_server import HttpServer
    from rodedraad.server.serve import application

    server = HttpServer(application(collections, home, rules), "127.0.0.1", rules.port)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{rules.port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(PATIENCE)
