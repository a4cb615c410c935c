"""Stopping: a signal ends the server at once and cleanly, with a page open or a document half indexed."""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import httpx
import pytest

from rodedraad.index.search import Searcher
from rodedraad.index.store.check import index_problems
from tests.servers import PATIENCE, PROGRAM, free_port, until

SOON = 3
"""Seconds in which the server is to end, of its own and of a machine that does nothing else."""

SESSION = "stopping"


@contextmanager
def running(corpus: Path, home: Path, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A chat server, and its address; it is killed if the test has not stopped it."""
    port = free_port()
    command = [*PROGRAM, "chat", "--port", str(port), "--corpus", str(corpus), "--home", str(home)]
    with log.open("w") as file, subprocess.Popen(command, stdout=file, stderr=file) as server:
        address = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            with suppress(httpx.TransportError):
                httpx.get(f"{address}/health")
                return True
            return False

        try:
            until(answers)
            yield server, address
        finally:
            server.kill()


def stop(server: subprocess.Popen[bytes], number: int) -> float:
    """Send a signal; the seconds until the process has ended."""
    began = time.monotonic()
    server.send_signal(number)
    assert server.wait(PATIENCE) == 0
    return time.monotonic() - began


@pytest.fixture
def folders(corpus: Path, home: Path, tmp_path: Path) -> tuple[Path, Path]:
    return shutil.copytree(corpus, tmp_path / "corpus"), shutil.copytree(home, tmp_path / "home")


def follow(address: str, path: str) -> list[str]:
    """Read a response that lasts, in a thread; the lines so far."""
    lines: list[str] = []

    def read() -> None:
        with httpx.stream("GET", address + path, timeout=None) as response:
            lines.extend(response.iter_lines())
            lines.append("end")

    Thread(target=read, daemon=True).start()
    return lines


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_page_that_is_open_ends_with_the_server(
    folders: tuple[Path, Path], tmp_path: Path, number: int
) -> None:
    with running(*folders, tmp_path / "log") as (server, address):
        lines = [follow(address, f"/gradio_api/heartbeat/{n}") for n in "ab"]
        until(lambda: all(lines))
        assert stop(server, number) < SOON
        until(lambda: all(one[-1] == "end" for one in lines))
    log = (tmp_path / "log").read_text()
    assert re.fullmatch(r"(.*passages; documents.*\n)?Rode Draad is open at .*\n", log)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_document_that_is_being_indexed_is_left_and_nothing_is_lost(
    folders: tuple[Path, Path], tmp_path: Path, number: int
) -> None:
    corpus, home = folders
    with running(corpus, home, tmp_path / "log") as (server, address):
        text = "".join(f"De {n}e coöperatie verkocht {n * 7} zakken koffie.\n\n" for n in range(20_000))
        (corpus / "lang.txt").write_text(text, "utf-8")
        config = httpx.get(f"{address}/config").json()
        button = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "reindex")
        asked = next(d for d in config["dependencies"] if [button, "click"] in d["targets"])
        renew = next(d for d in config["dependencies"] if d["trigger_after"] == asked["id"])
        call = {"data": [None], "fn_index": renew["id"], "session_hash": SESSION, "event_data": None}
        assert httpx.post(f"{address}/gradio_api/queue/join", json=call).status_code == 200
        lines = follow(address, f"/gradio_api/queue/data?session_hash={SESSION}")
        until(lambda: any("process_generating" in line for line in lines))
        time.sleep(2)
        assert stop(server, number) < SOON
    assert "Traceback" not in (tmp_path / "log").read_text()
    assert index_problems(home) == []
    assert len(Searcher.open(home).generation.manifest.documents) == 3
