"""Collections of one server: each has its page, API, home and indexing; they share people and sessions."""

import asyncio
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import bundled_contextual
from rodedraad.index.report import Report
from rodedraad.live.collection import named_collections
from rodedraad.server import passwords
from rodedraad.server.passwords import Passwords, add_user, hashed
from rodedraad.server.serve import Opened, Serving
from tests.conftest import CORPUS
from tests.server.test_entrance import BROWSER
from tests.servers import PATIENCE, chat_server, free_port, listening

PERU, SHED = "peru", "Schuur & co. (2024)"
ROOMS = {PERU: "/collections/peru", SHED: "/collections/" + quote(SHED)}
SHED_TEXT = "De schuur kostte 4.310 euro. Het dak is van riet, en de vloer van leem.\n"
ASKED = {PERU: "Hoeveel gezinnen werken in de koffiesector?", SHED: "Hoeveel kostte de schuur?"}
QUOTED = {PERU: "225.000 gezinnen", SHED: "4.310 euro"}
AN, BO = ("an", "met de trein"), ("bo", "met de tram")


@pytest.fixture(scope="module")
def root(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's home, with an index of each collection; and their documents."""
    root = tmp_path_factory.mktemp("collections")
    shutil.copytree(home, root / "home/collections" / PERU, ignore=shutil.ignore_patterns("sessions.sqlite*"))
    (root / "shed").mkdir()
    (root / "shed/schuur.txt").write_text(SHED_TEXT)
    reindex(root / "shed", root / "home/collections" / SHED)
    return root


def opened(root: Path, home: Path) -> list[Opened]:
    return [Opened.of(one) for one in named_collections([(PERU, CORPUS), (SHED, root / "shed")], home)]


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with listening(opened(root, root / "home"), root / "home", Serving(port=free_port())) as address:
        yield address


def test_the_server_leads_to_its_collections(address: str) -> None:
    listed = httpx.get(f"{address}/collections").json()
    assert listed == [{"name": name, "address": f"{room}/"} for name, room in ROOMS.items()]
    for path, led in (
        ("/", "/collections/peru/"),
        ("/?document=a%20b.txt", "/collections/peru/?document=a%20b.txt"),
        ("/?name=x&request=y", "/collections/peru/?name=x&request=y"),
        ("/collections/peru?a=b", "/collections/peru/?a=b"),
        (ROOMS[SHED], f"{ROOMS[SHED]}/"),
    ):
        assert httpx.get(address + path).headers["location"] == led
    for name in ("Peru", "x", "..%2f..", "%3Cb%3E"):
        for path in ("", "/", "/api/documents"):
            lost = httpx.get(f"{address}/collections/{name}{path}")
            assert (lost.status_code, lost.text) == (404, '{"detail":"There is no collection of this name."}')
    for path in ("/api/documents", "/config", "/gradio_api/info", "/page", "/file?document=schuur.txt"):
        assert httpx.get(address + path).status_code == 404
    assert httpx.get(f"{address}/favicon.ico").headers["content-type"].startswith("image/")


@pytest.mark.parametrize("name", [PERU, SHED])
def test_each_answers_from_its_own_documents(address: str, name: str) -> None:
    room = address + ROOMS[name]
    asked = httpx.post(f"{room}/api/ask", json={"question": ASKED[name]}).json()
    assert QUOTED[name] in asked["quotes"][0]["text"]
    documents = {one["document"] for one in httpx.get(f"{room}/api/documents").json()}
    assert ("schuur.txt" in documents) == (name == SHED)
    assert httpx.get(f"{room}/config").json()["title"] == f"{name} · Rode Draad"
    assert QUOTED[name] in Client(f"{room}/", verbose=False).predict(ASKED[name], api_name="/ask")

    async def use() -> str:
        async with (
            streamablehttp_client(f"{room}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            [tool] = [one.name for one in (await session.list_tools()).tools if one.name.endswith("ask")]
            told = await session.call_tool(tool, {"question": ASKED[name]})
            return str(told.content[0].text)  # type: ignore[union-attr]

    assert QUOTED[name] in asyncio.run(use())


def test_the_encoder_is_loaded_once(address: str) -> None:
    assert bundled_contextual.cache_info().misses == 1


def test_health_is_that_of_a_collection_and_of_all(root: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(root / "home", tmp_path / "home"))
    with listening(opened(root, mine), mine, Serving(port=free_port())) as address:
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        assert httpx.get(f"{address}{ROOMS[SHED]}/health").json()["generation"]
        shutil.rmtree(mine / "collections" / SHED)
        health = [httpx.get(f"{address}{room}/health").status_code for room in ("", *ROOMS.values())]
        assert health == [503, 200, 503]


def function(config: dict[str, Any], name: str) -> dict[str, Any]:
    """The function of the page with a name."""
    return next(one for one in config["dependencies"] if re.fullmatch(rf"{name}(_\d+)?", one["api_name"]))


def run(room: str, name: str, *data: Any, user: tuple[str, str] | None = None) -> list[dict[str, Any]]:
    """What a function of a collection's page returns as it ends; or why it is refused."""
    config = httpx.get(f"{room}/config", auth=user).json()
    call = {"data": data, "fn_index": function(config, name)["id"], "session_hash": secrets.token_hex(5)}
    joined = httpx.post(f"{room}/gradio_api/queue/join", json=call, auth=user)
    if joined.status_code != 200:
        return [joined.json()]
    heard = f"{room}/gradio_api/queue/data?session_hash={call['session_hash']}"
    with httpx.stream("GET", heard, auth=user) as stream:
        lines = [line[6:] for line in stream.iter_lines() if line.startswith("data: ")]
    return [told for told in map(json.loads, lines) if told["msg"] == "process_completed"]


def test_one_that_is_indexed_keeps_no_other_waiting(root: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(root / "home", tmp_path / "home"))
    first, second = opened(root, mine)
    begun, go_on = Event(), Event()

    def held(_: object) -> Report:
        begun.set()
        assert go_on.wait(PATIENCE)
        return Report()

    first.library.reindex = held  # type: ignore[method-assign]
    with listening([first, second], mine, Serving(port=free_port())) as address:
        slow = Thread(target=run, args=(address + ROOMS[PERU], "renew", ""))
        slow.start()
        assert begun.wait(PATIENCE)
        told = run(address + ROOMS[SHED], "renew", "")[-1]
        go_on.set()
        slow.join(PATIENCE)
    assert "Index updated: 0 added" in told["output"]["data"][0]


@pytest.fixture(scope="module")
def guarded(root: Path) -> Iterator[str]:
    """The server for An, who may change documents, and Bo, who may read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hashed", lambda p, s=b"", cost=(16, 8, 1): hashed(p, s, cost))
        add_user(root / "people", *AN)
        add_user(root / "people", *BO, "read")
        rules = Serving(port=free_port(), passwords=Passwords(root / "people"))
        with listening(opened(root, root / "home"), root / "home", rules) as address:
            yield address


def test_one_login_is_for_all_and_leads_back(guarded: str, root: Path) -> None:
    room = guarded + ROOMS[SHED]
    page = httpx.get(f"{room}/?document=schuur.txt", headers=BROWSER)
    assert (page.status_code, "Wachtwoord" in page.text) == (401, True)
    [action], [to] = (
        re.findall(rf'{name}="([^"]*)"', unescape(page.text)) for name in ("action", 'name="to" value')
    )
    form = {"username": "an", "password": AN[1], "to": to}
    led = httpx.post(guarded + action, data=form, headers=BROWSER)
    assert unquote(led.headers["location"]) == f"/collections/{SHED}/?document=schuur.txt"
    assert "; Path=/;" in led.headers["set-cookie"]
    assert (root / "home/sessions.sqlite").exists()
    assert list(root.glob("home/collections/*/sessions.sqlite")) == []
    sent = {"Cookie": led.headers["set-cookie"].partition(";")[0]}
    for path in ("/collections", *(f"{room}/config" for room in ROOMS.values())):
        assert httpx.get(guarded + path, headers=sent).status_code == 200
    out = httpx.post(f"{guarded}{ROOMS[PERU]}/logout", headers=sent)
    assert out.headers["location"] == "/collections/peru/"
    assert httpx.get(f"{room}/config", headers=sent).status_code == 401


def test_a_name_of_a_collection_is_told_to_nobody_who_is_not_logged_in(guarded: str) -> None:
    for path in ("/", "/collections", "/collections/x/", f"{ROOMS[SHED]}/"):
        refused = httpx.get(guarded + path)
        assert (refused.status_code, refused.json()["detail"]) == (401, "A name and a password are needed.")
    assert "Schuur" not in httpx.get(f"{guarded}/health").text


def test_documents_are_added_to_their_collection_by_who_may(guarded: str, root: Path) -> None:
    room = guarded + ROOMS[SHED]
    for user, status in ((BO, 403), (AN, 200)):
        sent = httpx.post(
            f"{room}/gradio_api/upload", files={"files": ("dak.txt", b"Riet houdt veertig jaar.")}, auth=user
        )
        assert sent.status_code == status
    [path] = sent.json()
    file = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
    assert run(room, "add", file, user=BO) == [
        {"detail": "You may ask and read here, but not change anything."}
    ]
    assert run(room, "add", file, user=AN)[-1]["success"]
    assert (root / "shed/dak.txt").read_text() == "Riet houdt veertig jaar."
    assert not (CORPUS / "dak.txt").exists()
    run(room, "renew", "", user=AN)
    asked = httpx.post(f"{room}/api/ask", json={"question": "Hoe lang houdt riet?"}, auth=BO).json()
    assert asked["quotes"][0]["document"] == "dak.txt"


def test_guesses_count_together(guarded: str) -> None:
    statuses = [
        httpx.get(f"{guarded}{room}/config", auth=("an", f"fout{turn}")).status_code
        for turn in range(3)
        for room in (*ROOMS.values(), "")
    ]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses


def test_the_command_serves_collections_behind_a_proxy_too(root: Path, tmp_path: Path) -> None:
    (tmp_path / "home/collections").mkdir(parents=True)
    shutil.copytree(root / "home/collections" / PERU, tmp_path / "home/collections" / PERU)
    options = [f"--collection={PERU}={CORPUS}", f"--collection={SHED}={root / 'shed'}", "--root-path=/texts"]
    with chat_server(Path("corpus"), tmp_path / "home", *options) as address:
        assert httpx.get(address).headers["location"] == "/texts/collections/peru/"
        for prefix in ("", "/texts"):
            page = httpx.get(f"{address}{prefix}{ROOMS[SHED]}/").text
            assert f"{address}/texts{ROOMS[SHED]}" in page
    assert (tmp_path / "home/collections" / SHED / "CURRENT").exists()
