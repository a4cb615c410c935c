"""Servers for the tests: the chat in a process of its own, or in a thread of this one."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import uvicorn

from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.server.serve import Serving, application


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def chat_server(corpus: Path, home: Path, *options: str) -> Iterator[str]:
    """`rodedraad chat` in a process of its own; yields its address."""
    port = free_port()
    folders = ["--corpus", str(corpus), "--home", str(home)]
    with (home.parent / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "rodedraad", "chat", "--port", str(port), *folders, *options],
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + 120
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert server.poll() is None, (home.parent / "server.log").read_text()
                    assert time.monotonic() < deadline, "the chat did not open its port"
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


@contextmanager
def serving(home: Path, rules: Serving | None = None, corpus: Path = Path("corpus")) -> Iterator[str]:
    """The chat over an index home in a thread; yields its address on this machine."""
    rules = replace(rules or Serving(), port=free_port())
    index = LiveIndex(home)
    app = application(LiveCorpus(corpus, index), index, [], rules)
    server = uvicorn.Server(uvicorn.Config(app, port=rules.port, log_config=None))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{rules.port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(30)
