"""Places: an index that was moved, and one whose folder lies among the documents."""

import shutil
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.search import Searcher
from rodedraad.index.states import is_outdated
from rodedraad.ingest.corpus_folder import find_source, scan

pytestmark = pytest.mark.usefixtures("no_parser_process")


def make(corpus: Path, home: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    home.mkdir(parents=True)
    (home / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    for name in ("koffie", "wol"):
        (corpus / f"{name}.txt").write_text(f"De boeren verkopen {name}.", "utf-8")


def best(home: Path, question: str) -> str:
    searcher = Searcher.open(home)
    return searcher.search(searcher.query(question), 1)[0].passage.text


def test_an_index_that_was_moved_answers_and_is_updated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "corpus", tmp_path / "home")
    reindex(tmp_path / "corpus", tmp_path / "home")
    moved = tmp_path / "elders" / "map met spaties é"
    moved.parent.mkdir()
    shutil.move(tmp_path / "home", moved)
    shutil.move(tmp_path / "corpus", tmp_path / "elders" / "corpus")
    folders = ["--corpus", str(tmp_path / "elders" / "corpus"), "--home", str(moved)]
    assert main(["check", *folders]) == 0
    assert best(moved, "Wie verkoopt wol?") == "De boeren verkopen wol."
    capsys.readouterr()
    assert main(["index", *folders]) == 0
    assert "documents: 2 unchanged." in capsys.readouterr().err
    assert (moved / "CURRENT").read_text() == "000001\n"
    (tmp_path / "elders" / "corpus" / "lama.txt").write_text("De boeren verkopen lama's.", "utf-8")
    assert main(["index", *folders]) == 0
    assert main(["check", *folders]) == 0
    assert best(moved, "Wie verkoopt lama's?") == "De boeren verkopen lama's."
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("name", ["index", "map/index", ".rodedraad"])
def test_an_index_among_the_documents_is_no_document(tmp_path: Path, name: str) -> None:
    corpus, home = tmp_path, tmp_path / name
    make(corpus, home)
    for _ in range(3):
        report = reindex(corpus, home)
    assert (report.unchanged, report.added, report.passed_over) == (["koffie.txt", "wol.txt"], [], [])
    assert (home / "CURRENT").read_text() == "000001\n"
    (home / "README.md").write_text("Over het model.", "utf-8")
    assert [source.id for source in scan(corpus)[0]] == ["koffie.txt", "wol.txt"]
    assert find_source(corpus, f"{name}/README.md") is None
    searcher = Searcher.open(home)
    assert not is_outdated(searcher.generation, corpus)
    assert best(home, "Wie verkoopt wol?") == "De boeren verkopen wol."


def test_an_index_in_the_folder_of_documents_itself_indexes_the_documents(tmp_path: Path) -> None:
    make(tmp_path, tmp_path / "weg")
    shutil.move(tmp_path / "weg" / "settings.toml", tmp_path / "settings.toml")
    (tmp_path / "weg").rmdir()
    reindex(tmp_path, tmp_path)
    (tmp_path / "candidates.jsonl").write_text('{"question": "Wat?"}\n')
    report = reindex(tmp_path, tmp_path)
    assert report.added == []
    assert report.unchanged == ["koffie.txt", "wol.txt"]
    assert (tmp_path / "CURRENT").read_text() == "000001\n"
    assert best(tmp_path, "Wie verkoopt wol?") == "De boeren verkopen wol."
