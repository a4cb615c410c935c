"""Waiting calls: no kind of call keeps another waiting, and what nobody fetches is not kept."""

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from rodedraad.index.build import reindex
from rodedraad.live.web_fetch import Fetched
from rodedraad.server import serve, unfetched_answers
from rodedraad.texts.refusal import Refusal
from tests.conftest import CORPUS
from tests.server.test_page_calls import JOIN, RUN, number
from tests.servers import PATIENCE, serving


class Chat:
    """A chat whose pages of the web arrive once they are let go."""

    def __init__(self) -> None:
        self.address = ""
        self.config: dict[str, Any] = {}
        self.let_go = Event()

    def fetch(self, address: str, largest: int) -> Fetched:
        """Wait until it is let go; then fail."""
        self.let_go.wait(10 * PATIENCE)
        raise Refusal("refused_redirects")

    def call(self, function: int, session: str, *data: Any) -> int:
        """Queue a call; the status of the response."""
        call = {"data": [*data], "fn_index": function, "session_hash": session}
        return httpx.post(self.address + JOIN, json=call).status_code

    def answers(self) -> bool:
        """Whether a question gets its answer."""
        asking = number(self.config, "question", "submit")
        call = {"data": ["Wat doet Royal Knit?", "", ""], "fn_index": asking, "session_hash": "asks"}
        told = httpx.post(self.address + RUN, json=call, timeout=PATIENCE)
        return told.status_code == 200 and "Royal Knit" in told.json()["data"][0]

    def follow(self, session: str) -> int:
        """Queue the wish to see an indexing."""
        following = next(d["id"] for d in self.config["dependencies"] if d["api_name"] == "follow")
        return self.call(following, session)

    def add_page(self, session: str) -> int:
        """Queue the fetching of a page."""
        told = number(self.config, "add-page", "click")
        adding = next(d["id"] for d in self.config["dependencies"] if d["trigger_after"] == told)
        return self.call(adding, session, "http://a.org/")

    def told(self, session: str) -> Iterator[dict[str, Any]]:
        """The messages to a session."""
        path = f"{self.address}/gradio_api/queue/data?session_hash={session}"
        with httpx.stream("GET", path) as stream:
            yield from (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))


@pytest.fixture
def chat(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """A chat in which four calls of a kind may wait, for as long as a test takes."""
    monkeypatch.setattr(serve, "WAITING", 4)
    monkeypatch.setattr(unfetched_answers, "UNFETCHED_SECONDS", 10 * PATIENCE)
    corpus, own = (Path(shutil.copytree(one, tmp_path / one.name)) for one in (CORPUS, home))
    chat = Chat()
    with serving(own, corpus=corpus, fetch=chat.fetch) as chat.address:
        chat.config = httpx.get(f"{chat.address}/config").json()
        try:
            yield chat
        finally:
            chat.let_go.set()


def test_questions_are_answered_while_as_many_pages_as_may_be_wait_to_be_fetched(chat: Chat) -> None:
    statuses = [chat.add_page(f"adds-{number}") for number in range(7)]
    assert statuses[:4] == [200] * 4
    assert statuses[4:].count(200) <= 1  # once the first is being fetched, another may wait
    assert set(statuses[4:]) <= {200, 429}
    assert chat.answers()


def test_questions_are_answered_while_many_follow_an_indexing(chat: Chat, tmp_path: Path) -> None:
    (tmp_path / "corpus" / "nieuw.txt").write_text("De markt is nieuw. Elke boer komt.", "utf-8")
    begun = Event()

    def hold(now: object) -> None:
        begun.set()
        chat.let_go.wait(10 * PATIENCE)

    indexing = Thread(target=reindex, args=(tmp_path / "corpus", tmp_path / "home", hold))
    indexing.start()
    assert begun.wait(PATIENCE)
    for one in range(45):
        assert chat.follow(f"follows-{one}") in (200, 429)
    assert next(m for m in chat.told("follows-0") if m["msg"] == "process_generating")
    assert chat.answers()
    chat.let_go.set()
    indexing.join(PATIENCE)


def test_what_nobody_fetches_is_forgotten(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(unfetched_answers, "UNFETCHED_SECONDS", 0)
    assert chat.add_page("listens") == 200
    listening = chat.told("listens")
    assert next(listening)["msg"] == "estimation"
    assert chat.add_page("listens") == 200  # while it listens
    assert chat.follow("gone") == 200
    assert chat.follow("follows") == 200
    assert next(chat.told("gone"))["session_not_found"]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    chat.let_go.set()
    done = [m for m in listening if m["msg"] == "process_completed"]
    assert [m["success"] for m in done] == [True, True]
