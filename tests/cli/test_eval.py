"""The command that evaluates answers."""

import json
from pathlib import Path

import pytest

from rodedraad.cli import main
from tests.cli.conftest import QUESTION

pytestmark = pytest.mark.usefixtures("no_parser_process")


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
