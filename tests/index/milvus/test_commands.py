"""Commands: each takes the address of an index on a Milvus server, and says what to do where that fails."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pymilvus.grpc_gen.common_pb2 import Status
from pymilvus.grpc_gen.milvus_pb2 import GetVersionResponse, MutationResult

from rodedraad.cli import main
from rodedraad.index import stores
from rodedraad.index.milvus.client import TOKEN
from rodedraad.index.store import waiting_documents
from tests.index.conftest import write_villages
from tests.milvus_server import entrance, milvus_process
from tests.servers import chat_server, free_port, until

pytestmark = pytest.mark.slow

QUESTION = "Hoeveel vrouwen weven dekens in Montero?"
WOMEN = "In Montero weven veertig vrouwen dekens van alpacawol."

LONGEST = 300
"""Seconds that commands may take; half a minute where nothing else uses the processor."""


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"milvus://127.0.0.1:{listening.getsockname()[1]}/reports"


def commands(place: Path) -> list[list[str]]:
    """Every command that uses the index."""
    gold = place / "gold.jsonl"
    line = {"question": QUESTION, "lang": "nl", "answerable": True, "evidence": [WOMEN]}
    gold.write_text(json.dumps(line) + "\n", "utf-8")
    return [
        ["index"],
        ["index", "--dry-run"],
        ["ask", QUESTION],
        ["check"],
        ["eval", "--data", str(gold)],
        ["chat", "--port", str(free_port())],
    ]


def options(place: Path, address: str) -> list[str]:
    return ["--corpus", str(place / "corpus"), "--home", str(place / "other"), "--store", address]


def run(place: Path, commands: list[list[str]], address: str) -> list[tuple[int, str, str]]:
    """Run commands at once; the exit status and the output of each."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "rodedraad", *command, *options(place, address)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    told = [process.communicate(timeout=LONGEST) for process in running]
    return [(process.returncode, *texts) for process, texts in zip(running, told, strict=True)]


def test_every_command_takes_the_address(
    place: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stores, "_chosen", {})
    monkeypatch.setattr(
        waiting_documents, "EMBEDDED_AT_ONCE", 1
    )  # so that the home, which is new, keeps embeddings
    for command in commands(place)[:-1]:
        assert main([*command, *options(place, address)]) == 0
        printed = capsys.readouterr()
        if command[0] == "ask":
            assert "“In Montero weven veertig vrouwen dekens van alpacawol.”" in printed.out
        if command[0] == "check":
            assert f"{address} is sound: 3 documents, 3 passages" in printed.err
    assert list((place / "other").iterdir()) == []


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("", "cannot be reached. Is it running, and is the address right?"),
        ("v2.3.5", "has version v2.3.5; 2.5 or newer is needed."),
    ],
)
def test_every_command_tells_what_is_wrong_with_the_server(
    place: Path,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    version: str,
    told: str,
) -> None:
    monkeypatch.setattr(stores, "_chosen", {})
    with entrance(server, answers={"GetVersion": GetVersionResponse(version=version)}) as old:
        at = old if version else f"milvus://127.0.0.1:{free_port()}"
        for command in commands(place):
            assert main([*command, *options(place, f"{at}/reports")]) == 2
            assert capsys.readouterr().err == (
                f"rodedraad: The Milvus server at {at.replace('milvus', 'http')} {told}\n"
            )


def test_who_indexes_on_a_full_server_is_told_and_the_published_index_answers_on(
    place: Path, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stores, "_chosen", {})
    assert main(["index", *options(place, f"{server}/full")]) == 0
    (place / "corpus" / "montero.txt").write_text("In Montero weven vijftig vrouwen.", "utf-8")
    refusal = Status(code=9, reason="quota exceeded[reason=memory quota exceeded]")
    with entrance(server, answers={"Insert": MutationResult(status=refusal)}) as full:
        capsys.readouterr()
        assert main(["index", *options(place, f"{full}/full")]) == 2
        assert capsys.readouterr().err.endswith(
            f"The Milvus server at {full.replace('milvus', 'http')} is full (quota exceeded[reason=memory "
            "quota exceeded]). Give it more memory or disk; the published index is as it was.\n"
        )
        assert main(["ask", QUESTION, *options(place, f"{full}/full")]) == 0
        assert f"“{WOMEN}”" in capsys.readouterr().out
        assert main(["check", *options(place, f"{full}/full")]) == 0


def told(chat: str) -> list[str]:
    """The quotes that the question gets, or why it gets none."""
    answer = httpx.post(f"{chat}/api/ask", json={"question": QUESTION})
    if answer.status_code == 400:
        return [answer.json()["detail"]]
    return [quote["text"] for quote in answer.json()["quotes"]]


def test_a_chat_answers_from_the_address_and_tells_while_its_server_is_still(tmp_path: Path) -> None:
    port = free_port()
    address = f"milvus://127.0.0.1:{port}/reports"
    write_villages(tmp_path / "corpus")
    with (
        milvus_process(tmp_path / "data", port) as server,
        chat_server(tmp_path / "corpus", tmp_path / "home", "--store", address) as chat,
    ):
        until(lambda: told(chat) == ["In Montero weven veertig vrouwen dekens van alpacawol."])
        server.send_signal(signal.SIGSTOP)
        try:
            assert told(chat) == [
                f"The Milvus server at http://127.0.0.1:{port} did not answer in time. Try again later."
            ]
        finally:
            server.send_signal(signal.SIGCONT)
        until(lambda: told(chat) == ["In Montero weven veertig vrouwen dekens van alpacawol."])


def test_who_has_the_wrong_token_is_told_by_every_command(
    place: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with entrance(server, "an:geheim") as address:
        for token, tried in (("an:verkeerd", commands(place)), ("", [["index"]])):
            monkeypatch.setenv(TOKEN, token)
            for status, _, printed in run(place, tried, f"{address}/let_in"):
                assert status == 2
                assert printed == (
                    f"rodedraad: The Milvus server at {address.replace('milvus', 'http')} does not let "
                    "you in. Put the right user:password, or API key, in the variable "
                    "RODEDRAAD_MILVUS_TOKEN of the environment.\n"
                )
        monkeypatch.setenv(TOKEN, "an:geheim")
        for command in (["index"], ["ask", QUESTION]):
            [(status, shown, printed)] = run(place, [command], f"{address}/let_in")
            assert status == 0, printed
            assert "geheim" not in shown + printed
        assert "“In Montero weven veertig vrouwen dekens van alpacawol.”" in shown


def test_a_server_that_never_answers_is_named_and_not_waited_for_without_end(
    place: Path, silent: str
) -> None:
    for status, _, printed in run(place, commands(place), silent):
        assert status == 2
        assert printed == (
            f"rodedraad: The Milvus server at {silent.replace('milvus', 'http').removesuffix('/reports')} "
            "did not answer in time. Try again later.\n"
        )
