"""Page calls: the functions of the page run within the limits, and only as the page calls them."""

import asyncio
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rodedraad.server import http_api

JOIN, RUN = "/gradio_api/queue/join", "/gradio_api/run/predict"
SESSION = "page-calls"
LONG = "koffie " * 280  # 1,960 characters
EVERYWHERE = [[], [], "", ""]  # documents, languages, from and to


@pytest.fixture(scope="module")
def config(address: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{address}/config").json()
    return found


def number(config: dict[str, Any], part: str, event: str) -> int:
    """The number of the function behind an event of a part of the page."""
    id = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == part)
    return next(int(d["id"]) for d in config["dependencies"] if [id, event] in d["targets"])


def test_an_indexing_cannot_pass_by_the_queue(address: str, config: dict[str, Any]) -> None:
    again = number(config, "reindex", "click")
    renew = next(d["id"] for d in config["dependencies"] if d["trigger_after"] == again)
    call = {"data": [None], "fn_index": renew, "session_hash": SESSION}
    assert httpx.post(address + RUN, json=call).status_code == 404


def test_three_hundred_calls_at_once_leave_the_server_answering(address: str, config: dict[str, Any]) -> None:
    ask = next(d["id"] for d in config["dependencies"] if d["api_name"] == "ask")
    call = {"data": [LONG[:280], [], 0, *EVERYWHERE], "fn_index": ask, "session_hash": SESSION}
    with ThreadPoolExecutor(300) as pool:
        calls = [pool.submit(httpx.post, address + RUN, json=call) for _ in range(300)]
        for _ in range(5):
            began = time.monotonic()
            assert httpx.get(f"{address}/health").status_code == 200
            assert time.monotonic() - began < 30
        statuses = [call.result().status_code for call in calls]
    assert statuses.count(429) > 150


def test_what_comes_before_a_question_is_bounded_for_all_ways_in(
    address: str, config: dict[str, Any]
) -> None:
    ask = next(d["id"] for d in config["dependencies"] if d["api_name"] == "ask")
    too_long = {"question": "En waar?", "before": [LONG] * 20}
    told = httpx.post(f"{address}/api/ask", json=too_long)
    assert (told.status_code, told.json()["detail"]) == (
        400, "A question and those before it have at most 4,000 characters; leave out the oldest.",
    )  # fmt: skip
    too_many = httpx.post(f"{address}/api/ask", json={"question": "En waar?", "before": ["koffie"] * 21})
    assert (too_many.status_code, too_many.json()["detail"]) == (
        400, "At most 20 questions can come before this one.",
    )  # fmt: skip
    call = {"data": ["En waar?", [LONG] * 20, 0, *EVERYWHERE], "fn_index": ask, "session_hash": SESSION}
    run = httpx.post(address + RUN, json=call)
    assert "at most 4,000 characters" in run.json()["error"]

    async def by_agent(arguments: dict[str, Any]) -> str:
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            told: Any = await session.call_tool("ask", arguments)
            assert told.isError
            return str(told.content[0].text)

    assert "at most 4,000 characters" in asyncio.run(by_agent(too_long))
    assert "is not of type 'string'" in asyncio.run(by_agent({"question": "a", "before": [{"b": 1}]}))
    call = {"data": ["a", [7], 0, *EVERYWHERE], "fn_index": ask, "session_hash": SESSION}
    wrong = httpx.post(address + RUN, json=call)
    assert wrong.json()["error"] == "before.0: Input should be a valid string"


def test_a_question_too_long_is_refused_before_anything_is_answered(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_api, "ask_in_talk", None)  # so that to answer fails
    told = httpx.post(f"{address}/api/ask", json={"question": "a" * 2001, "before": [LONG] * 20})
    assert (told.status_code, "at most 2,000 are read" in told.text) == (400, True)


@pytest.mark.parametrize(
    "change",
    [
        {"fn_index": 9999}, {"fn_index": -1}, {"fn_index": "0"}, {"fn_index": None}, {"fn_index": [0]},
        {"data": None}, {"data": []}, {"data": ["a", "", "", "b"]}, {"data": {"0": "a"}},
        {"data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "", ""]},
        {"data": [[{"a": [{"path": "http://8.8.8.8/", "meta": {"_type": "gradio.FileData"}}]}], "", ""]},
        {"data": ["\ud800", "", ""]}, {"session_hash": None}, {"session_hash": 7},
        {"session_hash": ""}, {"session_hash": "a" * 65}, {"session_hash": "a/b"},
    ],
)  # fmt: skip
def test_a_call_that_no_page_makes_is_refused(
    address: str, config: dict[str, Any], change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    asking = number(config, "question", "submit")
    call = {"data": ["Wat?", "", ""], "fn_index": asking, "session_hash": SESSION, **change}
    for path in (JOIN, RUN):
        refused = httpx.post(address + path, content=json.dumps(call))
        assert refused.status_code == 400
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(
    "carried",
    [None, 7, "turn", [], {}, {"turn": "0", "number": {}, "vote": [], "id": None}, {"turn": 99, "number": -9},
     {"id": "../../settings.toml", "decision": "dismissed"}],
)  # fmt: skip
def test_a_forged_event_is_no_fault_of_the_server(
    address: str, config: dict[str, Any], carried: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    for function in config["dependencies"]:
        data = [None] * len(function["inputs"])
        call = {"data": data, "fn_index": function["id"], "session_hash": SESSION, "event_data": carried}
        expected = (200, 404, 500) if function["backend_fn"] else (400,)
        assert httpx.post(address + RUN, json=call).status_code in expected
    told = capfd.readouterr()
    assert "Traceback" not in told.out + told.err


@settings(deadline=None, max_examples=60)
@given(body=st.binary() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_no_body_is_a_fault_of_the_server(address: str, body: bytes | str) -> None:
    for path in (JOIN, RUN):
        assert httpx.post(address + path, content=body).status_code == 400


def test_only_a_file_that_was_uploaded_is_added(
    address: str, config: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    upload = number(config, "upload", "upload")
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    uploads = f"{home}/.uploads"
    no_uploads = (str(secret), "/etc/passwd", f"{uploads}/../CURRENT", uploads, f"{uploads}/gone.txt")
    for path in (*no_uploads, "http://8.8.8.8/a.txt", "\0", 7):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}, "url": "http://8.8.8.8/a.txt"}
        call = {"data": [[file]], "fn_index": upload, "session_hash": SESSION}
        refused = httpx.post(address + RUN, json=call)
        assert (refused.status_code, refused.json()) == (
            400, {"detail": "A file is uploaded before it is added."},
        )  # fmt: skip
