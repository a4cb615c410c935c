"""Model benchmark: the figures of a model on small sets that the test makes."""

import json
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.evaluation import model_benchmark
from rodedraad.evaluation.model_benchmark import bench_model
from rodedraad.ingest.errors import RodeDraadError

SENTENCES = {
    "nl": ["De boer plukt koffie.", "De dokter werkt in de stad.", "Het goud ligt in de rivier."],
    "en": ["The farmer picks coffee.", "The doctor works in the city.", "The gold lies in the river."],
}
QUESTIONS = {
    "nl": ["Wie plukt koffie?", "Waar werkt de dokter?", "Waar ligt het goud?"],
    "en": ["Who picks coffee?", "Where does the doctor work?", "Where does the gold lie?"],
}


@pytest.fixture(autouse=True)
def few_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The speed is measured over few texts."""
    monkeypatch.setattr(model_benchmark, "SPEED_TEXTS", 32)


def write_sets(folder: Path, others: int = 0) -> None:
    """XQuAD and FLORES of three texts in two languages, and `others` passages without a question."""
    (folder / "xquad").mkdir()
    (folder / "flores").mkdir()
    for language in ("nl", "en"):
        rows = [
            {"passage": text, "questions": [{"question": question}]}
            for text, question in zip(SENTENCES[language], QUESTIONS[language], strict=True)
        ]
        rows += [{"passage": f"De koffie van dorp {n} kost {n} sol.", "questions": []} for n in range(others)]
        (folder / f"xquad/{language}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
        (folder / f"flores/{language}.txt").write_text("\n".join(SENTENCES[language]), "utf-8")


@pytest.mark.slow
def test_easy_sets_are_all_found(tmp_path: Path, corpus: Path) -> None:
    write_sets(tmp_path)
    figures = bench_model(tmp_path, corpus, "", lambda now: None)
    assert figures["XQuAD nl→nl together recall@1"] == 1.0
    assert figures["XQuAD en→nl together recall@1"] == 1.0
    assert figures["XQuAD en→nl dense recall@5"] == 1.0
    assert figures["FLORES nl→en accuracy"] == 1.0
    assert figures["FLORES en→nl accuracy"] == 1.0
    assert figures["passages encoded a second"] > 1
    assert "gold success@3" not in figures


@pytest.mark.slow
def test_a_passage_that_no_signal_proposes_is_not_found(tmp_path: Path, corpus: Path) -> None:
    """Each signal proposes 200 passages; a set may hold more, and its questions ask for others."""
    write_sets(tmp_path, others=450)
    rows = (tmp_path / "xquad/nl.jsonl").read_text("utf-8").splitlines()
    wrong = {"passage": "Zwijgen.", "questions": [{"question": "Wat kost de koffie van dorp 7?"}]}
    (tmp_path / "xquad/nl.jsonl").write_text("\n".join([*rows, json.dumps(wrong)]), "utf-8")
    figures = bench_model(tmp_path, corpus, "", lambda now: None)
    assert figures["XQuAD nl→nl together recall@1"] == 0.75


def test_a_folder_without_sets_is_told_so(tmp_path: Path, corpus: Path) -> None:
    with pytest.raises(RodeDraadError, match="has no xquad/, no flores/ and no questions"):
        bench_model(tmp_path, corpus, "", lambda now: None)


@pytest.mark.slow
def test_the_command_prints_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "flores").mkdir()
    for language in ("nl", "en"):
        (tmp_path / f"flores/{language}.txt").write_text("\n".join(SENTENCES[language]), "utf-8")
    assert main(["bench", "model", "--data", str(tmp_path)]) == 0
    assert "FLORES nl→en accuracy" in capsys.readouterr().out


@pytest.mark.slow
def test_a_model_that_there_is_not_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "model", "--data", str(tmp_path), "--model", str(tmp_path / "none")]) == 2
    assert "cannot be loaded" in capsys.readouterr().err
