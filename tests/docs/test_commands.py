"""Commands: what README and docs let people type exists, and does what they show."""

import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
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
from tests.servers import PATIENCE, PROGRAM, free_port, serving
from tests.writing.models import playing, saying, set_writer

ELSEWHERE = ("git", "cd", "make", "curl", "docker", "rm", "source")
"""Programs that are not ours."""

GOES_ON = ("Rode Draad is open at ", "Watching corpus.")
"""The beginning of the line after which a command goes on until it is ended."""

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
    for own in (".rodedraad", ".rodedraad/collections/reports"):
        shutil.copytree(home, tmp_path / own)
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    for name in ("reports", held / "corpus"):  # of one document, for speed
        (tmp_path / name).mkdir(parents=True)
        shutil.copy(ROOT / "corpus" / "vijf-projecten-in-peru.txt", tmp_path / name)
    (tmp_path / "tests/evaluation").mkdir(parents=True)
    (tmp_path / "questions.jsonl").write_text(batch.text, "utf-8")
    for name in ("mine.jsonl", ".rodedraad/gold.jsonl", held / "questions.jsonl"):
        (tmp_path / name).write_text(gold.text, "utf-8")
    (tmp_path / "DIR" / "flores").mkdir(parents=True)
    for language, text in (("nl", "De boer plukt koffie."), ("en", "The farmer picks coffee.")):
        (tmp_path / "DIR" / "flores" / f"{language}.txt").write_text(f"{text}\nGoud.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_chosen", {})
    text = text_of(page)
    with (
        milvus_server(folder / "milvus") if MILVUS in text else nullcontext(MILVUS) as server,
        playing(saying("225.000 gezinnen.")) as model,
    ):
        set_writer(folder / ".rodedraad", model.url)
        here = (
            ("~", str(folder)),
            ("/home/an/minutes", "reports"),
            ("intfloat/multilingual-e5-small", str(ROOT / "index/model")),
            (MILVUS, server),
        )
        for words in commands(page):
            words = [reduce(lambda word, pair: word.replace(*pair), here, word) for word in words]
            if words[0] == "rm":
                subprocess.run(words, check=True)
            elif words[0] == "rodedraad" and words[1] != "add":  # which needs a network
                run(words[1:])


def run(words: list[str]) -> None:
    """Run a command; one that goes on until it is ended, until it has begun to."""
    if "--watch" in words or (words[0] == "chat" and not {"--add-user", "--remove-user"} & set(words)):
        end_when_begun([*PROGRAM, *words, *(["--port", str(free_port())] if words[0] == "chat" else [])])
        return
    few = ["--data", "mine.jsonl"] if words[0] == "eval" and not {"--data", "--make"} & set(words) else []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a password\n")))
        assert main(words + few) == 0, words


def end_when_begun(command: list[str]) -> None:
    """Run a command until it says that it goes on."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        timer = Timer(PATIENCE, process.kill)
        timer.start()
        printed = [""]
        while process.stdout and not printed[-1].startswith(GOES_ON):
            printed.append(process.stdout.readline())
            assert printed[-1], (command, printed)
        timer.cancel()
        process.terminate()


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
