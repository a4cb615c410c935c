"""The writer over HTTP: for programs and for the page, with consent, where no process may connect."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rodedraad.page.kept_turns import as_json, kept_turn
from rodedraad.server.serve import Serving
from rodedraad.writing.writer import Writer
from tests.servers import chat_server, serving
from tests.writing.models import Model, playing, saying, set_writer

FAMILIES = "How many families work in the coffee sector?"
DUTCH = "In de koffiesector in Peru zijn 225.000 gezinnen werkzaam."


@pytest.fixture(scope="module")
def played() -> Iterator[Model]:
    with playing(saying(DUTCH, "900.000 gezinnen.")) as model:
        yield model


def test_a_program_gets_a_sentence_only_when_it_asks_for_one(
    home: Path, tmp_path: Path, corpus: Path, played: Model
) -> None:
    mine = Path(shutil.copytree(home, tmp_path / "home"))
    set_writer(mine, played.url)
    with chat_server(corpus, mine, "--writer") as address:  # a process that may not connect
        plain = httpx.post(f"{address}/api/ask", json={"question": FAMILIES, "passages": 0}).json()
        asked = {"question": FAMILIES, "passages": 0, "writer": True}
        turn = httpx.post(f"{address}/api/ask", json=asked).json()
        assert "on this machine" in httpx.get(f"{address}/writer").text
    assert "sentence" not in plain
    assert turn["sentence"]["claims"] == [{"text": DUTCH, "citations": [1], "translated": False}]
    assert turn["sentence"]["dropped"] == 1


def test_the_page_gets_a_sentence_line_by_line(home: Path, searcher: object, played: Model) -> None:
    from rodedraad.answering.conversation import ask

    turn = kept_turn(ask(searcher, FAMILIES))  # type: ignore[arg-type]
    body = {"talk": f'{{"turns": [{as_json(turn)}]}}', "at": 0, "agreed": ""}
    with serving(home, Serving(writer=Writer(played.url, "small"))) as address:
        lines = httpx.post(f"{address}/write", json=body).text.splitlines()
        assert httpx.post(f"{address}/write", json=body | {"talk": "{}"}).status_code == 400
    steps = [json.loads(line) for line in lines]
    written = [json.loads(step["kept"])["written"] for step in steps]
    assert [(len(one["claims"]), one["done"]) for one in written] == [(1, False), (1, False), (1, True)]
    assert "is writing…" in steps[0]["html"]
    assert DUTCH in steps[-1]["html"]


def test_without_a_writer_or_consent_nothing_is_asked(home: Path) -> None:
    asked = {"question": FAMILIES, "writer": True}
    with serving(home) as address:
        assert "--writer" in httpx.post(f"{address}/api/ask", json=asked).json()["detail"]
        for name in ("write", "translate"):
            assert httpx.post(f"{address}/{name}", json={}).status_code in (404, 405)
    with serving(home, Serving(writer=Writer("http://192.0.2.1:9/v1", "large", 1))) as address:
        refused = httpx.post(f"{address}/api/ask", json=asked)
        assert (refused.status_code, "192.0.2.1:9" in refused.json()["detail"]) == (400, True)
        body = {"talk": "{}", "at": 0, "agreed": "other.example"}
        assert httpx.post(f"{address}/write", json=body).status_code == 403
        place = {"document": "", "start": "0", "end": "1", "check": "", "agreed": ""}
        assert httpx.post(f"{address}/translate", json=place).status_code == 403
