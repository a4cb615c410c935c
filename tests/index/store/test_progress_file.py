"""Progress file: others see that an indexing runs, since when and how far, and that none does."""

import time
from pathlib import Path

from rodedraad.index.build import reindex
from rodedraad.index.progress import READING, WRITING, Progress
from rodedraad.index.store.progress_file import RUNNING, Running, running, told_to_others


def test_an_indexing_is_seen_while_it_runs_and_not_after(place: Path) -> None:
    home, seen = place / "home", []

    def look(now: Progress) -> None:
        seen.append(running(home))

    (place / "corpus" / "nieuw.txt").write_text("De kaas rijpt in de kelder.", "utf-8")
    before = time.time()
    reindex(place / "corpus", home, look)
    first, *_, last = seen
    assert first is not None
    assert before <= first.since <= time.time()
    assert first.progress == Progress(READING, 0, 1)
    assert last is not None
    assert last.progress.step == WRITING
    assert running(home) is None
    assert not (home / RUNNING).exists()


def test_a_later_state_replaces_an_earlier_one(tmp_path: Path) -> None:
    with told_to_others(tmp_path, lambda now: None) as tell:
        tell(Progress(READING, 3, 20, 65.5))
        first = running(tmp_path)
        tell(Progress(WRITING, 0, 1))
        second = running(tmp_path)
    assert first is not None
    assert first.progress == Progress(READING, 3, 20, 65.5)
    assert second == Running(first.since, Progress(WRITING, 0, 1))


def test_a_file_that_a_killed_process_left_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / RUNNING).write_text('{"since": 1, "progress": {"step": "a", "done": 1, "total": 2}}')
    assert running(tmp_path) is None
    with told_to_others(tmp_path, lambda now: None) as tell:
        assert running(tmp_path) is None  # it is just beginning
        tell(Progress(READING, 0, 1))
        assert running(tmp_path) is not None
    assert not (tmp_path / RUNNING).exists()


def test_what_cannot_be_told_to_others_is_no_error(place: Path) -> None:
    (place / "home" / RUNNING).mkdir()
    (place / "corpus" / "nieuw.txt").write_text("De kaas rijpt in de kelder.", "utf-8")
    assert reindex(place / "corpus", place / "home").added == ["nieuw.txt"]
    assert running(place / "home") is None
