"""Hostile requests: each gets what is wrong, without folders of this machine, and none writes the log."""

import logging
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from rodedraad.live.json_log import JsonFormatter
from tests.servers import serving


@pytest.mark.parametrize(
    ("path", "request_", "status", "detail"),
    [
        ("/health", {"headers": {"Origin": "http://["}}, 403, "A page from elsewhere cannot ask here."),
        ("/health", {"headers": {"Origin": "http://[::1"}}, 403, "A page from elsewhere cannot ask here."),
        ("/health", {"headers": {"Host": "["}}, 421, "Nothing is served under the name ''."),
        ("/" + "a" * 60_000, {}, 414, "An address has at most 8,000 bytes."),
        ("/page", {"params": {"document": "a" * 60_000}}, 414, "An address has at most 8,000 bytes."),
        ("/api/search?question=%ED%A0%80", {}, 400, "The question is empty."),
        ("/api/documents/" + "a" * 5_000, {}, 404, "There is no document of this id."),
        ("/api/documents/%00", {}, 404, "There is no document of this id."),
    ],
)  # fmt: skip
def test_an_odd_request_is_told_what_is_wrong(
    address: str, path: str, request_: dict[str, Any], status: int, detail: str
) -> None:
    response = httpx.get(address + path, **request_)
    assert response.status_code == status
    assert detail in response.text


def test_an_address_of_70_kb_is_refused_by_the_parser_or_by_the_guard(address: str) -> None:
    connection = HTTPConnection(address.removeprefix("http://"))
    connection.request("GET", "/" + "a" * 70_000)
    assert connection.getresponse().status in (400, 414)
    connection.close()


def test_half_a_character_is_no_question(address: str) -> None:
    headers = {"Content-Type": "application/json"}
    for content in (rb'{"question": "\ud800 koffie"}', rb'{"question": "koffie", "before": ["a\udfff"]}'):
        response = httpx.post(f"{address}/api/ask", content=content, headers=headers)
        assert (response.status_code, response.json()) == (
            400, {"detail": "The question contains an invalid character. Type it again."},
        )  # fmt: skip


def test_the_id_of_a_request_is_ours(address: str, logged: list[logging.LogRecord]) -> None:
    response = httpx.get(f"{address}/health", headers={"X-Request-ID": "forged"})
    assert len(response.headers["x-request-id"]) == 16
    config = httpx.get(f"{address}/config").json()
    id = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
    asking = next(d["id"] for d in config["dependencies"] if [id, "submit"] in d["targets"])
    call = {"data": ["Wat is cacao blanco?", "", ""], "fn_index": asking, "session_hash": "ids"}
    asked = httpx.post(f"{address}/gradio_api/run/predict", json=call, headers={"X-Request-ID": "forged"})
    record = next(record for record in logged if record.getMessage() == "answer")
    assert vars(record)["request"] == asked.headers["x-request-id"]
    assert not any("forged" in JsonFormatter(questions=True).format(record) for record in logged)


def test_a_log_line_shows_marks_and_does_not_obey_them() -> None:
    record = logging.makeLogRecord({"msg": "request", "path": "/\x1b[2J\u202efdp.exe"})
    line = JsonFormatter(questions=False).format(record)
    assert line.isascii()
    assert line.isprintable()


def test_what_goes_wrong_is_told_without_folders(home: Path, tmp_path: Path) -> None:
    with serving(home) as address:
        (home / "CURRENT").rename(tmp_path / "CURRENT")
        (home / "CURRENT").write_text("000009")
        told = httpx.post(f"{address}/api/ask", json={"question": "koffie"})
        page = httpx.get(f"{address}/config").text + httpx.get(address).text
        (tmp_path / "CURRENT").replace(home / "CURRENT")
    assert told.status_code == 400
    assert str(home.parent) not in told.text
    assert "The index file CURRENT is damaged or missing" in told.text
    assert str(home) not in page
