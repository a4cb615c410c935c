"""Several: indexings and chats in four processes, over one index on a Milvus server."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rodedraad.cli import main
from rodedraad.index import stores
from rodedraad.index.build import reindex
from rodedraad.index.store import waiting_documents
from rodedraad.index.stores import store_of
from tests.milvus_server import put_on_server
from tests.servers import chat_server, serving, until

pytestmark = pytest.mark.slow

PROGRAM = (sys.executable, "-m", "rodedraad")


def ask(chat: str, question: str) -> str:
    """The first quote of a chat's answer; "" without one."""
    answer = httpx.post(f"{chat}/api/ask", json={"question": question}).json()
    return answer["quotes"][0]["text"] if answer["quotes"] else ""


def wait_for(chat: str, question: str, quote: str) -> None:
    """Ask until the answer is this one; before that it has none, or an older one."""
    until(lambda: ask(chat, question) == quote)


def test_two_indexings_and_two_chats_share_an_index(place: Path, address: str) -> None:
    homes = [place / "one" / "home", place / "two" / "home"]
    for home in homes:
        put_on_server(home, address)
    corpus, absent = place / "corpus", place / "no-documents"
    commands = [[*PROGRAM, "index", "--corpus", str(corpus), "--home", str(home)] for home in homes]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    told = [process.communicate()[1] for process in both]
    assert 0 in [process.returncode for process in both]
    for process, text in zip(both, told, strict=True):
        assert process.returncode == 0 or "Another process is indexing into" in text, text
    with chat_server(corpus, homes[0]) as first, serving(homes[1], corpus=absent) as second:
        for chat in (first, second):
            wait_for(
                chat,
                "Hoeveel vrouwen weven dekens in Montero?",
                "In Montero weven veertig vrouwen dekens van alpacawol.",
            )
        (corpus / "montero.txt").write_text("In Montero weven zestig vrouwen dekens.", "utf-8")
        reindex(corpus, homes[1])
        for chat in (first, second):
            wait_for(
                chat, "Hoeveel vrouwen weven dekens in Montero?", "In Montero weven zestig vrouwen dekens."
            )
        health = [httpx.get(f"{chat}/health").json() for chat in (first, second)]
        assert [one["generation"] for one in health] == [store_of(homes[0]).current()] * 2


def test_every_command_takes_the_address(
    place: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stores, "_chosen", {})
    monkeypatch.setattr(waiting_documents, "AT_ONCE", 1)  # so that the home, which is new, keeps embeddings
    common = ["--corpus", str(place / "corpus"), "--home", str(place / "other"), "--store", address]
    gold = place / "gold.jsonl"
    line = {
        "question": "Hoeveel vrouwen weven dekens in Montero?",
        "lang": "nl",
        "answerable": True,
        "evidence": ["In Montero weven veertig vrouwen dekens van alpacawol."],
    }
    gold.write_text(json.dumps(line) + "\n", "utf-8")
    for command in (
        ["index"],
        ["ask", "Hoeveel vrouwen weven dekens?"],
        ["check"],
        ["eval", "--data", str(gold)],
    ):
        assert main([*command, *common]) == 0
        printed = capsys.readouterr()
        if command[0] == "ask":
            assert "“In Montero weven veertig vrouwen dekens van alpacawol.”" in printed.out
        if command[0] == "check":
            assert f"{address} is sound: 3 documents, 3 passages" in printed.err
    assert list((place / "other").iterdir()) == []
