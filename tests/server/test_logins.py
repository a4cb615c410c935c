"""Logins: who guesses has to wait, and nobody else."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.servers import PATIENCE, serving

RIGHT = ("an", "met de trein")


@pytest.fixture
def address(home: Path, tmp_path: Path) -> Iterator[str]:
    add_user(tmp_path / "people", *RIGHT)
    with serving(home, Serving(passwords=Passwords(tmp_path / "people"))) as address:
        yield address


def log_in(address: str, password: str, source: str = "127.0.0.1") -> httpx.Response:
    """One request with a password, from an address of this machine."""
    with httpx.Client(transport=httpx.HTTPTransport(local_address=source)) as client:
        return client.get(f"{address}/config", auth=("an", password))


def test_two_hundred_wrong_passwords_make_their_address_wait_and_no_other(address: str) -> None:
    with ThreadPoolExecutor(50) as pool:
        wrong = [pool.submit(log_in, address, f"verkeerd {n}", "127.0.0.2") for n in range(200)]
        during = [log_in(address, RIGHT[1], "127.0.0.3").status_code for _ in range(5)]
        answers = [request.result() for request in wrong]
    assert during == [200] * 5
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 12  # five are free; then each takes longer than the one before
    assert all(1 <= int(a.headers["Retry-After"]) <= 30 for a in answers if a.status_code == 429)
    assert log_in(address, RIGHT[1], "127.0.0.4").status_code == 200


def test_who_is_logged_in_never_waits(address: str) -> None:
    assert log_in(address, RIGHT[1]).status_code == 200
    for number in range(8):
        log_in(address, f"verkeerd {number}")
    assert log_in(address, "nog een keer").status_code == 429
    assert log_in(address, RIGHT[1]).status_code == 200


def test_a_right_password_ends_the_count(address: str) -> None:
    for number in range(4):
        assert log_in(address, f"verkeerd {number}").status_code == 401
    assert log_in(address, RIGHT[1]).status_code == 200
    for number in range(4):
        assert log_in(address, f"ook verkeerd {number}").status_code == 401


def test_who_has_hung_up_is_not_waited_for(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    check = Passwords.check

    def counted(self: Passwords, authorization: str) -> str | None:
        checked.append(authorization)
        return check(self, authorization)

    monkeypatch.setattr(Passwords, "check", counted)
    port = int(address.rsplit(":", 1)[1])
    for number in range(12):
        source = f"127.0.1.{number + 1}"
        with socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0)) as connection:
            connection.sendall(
                b"GET /config HTTP/1.1\r\nHost: localhost\r\n"
                b"Authorization: Basic YTpiY2RlZmdoaWprbA==\r\n\r\n"
            )
    assert log_in(address, RIGHT[1]).status_code == 200
    assert len(checked) < 6
