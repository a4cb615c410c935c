"""Run history: which gold questions are asked of which corpus, and a last run that outlives the server."""

import json
import shutil
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.progress import Progress
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_index import LiveIndex
from rodedraad.live.run_history import RunHistory

pytestmark = pytest.mark.usefixtures("no_parser_process")

TEXT = "Een kaartje voor de kabelbaan van Chachapoyas kost twintig sol."
TICKET = {
    "id": "t",
    "question": "Wat kost een kaartje?",
    "answerable": True,
    "evidence": ["kost twintig sol"],
}
OTHER = {"id": "o", "question": "Wie wonnen er in 1998?", "answerable": False}


def write(home: Path, *lines: dict[str, object]) -> None:
    (home / "gold.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The home of an index of one document of one's own."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "kabelbaan.txt").write_text(TEXT, "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    return tmp_path / "home"


def test_the_shipped_questions_are_for_the_shipped_documents(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    assert RunHistory(LiveIndex(tmp_path / "home")).count() == 204  # 160 alone, 44 turns
    write(tmp_path / "home", TICKET, {"turns": [OTHER, OTHER]})
    assert RunHistory(LiveIndex(tmp_path / "home")).count() == 207


@pytest.mark.parametrize("missing", ["peru-partnerland.txt", "225.000 gezinnen"])
def test_without_one_of_their_documents_or_its_evidence_they_are_not(
    corpus: Path, home: Path, tmp_path: Path, missing: str
) -> None:
    mine = tmp_path / "corpus"
    mine.mkdir()
    for path in corpus.glob("*.txt"):
        if path.name != missing:
            text = path.read_bytes().decode(errors="replace").replace(missing, "enkele mensen")
            (mine / path.name).write_text(text, "utf-8")
    shutil.copytree(home, tmp_path / "home")
    reindex(mine, tmp_path / "home")
    assert RunHistory(LiveIndex(tmp_path / "home")).count() == 0


def test_without_questions_nothing_is_asked_and_nothing_kept(own: Path) -> None:
    runs = RunHistory(LiveIndex(own))
    assert runs.make(lambda *now: None) == 0
    assert runs.last() is None
    assert not runs.kept


def test_a_run_is_kept_and_the_next_is_compared_with_it_also_by_another_server(own: Path) -> None:
    write(own, TICKET)
    seen: list[Progress] = []
    assert RunHistory(LiveIndex(own)).make(seen.append) == 1
    assert seen == [Progress("Asking", 0, 1), Progress("Asking", 1, 1)]
    first = RunHistory(LiveIndex(own)).last()
    assert first is not None
    assert first.comparison is None
    assert first.run.command == f"rodedraad eval --data {own / 'gold.jsonl'}"
    assert first.figures["all"]["success@1"].value == 1.0
    write(own, TICKET, OTHER)
    RunHistory(LiveIndex(own)).make(lambda *now: None)
    second = RunHistory(LiveIndex(own)).last()
    assert second is not None
    assert second.comparison is not None
    assert second.comparison.unpaired == 1
    assert {change.p for change in second.comparison.changes} == {1.0}
    assert second.time >= first.time


def test_runs_without_a_question_in_common_are_not_compared(own: Path) -> None:
    for line in (TICKET, OTHER):
        write(own, line)
        RunHistory(LiveIndex(own)).make(lambda *now: None)
    last = RunHistory(LiveIndex(own)).last()
    assert last is not None
    assert [outcome.id for outcome in last.run.outcomes] == ["o"]
    assert last.comparison is None


def test_what_is_wrong_with_the_files_is_told_and_a_new_run_mends_it(own: Path) -> None:
    runs = RunHistory(LiveIndex(own))
    write(own, TICKET, TICKET)
    with pytest.raises(RodeDraadError, match="have the id 't'"):
        runs.make(lambda *now: None)
    write(own, {"question": "Wat?"})
    with pytest.raises(RodeDraadError, match=r"gold\.jsonl, line 1, is not a gold question"):
        runs.count()
    write(own, TICKET)
    (own / "evaluation.json").write_text("{}", "utf-8")
    with pytest.raises(RodeDraadError, match=r"evaluation\.json is not a run"):
        runs.last()
    runs.make(lambda *now: None)
    last = runs.last()
    assert last is not None
    assert last.comparison is None
