"""Run file: what is written comes back, and a file that is none is refused."""

import json
from pathlib import Path

import pytest

from rodedraad.evaluation.run_file import Run
from rodedraad.ingest.errors import RodeDraadError
from tests.evaluation.test_report_html import outcome, ranked, run


def test_a_run_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    made = run(outcome("é"), outcome("b", answerable=False, **ranked(), quotes=()))
    made.save(tmp_path / "run.json")
    assert Run.load(tmp_path / "run.json") == made
    text = (tmp_path / "run.json").read_text("utf-8")
    assert len([line for line in text.splitlines() if line.startswith('{"id": ')]) == 2
    content = json.loads(text)
    assert content["figures"]["all"]["success@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "count": 1}
    assert content["figures"]["kind: number"]["success@1"]["count"] == 1
    assert "NaN" not in text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 1}', '{"format": 3, "command": "", "made_by": {}, "outcomes": [{}]}']
)
def test_a_file_that_is_no_run_is_told_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, "utf-8")
    with pytest.raises(RodeDraadError, match=r"run\.json is not a run of rodedraad eval --save"):
        Run.load(tmp_path / "run.json")


def test_a_run_that_is_not_there_or_cannot_be_written_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(RodeDraadError, match=r"no\.json cannot be read \(No such file"):
        Run.load(tmp_path / "no.json")
    with pytest.raises(RodeDraadError, match="cannot be written"):
        run(outcome("a")).save(tmp_path)
