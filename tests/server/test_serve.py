"""Serve: who may ask, from where and how much, and what the log says of it."""

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from rodedraad.cli import main
from rodedraad.live.json_log import JsonFormatter
from rodedraad.server import serve
from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.servers import serving, until

RUN = "/gradio_api/run/predict"


def question(address: str, text: str) -> dict[str, Any]:
    """What the browser posts to ask."""
    config = httpx.get(f"{address}/config").json()
    parts = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
    number = next(
        event["id"] for event in config["dependencies"] if [parts["question"], "submit"] in event["targets"]
    )
    return {"data": [text, "", ""], "fn_index": number, "session_hash": uuid4().hex}


def test_health_tells_the_generation(address: str) -> None:
    assert httpx.get(f"{address}/health").json() == {"status": "ok", "generation": "000001"}


def test_every_response_carries_the_headers_and_the_page_a_nonce(address: str) -> None:
    for path, status in (("/", 200), ("/health", 200), ("/theme.css", 200), ("/nothing", 404)):
        response = httpx.get(address + path)
        assert response.status_code == status
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert len(response.headers["x-request-id"]) == 16
    one, other = httpx.get(address), httpx.get(address)
    for page in (one, other):
        nonce = page.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
        assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 3
    assert one.headers["content-security-policy"] != other.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:1", 200), ("127.0.0.1", 200), ("[::1]:80", 200), ("192.168.1.9", 200),
     ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example:7860", 421), ("", 421)],
)  # fmt: skip
def test_only_its_own_names_are_answered_to(address: str, host: str, status: int) -> None:
    assert httpx.get(f"{address}/health", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:9"},
     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_a_page_from_elsewhere_cannot_ask(address: str, headers: dict[str, str]) -> None:
    body = question(address, "Wat is cacao blanco?")
    refused = httpx.post(address + RUN, json=body, headers=headers)
    assert (refused.status_code, refused.json()) == (
        403,
        {"detail": "A page from elsewhere cannot ask here."},
    )
    own = httpx.post(address + RUN, json=body, headers={"Origin": address, "Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 200


def test_too_much_is_refused_whether_or_not_its_size_is_told(address: str) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    for content in (b"x" * 3_000_000, parts()):
        refused = httpx.post(address + RUN, content=content, headers={"Content-Type": "application/json"})
        assert refused.status_code == 413
        assert refused.json() == {"detail": "That is too much at once: at most 1 MB can be sent."}
    assert httpx.get(f"{address}/health").status_code == 200


def test_a_full_queue_says_so_in_the_language_of_the_browser(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "WAITING", 2)

    async def ask_often(address: str) -> list[httpx.Response]:
        body = question(address, "Hoeveel gezinnen werken in de koffiesector?")
        async with httpx.AsyncClient(headers={"Accept-Language": "nl"}, timeout=60) as client:
            return await asyncio.gather(*(client.post(address + RUN, json=body) for _ in range(40)))

    with serving(home) as address:
        responses = asyncio.run(ask_often(address))
    told = {response.status_code: response for response in responses}
    assert set(told) == {200, 429}
    assert told[429].json() == {"detail": "De server is bezet. Probeer het over enkele seconden opnieuw."}
    assert told[429].headers["retry-after"] == "5"


def test_a_password_is_asked_for_everything_but_health(home: Path, tmp_path: Path) -> None:
    add_user(tmp_path / "people", "jan", "wat een mijn")
    with serving(home, Serving(passwords=Passwords(tmp_path / "people"))) as address:
        assert httpx.get(f"{address}/health").status_code == 200
        for path in ("/", "/config", "/gradio_api/info", "/theme.css", "/nothing"):
            refused = httpx.get(address + path)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (
                401,
                'Basic realm="Rode Draad", charset="UTF-8"',
            )
            wrong = httpx.get(address + path, auth=("jan", "wat geen mijn"))
            assert wrong.status_code == 401
            assert httpx.get(address + path, auth=("jan", "wat een mijn")).status_code != 401
        assert httpx.post(address + RUN, json={}).status_code == 401


def test_the_page_can_lie_under_a_path(home: Path) -> None:
    with serving(home, Serving(root_path="https://Example.org/bronnen")) as address:
        assert httpx.get(f"{address}/bronnen/health").json()["status"] == "ok"
        seen = httpx.get(f"{address}/bronnen/config", headers={"Host": "example.org"}).json()
        assert seen["root"] == "https://Example.org/bronnen"
        asked = {"Origin": "https://example.org", "Host": "127.0.0.1:9"}
        body = question(f"{address}/bronnen", "Wat is cacao blanco?")
        assert httpx.post(f"{address}/bronnen{RUN}", json=body, headers=asked).status_code == 200
    assert Serving(root_path="/x", host="0.0.0.0").address.endswith(":7860/x")
    assert Serving(root_path="https://example.org/x").address == "https://example.org/x"


def test_a_request_is_logged_without_the_question(address: str, logged: list[logging.LogRecord]) -> None:
    body = question(address, "Hoeveel gezinnen werken in de koffiesector?")
    logged.clear()
    response = httpx.post(address + RUN, json=body, timeout=60)
    until(lambda: logged[-1].getMessage() == "request")  # which follows the response
    lines = [json.loads(JsonFormatter(questions=False).format(record)) for record in logged]
    own = [line for line in lines if line["request"] == response.headers["x-request-id"]]
    asked = next(line for line in own if line["event"] == "request")
    answered = next(line for line in own if line["event"] == "answer")
    assert (asked["method"], asked["path"], asked["status"]) == ("POST", RUN, 200)
    assert (answered["language"], answered["kind"]) == ("nl", "answer")
    assert not any("gezinnen" in json.dumps(line) for line in lines)
    assert "gezinnen werken" in "".join(JsonFormatter(questions=True).format(record) for record in logged)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--host", "256.1.1.1"], "is not an address of this machine"),
        (["--auth", "nowhere"], "--add-user NAME"),
        (["--log", "nowhere/log"], "cannot be written"),
    ],
)
def test_what_cannot_be_served_is_said_before_it_is_tried(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ["chat", "--port", "17865", "--home", str(tmp_path / "home"), *options]
    assert main(command) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
