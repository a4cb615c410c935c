"""The TREC files give other tools the figures that the evaluation itself gives."""

from pathlib import Path

import ir_measures
import pytest
from ir_measures import RR, Success, nDCG

from rodedraad.cli import main
from rodedraad.evaluation.metrics import measures
from rodedraad.evaluation.trec import write_trec
from tests.evaluation.test_report_html import outcome, ranked


def test_ir_measures_finds_the_same_figures(tmp_path: Path) -> None:
    outcomes = [
        outcome("a"),
        outcome("b", **ranked(2, 5, missed=1)),
        outcome("c d", **ranked(missed=2)),
        outcome("e", answerable=False),
    ]
    write_trec(outcomes, tmp_path)
    found = ir_measures.calc_aggregate(
        [Success @ 1, Success @ 3, RR @ 10, nDCG @ 10],
        ir_measures.read_trec_qrels(str(tmp_path / "qrels.txt")),
        ir_measures.read_trec_run(str(tmp_path / "run.txt")),
    )
    own = measures(outcomes)
    assert found[Success @ 1] == pytest.approx(1 / 3)
    assert found[Success @ 1] == pytest.approx(own["success@1"].value)
    assert found[Success @ 3] == pytest.approx(own["success@3"].value)
    assert found[RR @ 10] == pytest.approx(own["MRR@10"].value)
    assert found[nDCG @ 10] == pytest.approx(own["nDCG@10"].value)


def test_white_space_in_names_does_not_shift_a_column(tmp_path: Path) -> None:
    write_trec([outcome("my question", found=("my file.txt:0-9",), relevant=("my file.txt:0-9",))], tmp_path)
    assert (tmp_path / "run.txt").read_text() == "my_question Q0 my_file.txt:0-9 1 1.0000 rodedraad\n"
    assert (tmp_path / "qrels.txt").read_text() == "my_question 0 my_file.txt:0-9 1\n"


def test_the_command_names_a_folder_that_cannot_be_made(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("")
    (tmp_path / "mine.jsonl").write_text('{"question": "Wie?", "answerable": false}')
    command = ["eval", "--home", str(home), "--data", str(tmp_path / "mine.jsonl")]
    assert main([*command, "--trec", str(tmp_path / "taken")]) == 2
    assert "taken cannot be made" in capsys.readouterr().err
