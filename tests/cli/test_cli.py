"""The command line: each command as a person or a program uses it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rodedraad.cli import main
from tests.cli.conftest import Program

pytestmark = pytest.mark.usefixtures("no_parser_process")

QUESTION = "Hoeveel gezinnen werken er in de koffiesector?"


@pytest.fixture
def folders(corpus: Path, home: Path) -> list[str]:
    return ["--corpus", str(corpus), "--home", str(home)]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rodedraad", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=120,
    )


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
        "Line 2 is no question: it must be a JSON object with a question or a list of turns."
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


def test_index_reports_what_it_found(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "good.txt").write_text("Een goede tekst over bossen.", "utf-8")
    (corpus / "bad.txt").write_bytes(bytes(range(256)) * 20)
    (corpus / "photo.heic").write_bytes(b"\xff\xd8")
    done = run("index", "--corpus", str(corpus), "--home", str(tmp_path / "home"))
    assert done.returncode == 0
    assert "1 passages; documents: 1 added, 1 failed." in done.stderr
    assert "not indexed: bad.txt: it is not text" in done.stderr
    assert "passed over, not a kind of file that is read: photo.heic" in done.stderr


@pytest.fixture
def sheep(tmp_path: Path) -> list[str]:
    """The folders of an index of one document."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "schaap.txt").write_text("De boer scheert het schaap.", "utf-8")
    folders = ["--corpus", str(tmp_path / "corpus"), "--home", str(tmp_path / "home")]
    assert main(["index", *folders]) == 0
    return folders


