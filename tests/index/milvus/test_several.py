"""Several: indexings and chats in four processes, over one index on a Milvus server."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rodedraad.index.build import reindex
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
    assert [process.returncode for process in both] == [0, 0], told
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
