"""Uploads: what is cut off or never added takes little room, and not for ever."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rodedraad.server import uploads
from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from rodedraad.server.uploads import Uploads
from tests.servers import PATIENCE, serving, until

UPLOAD = "/gradio_api/upload"


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    (home / "settings.toml").write_text("largest_file = 1\n")
    with serving(home) as address:
        yield address
    (home / "settings.toml").unlink()


def held(home: Path) -> list[Path]:
    return [path for path in (home / ".uploads").rglob("*") if path.is_file()]


def age(home: Path) -> None:
    """Let what was uploaded be an hour old."""
    for path in (home / ".uploads").rglob("*"):
        os.utime(path, (time.time() - 3600, time.time() - 3600))


def send(address: str, content: bytes, name: str = "a.txt") -> httpx.Response:
    return httpx.post(address + UPLOAD, files={"files": (name, content)})


def test_uploads_that_are_not_added_are_bounded_and_go(address: str, home: Path) -> None:
    statuses = [send(address, bytes([n]) * 900_000).status_code for n in range(8)]
    assert statuses == [200] * 4 + [507] * 4
    assert sum(path.stat().st_size for path in held(home)) == 4 * 900_000
    age(home)
    assert send(address, b"x").status_code == 200
    assert [path.read_bytes() for path in held(home)] == [b"x"]
    age(home)


def test_an_upload_that_is_cut_off_is_removed(address: str, home: Path) -> None:
    head = (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    )
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), PATIENCE) as half:
            half.sendall(head.encode() + b"x" * 200_000)
    until(lambda: len(held(home)) == 3)
    age(home)
    Uploads(home / ".uploads", 1)  # as a server does that starts
    assert list((home / ".uploads").iterdir()) == []


def test_only_so_many_files_are_uploaded_at_once(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOADS_AT_ONCE", 0)
    refused = send(address, b"x")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")


def test_where_no_documents_are_added_an_upload_is_refused_before_it_is_read(home: Path) -> None:
    with (
        serving(home, Serving(host="0.0.0.0")) as address,
        socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), PATIENCE) as connection,
    ):
        connection.sendall(
            f"POST {UPLOAD} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 403 ")
        assert send(address, b"").status_code == 403
    assert held(home) == []


def test_with_a_password_only_its_owner_uploads(home: Path, tmp_path: Path) -> None:
    add_user(tmp_path / "people", "an", "met de trein")
    rules = Serving(host="0.0.0.0", passwords=Passwords(tmp_path / "people"))
    with serving(home, rules) as address:
        assert send(address, b"x").status_code == 401
        assert held(home) == []