def test_a_dry_run_tells_and_does_nothing(
    sheep: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus" / "lam.txt").write_text("Het lam drinkt melk.", "utf-8")
    (tmp_path / "corpus" / "schaap.txt").unlink()
    files = {path: path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()}
    capsys.readouterr()
    assert main(["index", "--dry-run", *sheep]) == 0
    err = capsys.readouterr().err
    assert "would add: lam.txt" in err
    assert "would remove: schaap.txt" in err
    assert "documents: 1 added, 1 removed." in err
    assert {path: path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()} == files


@pytest.mark.slow
def test_watching_indexes_what_changes_and_outlives_an_unusable_corpus(
    sheep: list[str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "rodedraad", "index", "--watch", *sheep]
    watcher = subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8")
    assert watcher.stderr is not None
    lines = iter(watcher.stderr.readline, "")
    try:
        assert any("Watching" in line for line in lines)
        time.sleep(1)  # a change before the first look is found at the second, half a minute later
        (tmp_path / "corpus" / "sources.toml").write_text("no toml", "utf-8")
        assert any("not valid TOML" in line for line in lines)
        (tmp_path / "corpus" / "sources.toml").unlink()
        (tmp_path / "corpus" / "lam.txt").write_text("Het lam drinkt melk.", "utf-8")
        assert any("documents: 1 added, 1 unchanged." in line for line in lines)
    finally:
        watcher.kill()
        watcher.communicate()


def test_check_finds_damage_and_repairs_it(
    sheep: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *sheep]) == 0
    assert "is sound: 1 documents, 1 passages" in capsys.readouterr().err
    [vectors] = (tmp_path / "home").glob("generations/*/passages/*.vectors")
    vectors.write_bytes(bytes(vectors.stat().st_size))
    assert main(["ask", QUESTION, *sheep]) == 2
    assert f"{vectors} is damaged or missing. Run: rodedraad check --repair" in capsys.readouterr().err
    assert main(["check", *sheep]) == 2
    err = capsys.readouterr().err
    assert f"The file {vectors} is damaged or missing." in err
    assert "The text, the vectors or the tokens of schaap.txt are damaged." in err
    assert main(["check", "--repair", *sheep]) == 0
    err = capsys.readouterr().err
    assert "damaged, rebuilt: passages/" in err
    assert "is sound: 1 documents, 1 passages" in err
    assert main(["check", *sheep]) == 0


def test_check_without_an_index_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--home", str(tmp_path)]) == 2
    assert "There is no index in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda corpus: None, "There is no folder"),
        (lambda corpus: corpus.mkdir(), "There is no document in"),
        (lambda corpus: corpus.write_text("a file"), "There is no folder"),
    ],
)
def test_an_unusable_corpus_is_told_in_a_sentence(
    prepare: Any, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    prepare(corpus)
    assert main(["index", "--corpus", str(corpus), "--home", str(tmp_path / "home")]) == 2
    assert message in capsys.readouterr().err


def test_a_port_in_use_is_told_before_anything_starts(
    folders: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["chat", "--port", str(port), *folders]) == 2
    assert f"Port {port} is in use. Choose another" in capsys.readouterr().err


@pytest.fixture
def gold(tmp_path: Path) -> str:
    """A folder with a question that is answered, and one that is not."""
    lines = [
        {"id": "coffee", "question": QUESTION, "lang": "nl", "kind": "number", "answerable": True,
         "evidence": ["In de koffiesector in Peru zijn 225.000 gezinnen werkzaam"]},
        {"id": "bach", "question": "Who composed the Brandenburg concertos?", "answerable": False},
    ]  # fmt: skip
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return str(folder)


def test_eval_prints_a_table_and_json(
    folders: list[str], gold: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "--data", gold, *folders]) == 0
    table = capsys.readouterr().out
    assert "success@1" in table
    assert "quote accuracy" in table
    assert "\n  number " in table
    assert main(["eval", "--json", "--data", f"{gold}/questions.jsonl", *folders]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["all", "nl", "en", "kind: number"]
    assert figures["nl"]["success@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "count": 1}
    assert figures["en"]["success@1"] == {"value": None, "low": None, "high": None, "count": 0}
    assert figures["en"]["unanswerable refused"]["value"] == 1.0


def test_eval_keeps_compares_and_reports_a_run(
    folders: list[str], gold: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, report = tmp_path / "run.json", tmp_path / "report.html"
    assert main(["eval", "--data", gold, "--save", str(kept), *folders]) == 0
    switches = [word for name in ("coverage", "dense", "interaction") for word in ("--without", name)]
    ablation = ["eval", "--data", gold, *switches, *folders]
    capsys.readouterr()
    assert main([*ablation, "--against", str(kept), "--report", str(report)]) == 0
    out = capsys.readouterr().out
    assert "coffee: quoted → refused: Hoeveel gezinnen" in out
    assert "paired over the same questions" in out
    html = report.read_text("utf-8")
    assert "without coverage, dense, interaction" in html
    assert "Compared with the previous run" in html
    assert main([*ablation, "--against", str(kept), "--json"]) == 0
    against = json.loads(capsys.readouterr().out)["against"]
    assert against["turned"] == [
        {"id": "coffee", "question": QUESTION, "before": "quoted", "after": "refused"}
    ]
    assert against["unpaired"] == 0
    assert {change["p"] for change in against["changes"] if change["measure"] == "success@1"} == {1.0}


def test_eval_names_evidence_that_no_passage_holds(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"id": "typo", "question": QUESTION, "answerable": True, "evidence": ["In de kofiesector"]}
    (tmp_path / "mine.jsonl").write_text(json.dumps(line), "utf-8")
    assert main(["eval", "--data", str(tmp_path / "mine.jsonl"), *folders]) == 0
    assert "holds the evidence of 1 of the questions, so it cannot be found: typo." in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--without", "dens"], "There is no signal 'dens'. Signals: coverage, dense,"),
        (["--against", "no-such-run"], "no-such-run cannot be read"),
        (["--save", "no-such-folder/run.json"], "no-such-folder/run.json cannot be written"),
        (["--report", "."], ". cannot be written: name a file in a folder that exists"),
        (["--data", "no-such-file"], "There is no question in no-such-file"),
    ],
)
def test_a_wrong_use_of_eval_is_told_in_a_sentence(
    folders: list[str], arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", *arguments, *folders]) == 2
    error = capsys.readouterr().err
    assert error.startswith("rodedraad: ")
    assert message in error


def test_a_reader_that_goes_away_is_no_error(folders: list[str]) -> None:
    lines = "\n".join(['{"question": "Wat is cacao blanco?"}'] * 200)
    command = f"{sys.executable} -m rodedraad ask --batch - {' '.join(folders)} | head -n 1"
    done = subprocess.run(["bash", "-c", command], input=lines, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1


def test_importing_the_command_line_is_light() -> None:
    code = (
        "import sys, rodedraad.cli; "
        "print([m for m in ('numpy', 'faiss', 'torch', 'gradio', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--collection=a=gone"], "The collection a has no documents: there is no folder gone."),
        (["--collection=a=app", "--collection=A=ingest"], "Two collections are named A."),
        (["--collection=a/b=app"], "'a/b' cannot name a collection."),
        (["--collection=a=app", "--corpus=ingest"], "Give --corpus a name too: --collection NAME=DIR"),
    ],
)
def test_chat_tells_what_is_wrong_with_collections(
    program: Program, tmp_path: Path, options: list[str], told: str
) -> None:
    done = program("chat", *options, "--home", str(tmp_path / "home"))
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("given", ["reports", "=app", "a="])
def test_a_collection_has_a_name_and_a_folder(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["chat", f"--collection={given}"])
    assert "must be such as reports=/home/an/reports" in capsys.readouterr().err
