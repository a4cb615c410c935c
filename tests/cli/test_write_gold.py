"""Gold questions written in the terminal."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rodedraad.evaluation.ask_gold import evaluate
from rodedraad.evaluation.gold_file import load_gold
from rodedraad.index.search import Searcher
from rodedraad.ingest.sentences import sentence_spans
from tests.cli.conftest import Program
from tests.servers import until

COFFEE = "Hoeveel gezinnen leven er van koffie?"


@pytest.fixture
def folders(corpus: Path, home: Path) -> list[str]:
    return ["--corpus", str(corpus), "--home", str(home)]


@pytest.fixture
def make(folders: list[str], program: Program) -> Program:
    """Types lines to the command that makes a file."""

    def make(path: Path, *lines: str) -> subprocess.CompletedProcess[str]:
        return program("eval", "--make", str(path), *folders, stdin="".join(f"{line}\n" for line in lines))

    return make


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_question_and_its_sentences_become_a_gold_line(
    make: Program, tmp_path: Path, searcher: Searcher
) -> None:
    path = tmp_path / "mine.jsonl"
    done = make(path, COFFEE, "", "1", "", f"  Who   ran it, “{'é' * 3}”? ", "en", "0")
    assert done.returncode == 0, done.stderr
    first, second = lines(path)
    assert list(first) == ["id", "lang", "question", "answerable", "doc", "evidence"]
    assert (first["id"], first["lang"], first["question"]) == ("q001", "nl", COFFEE)
    assert second == {
        "id": "q002", "lang": "en", "question": "Who ran it, “ééé”?", "answerable": False,
        "doc": second["doc"],
    }  # fmt: skip
    texts = [searcher.generation.document(n)[0] for n in range(3)]
    text = next(document.text for document in texts if document.id == first["doc"])
    spans = [text[start:end] for start, end in sentence_spans(text)]
    assert first["evidence"][0] in spans
    assert f"   1  {first['evidence'][0][:40]}" in done.stdout
    assert f"2 questions added; {path} now holds 2. Try: rodedraad eval --data {path}" in done.stdout
    assert [bool(o.relevant) for o in evaluate(searcher, path)] == [True, False]


def test_several_sentences_each_become_a_span(make: Program, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    make(path, COFFEE, "fr", "2, 1 2")
    (line,) = lines(path)
    assert line["lang"] == "fr"
    assert len(line["evidence"]) == 2
    assert line["evidence"][0] != line["evidence"][1]


def test_what_cannot_be_is_asked_again(make: Program, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    typed = ["?!", "x" * 2001, COFFEE, "Dutch", "nl", "", "a", "99", "0, 1", "9" * 5000, "1"]
    done = make(path, *typed)
    assert done.stdout.count("A question has words in it, and 2,000 characters at most.") == 2
    assert done.stdout.count("Give a code of two or three letters.") == 1
    assert done.stdout.count("Give numbers from 1 to ") == 5
    assert len(lines(path)) == 1


def test_documents_take_turns_and_a_file_is_gone_on_with(make: Program, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps({"id": "q002", "question": COFFEE, "answerable": False}), "utf-8")
    make(path, *[COFFEE, "nl", "1"] * 3)
    done = make(path, *[COFFEE, "nl", "1"] * 3)
    assert f"3 questions added; {path} now holds 7." in done.stdout
    written = lines(path)
    assert [line["id"] for line in written] == ["q002", "q003", "q004", "q005", "q006", "q007", "q008"]
    assert len({line["doc"] for line in written[1:4]}) == 3
    assert len({line["doc"] for line in written[4:]}) == 3
    assert len({line["evidence"][0] for line in written[1:]}) == 6  # no passage twice


def test_every_passage_passed_on_ends_it(make: Program, tmp_path: Path) -> None:
    done = make(tmp_path / "mine.jsonl", *[""] * 60)
    assert done.returncode == 0
    assert done.stdout.count("Question (empty: next passage): ") == 60
    assert "Every passage has been shown." in done.stdout
    assert load_gold(tmp_path / "mine.jsonl") == []


def wait_until_it_sleeps(process: int) -> None:
    """Wait until a process that has shown its prompt reads what is typed.

    An interrupt between the two is noticed only after the next line.
    """
    if not Path("/proc/self/stat").exists():
        time.sleep(1)  # where a system does not show the state of a process
        return
    state = Path(f"/proc/{process}/stat")
    until(
        lambda: state.read_text("utf-8").rpartition(") ")[2].startswith("S"),
        "the program does not wait for an answer",
    )


def test_an_interrupt_loses_nothing(folders: list[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "rodedraad", "eval", "--make", str(path), *folders],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as program:
        assert program.stdin
        assert program.stdout
        program.stdin.write(f"{COFFEE}\nnl\n1\nHalf a question\n")
        program.stdin.flush()
        shown = ""
        while shown.count("Its language") < 2:
            shown += program.stdout.read(1)
        assert len(lines(path)) == 1  # written before the next is finished
        wait_until_it_sleeps(program.pid)
        program.send_signal(signal.SIGINT)
        rest = program.stdout.read()
        assert program.wait(30) == 0
    assert f"1 questions added; {path} now holds 1." in rest
    assert lines(path)[0]["question"] == COFFEE


def test_a_file_of_something_else_is_left_alone(make: Program, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("My notes", "utf-8")
    done = make(path, COFFEE, "nl", "1")
    assert done.returncode == 2
    assert "line 1, is not a gold question" in done.stderr
    assert path.read_text("utf-8") == "My notes"
    done = make(tmp_path / "no" / "mine.jsonl")
    assert done.returncode == 2
    assert "cannot be written (No such file or directory)" in done.stderr
