"""Commands: what README and docs let people type exists, and does what they show."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from rodedraad.answering.answer import Answer
from rodedraad.answering.quotes import Quote
from rodedraad.cli import main, parser
from rodedraad.index import stores
from rodedraad.index.search import SWITCHES, Hit
from rodedraad.ingest.documents import Document, Passage
from tests.docs.pages import ADDRESS, PAGES, ROOT, Block, blocks, text_of
from tests.milvus_server import milvus_server
from tests.servers import serving

ELSEWHERE = ("git", "cd", "make", "curl", "docker", "rm", "source")
"""Programs that are not ours."""

UNENDING = {"chat", "bench", "add", "--watch", "--make", "--writer"}
"""What makes a command wait for people, for a network, or for ever."""

MILVUS = "milvus://milvus.example.org:19530"
"""The server of the pages."""

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
INSTALL = "python -m pip install --constraint constraints.txt --editable"


def commands(page: str) -> list[list[str]]:
    """The words of each command on a page, without comments; the environment's folder left out."""
    lines = [line for block in blocks("sh", page) for line in block.lines]
    shown = [line[2:] for block in blocks("console", page) for line in block.lines if line[:2] == "$ "]
    return [shlex.split(line.replace(".venv/bin/", ""), comments=True) for line in lines + shown]


def ours(words: list[str]) -> list[str] | None:
    """The arguments of a `rodedraad` command, be it in a container; None for other programs."""
    if words[0] == "docker" and "rodedraad" in words:
        return words[words.index("rodedraad") + 1 :] or ["chat"]
    return words[1:] if words[0] == "rodedraad" else None


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page: str) -> None:
    for words in commands(page):
        arguments = ours(words)
        if arguments is not None and words[1:2] != ["build"]:
            parser().parse_args(arguments)
        elif words[0] == "make":
            assert re.search(rf"^{words[1]}:", MAKEFILE, re.MULTILINE), words
        elif words[:2] == ["python", "-m"]:
            assert find_spec(words[2].split(".")[0]), words
            assert "." not in words[2] or find_spec(words[2]), words
            assert all((ROOT / word).exists() for word in words if word.startswith("tests/")), words
        else:
            assert words[0] in ("python3", *ELSEWHERE), words


def test_help_and_docs_name_every_signal_that_can_be_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["eval", "--help"])
    [shown] = re.findall(r"switch a signal off: (.*?);", " ".join(capsys.readouterr().out.split()))
    assert tuple(re.findall(r"\w+", shown.replace(" or ", ", "))) == SWITCHES
    [told] = re.findall(r"`--without` leaves (.*?)The option may", text_of("docs/evaluation.md"), re.DOTALL)
    assert tuple(re.findall(r"`(\w+)`", told)) == SWITCHES


def test_the_installation_is_that_of_the_makefile() -> None:
    installations = [shlex.join(words) for page in PAGES for words in commands(page) if "pip" in words]
    assert installations == [f"{INSTALL} .", f"{INSTALL} '.[mcp]'", f"{INSTALL} '.[milvus]'"]
    assert "PIP := $(BIN)/python -m pip install --constraint constraints.txt\n" in MAKEFILE


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the project's, with an index, and files that the pages take to be there."""
    held = Path("index/training/articles/held/1")
    [gold] = blocks("jsonl", "docs/evaluation.md")
    [batch] = blocks("jsonl", "docs/api.md")
    shutil.copytree(home, tmp_path / ".rodedraad")
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    for name in ("reports", held / "corpus"):  # of one document, for speed
        (tmp_path / name).mkdir(parents=True)
        shutil.copy(ROOT / "corpus" / "vijf-projecten-in-peru.txt", tmp_path / name)
    (tmp_path / "tests/evaluation").mkdir(parents=True)
    (tmp_path / "questions.jsonl").write_text(batch.text, "utf-8")
    for name in ("mine.jsonl", ".rodedraad/gold.jsonl", held / "questions.jsonl"):
        (tmp_path / name).write_text(gold.text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_chosen", {})
    with milvus_server(folder / "milvus") if MILVUS in text_of(page) else nullcontext(MILVUS) as server:
        for words in commands(page):
            if words[0] == "rodedraad" and not UNENDING & set(words):
                given = [word.replace("~", str(folder)).replace(MILVUS, server) for word in words[1:]]
                few = ["--data", "mine.jsonl"] if given[0] == "eval" and "--data" not in given else []
                assert main(given + few) == 0, words


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.page)
def test_what_is_shown_is_what_is_printed(
    block: Block, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        assert main(shlex.split(command)[1:]) == 0
        printed = capsys.readouterr().out
        if shown.endswith("…\n"):
            assert printed.startswith(shown.removesuffix("…\n"))
        else:
            assert printed == shown


def test_the_json_that_is_shown_is_what_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = commands("docs/api.md")[0]
    shown = json.loads(blocks("json", "docs/api.md")[0].text)
    assert main(command[1:]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert _rounded(printed) == _rounded(shown)


def _rounded(value: Any) -> Any:
    """Without the time taken, and with numbers as far as another processor finds them too."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items() if name != "milliseconds"}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return pytest.approx(value, abs=0.02) if isinstance(value, float) else value


@pytest.fixture(scope="module")
def address(home: Path, corpus: Path) -> Iterator[str]:
    with serving(home, corpus=corpus) as address:
        yield address


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl is installed")
def test_every_request_is_answered(address: str) -> None:
    requests = [words for words in commands("docs/api.md") if words[0] == "curl"]
    assert len(requests) == 5
    for words in requests:
        words = [word.replace(ADDRESS, address) for word in words]
        answer = subprocess.run([*words, "--silent", "--fail"], capture_output=True, check=True).stdout
        assert json.loads(answer)


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.lines[0])
def test_python_runs_as_shown(block: Block, folder: Path, address: str) -> None:
    subprocess.run([sys.executable, "-c", block.text.replace(ADDRESS, address)], check=True)


def test_the_attributes_of_the_python_classes_exist() -> None:
    classes = {cls.__name__: cls for cls in (Answer, Quote, Hit, Passage, Document)}
    table = text_of("docs/api.md").split("| Class | Attributes |\n|---|---|\n")[1].split("\n\n")[0]
    rows = {name: re.findall(r"`(\w+)", rest) for name, rest in re.findall(r"^\| `(\w+)` (.*)$", table, re.M)}
    assert list(rows) == list(classes)
    for name, attributes in rows.items():
        missing = [each for each in attributes if each not in classes and not hasattr(classes[name], each)]
        assert not missing, name
