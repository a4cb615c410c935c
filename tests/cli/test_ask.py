"""The command that asks: quotes, JSON, and many questions at once."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from rodedraad.cli import main
from tests.cli.conftest import QUESTION, Program, run

pytestmark = pytest.mark.usefixtures("no_parser_process")


def test_ask_prints_quotes_and_their_sources(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, *folders]) == 0
    out = capsys.readouterr().out
    assert "[1] “" in out
    assert "225.000 gezinnen" in out
    assert "\nBronnen\n[1] 50 jaar ontwikkelingssamenwerking in Peru, Noémie Nyst, 2015-12-01" in out


def test_ask_says_in_the_questions_language_that_there_is_no_answer(
    folders: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "¿Quién pintó Las meninas?", *folders]) == 0
    assert capsys.readouterr().out.startswith("Las fuentes no responden a esta pregunta.")


def test_a_greeting_gets_the_titles_and_no_quote(
    folders: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "hello there", *folders]) == 0
    out = capsys.readouterr().out
    assert "“" not in out
    assert "  50 jaar ontwikkelingssamenwerking in Peru\n" in out
    assert main(["ask", "hello there", "--json", *folders]) == 0
    [turn] = json.loads(capsys.readouterr().out)["turns"]
    assert (turn["kind"], turn["quotes"], turn["passages"]) == ("not a question", [], [])
    assert "50 jaar ontwikkelingssamenwerking in Peru" in turn["documents"]


def check_turn(turn: dict[str, Any], passages: int) -> None:
    assert list(turn) == [
        "kind", "question", "understood_as", "language", "abstained", "confidence", "quotes", "passages",
        "documents", "scope", "milliseconds",
    ]  # fmt: skip
    assert isinstance(turn["milliseconds"], float)
    assert 0 <= turn["confidence"] <= 1
    assert turn["abstained"] == (not turn["quotes"])
    assert turn["kind"] == ("no answer" if turn["abstained"] else "answer")
    assert turn["documents"] == []
    for quote in turn["quotes"]:
        assert list(quote) == ["citation", "text", "document", "start", "end", "page", "section", "also"]
    assert len(turn["passages"]) == passages
    assert [passage["rank"] for passage in turn["passages"]] == list(range(1, passages + 1))
    for passage in turn["passages"]:
        assert list(passage) == ["rank", "score", "document", "start", "end", "page", "section", "text"]
        assert len(passage["text"]) == passage["end"] - passage["start"]


def test_json_is_a_batch_line_without_an_id(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--json", *folders]) == 0
    line = json.loads(capsys.readouterr().out)
    assert list(line) == ["id", "turns"]
    assert line["id"] is None
    check_turn(line["turns"][0], 10)
    assert line["turns"][0]["question"] == QUESTION
    assert line["turns"][0]["language"] == "nl"


def test_batch_answers_questions_and_conversations(folders: list[str], tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(
        json.dumps({"id": "a", "question": QUESTION, "answerable": True})
        + "\n\n"
        + json.dumps({"id": 7, "turns": [{"question": QUESTION}, {"question": "En waar?"}]})
        + "\n"
        + json.dumps({"id": "c", "question": "Who composed the Brandenburg concertos?"})
        + "\n",
        "utf-8",
    )
    done = run("ask", "--batch", str(file), "--passages", "4", *folders)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["a", 7, "c"]
    assert [len(line["turns"]) for line in lines] == [1, 2, 1]
    for line in lines:
        for turn in line["turns"]:
            check_turn(turn, 4)
    assert lines[1]["turns"][1]["question"] == "En waar?"
    assert lines[1]["turns"][1]["understood_as"] == f"{QUESTION} En waar?"
    assert lines[2]["turns"][0]["abstained"] is True
    assert lines[0]["turns"][0]["quotes"][0]["page"] is None


def test_an_answer_does_not_depend_on_the_number_of_passages(folders: list[str], program: Program) -> None:
    talk = json.dumps({"turns": [{"question": "Wat doet Royal Knit?"}, {"question": "En waar?"}]})
    few, many = (
        json.loads(program("ask", "--batch", "-", "--passages", n, *folders, stdin=talk).stdout)
        for n in ("0", "40")
    )
    for one, other in zip(few["turns"], many["turns"], strict=True):
        assert one["quotes"] == other["quotes"]
        check_turn(one, 0)
        check_turn(other, 40)


def test_batch_reads_standard_input_and_answers_around_bad_lines(
    folders: list[str], program: Program
) -> None:
    lines = ['{"id": 1, "question": "Wat is cacao blanco?"}', "no json", '{"id": 3}', "[1]",
             '{"id": 5, "question": ""}', '{"id": 6, "question": 6}', '{"id": 7, "turns": 7}',
             '{"id": 8, "question": "Wat is cacao blanco?"}']  # fmt: skip
    done = program("ask", "--batch", "-", *folders, stdin="\n".join(lines))
    assert done.returncode == 2
    written = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in written] == [1, None, 3, None, 5, 6, 7, 8]
    assert ["error" in line for line in written] == [False, *[True] * 6, False]
    assert written[1]["error"] == (
        "Line 2 is not a question: it must be a JSON object with a question or a list of turns."
    )
    assert written[4]["error"].startswith("The question is empty.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask"], "Ask a question"),
        (["ask", "a", "--batch", "b"], "Ask a question"),
        (["ask", ""], "The question is empty"),
        (["ask", "x" * 100_000], "100,000 characters"),
        (["ask", "--batch", "no-such-file"], "no-such-file cannot be read"),
    ],
)
def test_a_wrong_use_of_ask_is_told_in_a_sentence(
    folders: list[str], arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, *folders]) == 2
    error = capsys.readouterr().err
    assert error.startswith("rodedraad: ")
    assert message in error


def test_ask_makes_the_index_where_there_is_none(corpus: Path, tmp_path: Path, program: Program) -> None:
    (tmp_path / "corpus").mkdir()
    shutil.copy(corpus / "50-jaar-ontwikkelingssamenwerking-in-peru.txt", tmp_path / "corpus")
    done = program("ask", QUESTION, "--corpus", str(tmp_path / "corpus"), "--home", str(tmp_path / "new"))
    assert done.returncode == 0
    assert "225.000 gezinnen" in done.stdout
    assert "documents: 1 added." in done.stderr


def test_ask_says_when_the_corpus_has_changed(
    sheep: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus" / "new.txt").write_text("Een nieuwe tekst over lama's.", "utf-8")
    capsys.readouterr()
    assert main(["ask", QUESTION, *sheep]) == 0
    assert "has changed since it was indexed. To catch up: rodedraad index" in (capsys.readouterr().err)
