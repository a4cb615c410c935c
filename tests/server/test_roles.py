"""Roles: who may only read asks, reads and votes, and changes nothing by any way in."""

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rodedraad.evaluation.votes import VotedAnswer
from rodedraad.server import passwords
from rodedraad.server.passwords import Passwords, add_user, hashed
from rodedraad.server.serve import Serving
from tests.servers import serving

JOIN, RUN, UPLOAD = "/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/upload"
AN, BO = ("an", "met de trein"), ("bo", "met de tram")
CHANGING = ["add", "add_page", "cancel", "decide", "forget", "make", "remove", "renew", "tell_fetching"]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An may change documents, and Bo may read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hashed", lambda p, s=b"", cost=(16, 8, 1): hashed(p, s, cost))
        file = tmp_path_factory.mktemp("roles") / "people"
        add_user(file, *AN)
        add_user(file, *BO, "read")
        yield file


@pytest.fixture(scope="module")
def mine(home: Path, people: Path) -> Path:
    """An index of our own, with a vote to review."""
    copy = Path(shutil.copytree(home, people.parent / "home"))
    vote = VotedAnswer(
        "0123456789ab", "Wat draagt de lama?", "nl", "up", False, (), (), "2026-11-28T12:00:00"
    )
    (copy / "candidates.jsonl").write_text(json.dumps(asdict(vote)) + "\n")
    return copy


@pytest.fixture(scope="module")
def shared(mine: Path, people: Path) -> Iterator[str]:
    with serving(mine, Serving(host="0.0.0.0", passwords=Passwords(people))) as address:
        yield address


@pytest.fixture(scope="module")
def config(shared: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{shared}/config", auth=BO).json()
    return found


def call(function: dict[str, Any], session: str = "roles") -> dict[str, Any]:
    return {"data": [None] * len(function["inputs"]), "fn_index": function["id"], "session_hash": session}


def named(config: dict[str, Any], part: str, event: str) -> dict[str, Any]:
    """The function behind an event of a part of the page."""
    id = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == part)
    return next(function for function in config["dependencies"] if [id, event] in function["targets"])


def test_a_reader_calls_no_function_that_changes_anything(shared: str, config: dict[str, Any]) -> None:
    refused = []
    for function in config["dependencies"]:
        forged = {"X-Right": "change", "X-User": "an", "Accept-Language": "nl"}
        response = httpx.post(shared + RUN, json=call(function), auth=BO, headers=forged)
        if response.status_code == 403:
            assert response.json() == {"detail": "U mag hier vragen en lezen, maar niets veranderen."}
            assert httpx.post(shared + JOIN, json=call(function), auth=BO).status_code == 403
            assert httpx.post(shared + RUN, json=call(function) | {"data": 0}, auth=BO).status_code == 403
            refused.append(function)
    assert sorted({re.sub(r"_\d+$", "", function["api_name"]) for function in refused}) == CHANGING
    for function in refused:
        assert httpx.post(shared + RUN, json=call(function), auth=AN).status_code != 403


def test_a_reader_uploads_nothing(shared: str, mine: Path) -> None:
    file = {"files": ("a.txt", b"De lama draagt een mand.")}
    assert httpx.post(shared + UPLOAD, files=file, auth=BO).status_code == 403
    assert [path for path in (mine / ".uploads").rglob("*") if path.is_file()] == []
    assert httpx.post(shared + UPLOAD, files=file, auth=AN).status_code == 200


def test_a_reader_asks_reads_and_votes(shared: str, config: dict[str, Any]) -> None:
    asked = httpx.post(f"{shared}/api/ask", json={"question": "Wie steunt Royal Knit?"}, auth=BO)
    document = asked.json()["quotes"][0]["document"]
    assert httpx.get(f"{shared}/api/documents/{document}", auth=BO).status_code == 200
    assert httpx.get(f"{shared}/file", params={"document": document}, auth=BO).status_code == 200
    vote = named(config, "conversation", "like")
    assert httpx.post(shared + RUN, json=call(vote), auth=BO).status_code == 200


def test_a_reader_is_shown_nothing_to_change_with(shared: str, config: dict[str, Any]) -> None:
    def shown(part: str, user: tuple[str, str]) -> str:
        id = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == part)
        tab = next(one for one in config["dependencies"] if one["outputs"][:1] == [id])
        return str(httpx.post(shared + RUN, json=call(tab), auth=user).json()["data"][0])

    assert "data-question" in shown("library", AN)
    assert "<table>" in shown("library", BO)
    assert "data-question" not in shown("library", BO)
    assert "Wat draagt de lama?" in shown("candidates", AN)
    assert "lama" not in shown("candidates", BO)
    assert '<html class="reads"' in httpx.get(shared, auth=BO).text
    assert '<html class="reads"' not in httpx.get(shared, auth=AN).text


def test_agents_have_no_tool_that_changes_anything(shared: str) -> None:
    async def tools() -> list[str]:
        address = f"{shared}/gradio_api/mcp/"
        async with (
            streamablehttp_client(address, auth=httpx.BasicAuth(*BO)) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            refused: Any = await session.call_tool("renew", {"before": ""})
            assert refused.isError
            return [tool.name for tool in (await session.list_tools()).tools]

    assert sorted(asyncio.run(tools())) == ["ask", "list_documents", "read_document", "search"]


def test_another_role_counts_from_the_next_request(shared: str, people: Path, config: dict[str, Any]) -> None:
    cancel, before = named(config, "cancel", "click"), people.read_text()
    assert httpx.post(shared + RUN, json=call(cancel), auth=BO).status_code == 403
    people.write_text(before.replace(":read", ":change"))
    assert httpx.post(shared + RUN, json=call(cancel), auth=BO).status_code == 200
    people.write_text(before)
    assert httpx.post(shared + RUN, json=call(cancel), auth=BO).status_code == 403
