"""A full disk: no file can grow past a size, for every writer, tantivy's included."""

import shutil
import subprocess
from contextlib import contextmanager

import pytest

from tests.reliability.harness import NEW, OLD, contents, contents_now_and_next, index, index_limited, run

SIZES = [0, 1, 10, 50, 100, 150, 200, 250, 300, 400, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 8_000]


def test_whatever_size_files_may_have_the_index_is_the_old_or_the_new_one(place):
    failed = 0
    for size in SIZES:
        copy = place()
        outcome = run(index_limited, copy, size)
        found, mended = run(contents_now_and_next, copy)
        assert found == (NEW if outcome == "done" else OLD), (size, outcome, found)
        if outcome != "done":
            assert "cannot be written" in outcome, (size, outcome)
            failed += 1
        assert mended == NEW, size
    assert failed > 10
    print(f"\n{failed} sizes of {len(SIZES)} were too small")


@contextmanager
def small_disk(folder, pages):
    """A file system of a number of 4 kB pages, mounted on a folder."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={pages * 4096}", "none", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can mount a small file system here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def pages_of(folder):
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return sum(-(-size // 4096) for size in sizes)


def test_whatever_room_is_left_on_the_disk_the_index_is_the_old_or_the_new_one(made, tmp_path):
    needed, outcomes = pages_of(made), []
    for room in range(0, 45, 3):
        with small_disk(tmp_path, needed + room):
            copy = tmp_path / "place"
            shutil.copytree(made, copy)
            outcome = run(index, copy)
            found = run(contents, copy)
        assert found == (NEW if outcome == "done" else OLD), (room, outcome, found)
        if outcome != "done":
            assert "cannot be written" in outcome, (room, outcome)
        outcomes.append(outcome)
    assert "done" in outcomes
    assert len(outcomes) - outcomes.count("done") > 5
