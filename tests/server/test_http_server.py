"""HTTP server: half a request holds nothing up, and files that are used up fill no log."""

import socket
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from rodedraad.server import http_server, security
from tests.servers import PATIENCE, PROGRAM, chat_server


def connect(address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), PATIENCE)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no ulimit")
def test_three_hundred_half_requests_hold_nobody_up(corpus: Path, home: Path, tmp_path: Path) -> None:
    limited = ["sh", "-c", 'ulimit -n 256; exec "$@"', "sh", *PROGRAM]
    with chat_server(corpus, home, program=limited) as address, ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connect(address)).sendall(b"GET / HTTP/1.1\r\nHost: localh")
        for _ in range(20):
            assert httpx.get(f"{address}/health").status_code == 200
    log = (home.parent / "server.log").read_text()
    assert "Traceback" not in log
    assert len(log) < 2_000


def test_a_request_head_is_waited_for_only_so_long(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.5)
    with connect(address) as silent, connect(address) as slow:
        for character in b"GET / HTTP/1.1\r\nHost: localhost\r\n" * 100:
            try:
                slow.sendall(bytes([character]))
            except OSError:
                break
            time.sleep(0.05)
        else:
            pytest.fail("a request head went on for long")
        assert silent.recv(1) == b""


def test_the_next_request_of_a_connection_is_waited_for_too(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.5)
    with connect(address) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET ")
        while b"generation" not in connection.recv(10_000):
            pass
        for _ in range(100):
            try:
                connection.sendall(b"a")
            except OSError:
                return
            time.sleep(0.1)
    pytest.fail("a request head went on for long")


def test_half_a_body_is_waited_for_only_so_long(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.5)
    with connect(address) as connection:
        connection.sendall(
            b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_the_oldest_connection_of_whoever_has_most_makes_room(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "MOST_CONNECTIONS", 8)
    port = int(address.rsplit(":", 1)[1])
    with ExitStack() as stack:
        open_ = []
        for number in range(20):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", port), PATIENCE, ("127.0.0.2", 0))
            )
            connection.sendall(b"GET /gradio_api/heartbeat/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
            assert connection.recv(1) == b"H"  # it waits no longer, so the oldest goes
            open_.append(connection)
        assert httpx.get(f"{address}/health").status_code == 200
        open_[0].settimeout(10)  # shorter than a heart beats
        with suppress(ConnectionResetError):
            open_[0].makefile("rb").read()  # comes to an end, and times out if it is open
