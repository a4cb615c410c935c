"""HTTP API: real clients ask, search and read: curl's way, gradio_client, and an agent over MCP."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rodedraad.answering.answer import answer
from rodedraad.answering.json_format import turn_as_json
from rodedraad.index.search import Searcher
from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.servers import serving

COFFEE = "Hoeveel gezinnen werken in de koffiesector?"
FIFTY = "50-jaar-ontwikkelingssamenwerking-in-peru.txt"


def timeless(turn: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in turn.items() if key != "milliseconds"}


def test_a_question_gets_what_the_command_line_prints(address: str, searcher: Searcher) -> None:
    wanted = timeless(turn_as_json(answer(searcher, COFFEE, passages=2), 2))
    asked = httpx.post(f"{address}/api/ask", json={"question": COFFEE, "passages": 2})
    assert asked.status_code == 200
    assert timeless(asked.json()) == wanted
    told = Client(address, verbose=False).predict(COFFEE, [], 2, api_name="/ask")
    assert timeless(json.loads(told)) == wanted


def test_a_follow_up_is_asked_after_what_came_before(address: str) -> None:
    body = {"question": "En met hoeveel zijn ze?", "before": ["Welke coöperatie staat op de foto?"]}
    turn = httpx.post(f"{address}/api/ask", json=body).json()
    assert turn["understood_as"] == "Welke coöperatie staat op de foto? En met hoeveel zijn ze?"


def test_passages_are_found_and_their_document_is_read(address: str) -> None:
    found = httpx.get(f"{address}/api/search", params={"question": COFFEE, "count": 3}).json()
    assert [passage["rank"] for passage in found] == [1, 2, 3]
    best = found[0]
    span = {"start": best["start"], "end": best["end"]}
    read = httpx.get(f"{address}/api/documents/{best['document']}", params=span).json()
    assert (read["text"], read["start"], read["end"]) == (best["text"], best["start"], best["end"])
    listed = httpx.get(f"{address}/api/documents").json()
    assert [d["document"] for d in listed] == [FIFTY, "peru-partnerland.txt", "vijf-projecten-in-peru.txt"]
    whole = httpx.get(f"{address}/api/documents/{FIFTY}").json()
    assert whole["title"] == "50 jaar ontwikkelingssamenwerking in Peru"
    assert whole["end"] == min(whole["characters"], 20_000) == len(whole["text"])


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "detail"),
    [
        ("POST", "ask", {"json": {"question": "?"}}, 400, "The question is empty."),
        ("POST", "ask", {"json": {"question": "a" * 2001}}, 400, "at most 2,000 are read"),
        ("POST", "ask", {"json": {"question": "a", "passages": 101}}, 400, "between 0 and 100"),
        ("POST", "ask", {"json": {}}, 422, "Field required"),
        ("POST", "ask", {"content": b"\xff"}, 422, "body"),
        ("GET", "search", {"params": {"question": " "}}, 400, "The question is empty."),
        ("GET", "search", {"params": {"question": "a", "count": 0}}, 400, "between 1 and 100"),
        ("GET", "documents/../../README.md", {}, 404, ""),
        ("GET", "documents/%2e%2e/README.md", {}, 404, "There is no document of this id."),
        ("GET", f"documents/{FIFTY}", {"params": {"start": -1}}, 400, "counted from 0"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_what_is_wrong(
    address: str, method: str, path: str, request_: dict[str, Any], status: int, detail: str
) -> None:
    response = httpx.request(method, f"{address}/api/{path}", **request_)
    assert response.status_code == status
    assert detail in response.text


def test_the_gradio_client_finds_the_endpoints_and_their_errors(address: str) -> None:
    client = Client(address, verbose=False)
    described = client.view_api(return_format="dict")["named_endpoints"]
    assert set(described) == {"/ask", "/search", "/list_documents", "/read_document"}
    assert json.loads(client.predict(COFFEE, 1, api_name="/search"))[0]["rank"] == 1
    assert json.loads(client.predict(FIFTY, 0, 9, api_name="/read_document"))["text"] == "50 jaar o"
    with pytest.raises(AppError, match="There is no document of this id"):
        client.predict("../README.md", 0, 9, api_name="/read_document")


def test_an_agent_uses_the_corpus_over_mcp(address: str) -> None:
    async def use() -> tuple[dict[str, Any], Any, Any, Any, bool]:
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            asked = await session.call_tool("ask", {"question": COFFEE})
            found = await session.call_tool("search", {"question": COFFEE, "count": 2})
            chosen = {"question": COFFEE, "documents": ["peru-*"], "languages": ["nl"]}
            narrow = await session.call_tool("ask", chosen)
            wrong = await session.call_tool("read_document", {"document": "/etc/passwd"})
            texts = [result.content[0].text for result in (asked, found, narrow)]
            return tools, *texts, bool(wrong.isError)

    tools, asked, found, narrow, refused = asyncio.run(use())
    assert set(tools) == {"ask", "search", "list_documents", "read_document"}
    assert "verbatim quotes" in tools["ask"].description
    assert tools["ask"].inputSchema["properties"]["question"]["description"].startswith("the question, in")
    assert json.loads(asked)["quotes"][0]["document"] == FIFTY
    assert [passage["rank"] for passage in json.loads(found)] == [1, 2]
    assert {passage["document"] for passage in json.loads(narrow)["passages"]} == {"peru-partnerland.txt"}
    assert json.loads(narrow)["scope"]["documents"] == ["peru-*"]
    assert refused


def test_programs_need_the_password_too(home: Path, tmp_path: Path) -> None:
    add_user(tmp_path / "people", "an", "met de trein")
    with serving(home, Serving(passwords=Passwords(tmp_path / "people"))) as address:
        for path in ("/api/documents", "/gradio_api/mcp/", "/gradio_api/info"):
            assert httpx.get(address + path).status_code == 401
        assert httpx.get(f"{address}/api/documents", auth=("an", "met de trein")).status_code == 200

        async def documents() -> str:
            known = httpx.BasicAuth("an", "met de trein")
            async with (
                streamablehttp_client(f"{address}/gradio_api/mcp/", auth=known) as (read, write, _),
                ClientSession(read, write) as session,
            ):
                await session.initialize()
                listed = await session.call_tool("list_documents", {})
                return str(listed.content)

        assert FIFTY in asyncio.run(documents())
