"""Power cuts: at every operation the power fails, and what was not yet synced is lost.

    python -m pytest tests/reliability/test_power.py -s

prints how many were tried. After Lucene's model: a file that was not synced since it was written is
removed, cut short, zeroed or has a bit flipped; a name that was made, changed or removed in a folder
not synced since is, in one more try, as it was before. Afterwards the index is the old one or the new
one, and once a re-index said that it was done, the new one.
"""

import json
import os
import shutil

import pytest

from tests.reliability.harness import DIED, NEW, OLD, contents, index_and_read, index_with, run


def remove(path):
    path.unlink()


def cut_short(path):
    os.truncate(path, path.stat().st_size // 2)


def zero(path):
    path.write_bytes(bytes(path.stat().st_size))


def flip(path):
    data = bytearray(path.read_bytes())
    if data:
        data[len(data) // 2] ^= 16
    path.write_bytes(data)


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def lose_contents(home, before, synced, harm):
    """Damage each file that was not synced since it was written; their number."""
    lost = 0
    for path in files_below(home):
        status = path.stat()
        if status.st_ino not in before and (status.st_ino, status.st_size, status.st_mtime_ns) not in synced:
            harm(path)
            lost += 1
    return lost


def lose_names(home, folder, listings, backup):
    """Put the names in a folder, and in those below, back to what its last sync saw."""
    names = listings.get(str(folder), {})
    for path in list(folder.iterdir()):
        if names.get(path.name) != path.lstat().st_ino:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, inode in names.items():
        path = folder / name
        if not path.exists() and inode in backup:
            source = backup[inode]
            shutil.copytree(source, path) if source.is_dir() else shutil.copy2(source, path)
    for path in folder.iterdir():
        if path.is_dir() and str(path) in listings:
            lose_names(home, path, listings, backup)


def cut_power(copy, made, number, harm):
    """Re-index up to an operation, and lose what was not synced; the number of damaged files."""
    home, report = copy / "home", copy / "report"
    before = {path.lstat().st_ino: made / path.relative_to(copy) for path in home.rglob("*")}
    assert run(index_with, copy, number, DIED, str(report)) == DIED
    synced, listings = json.loads(report.read_text("utf-8"))
    lost = lose_contents(home, before, {tuple(facts) for facts in synced}, harm or flip)
    if harm is None:
        lose_names(home, home, listings, before)
    return lost


@pytest.mark.parametrize("harm", [remove, cut_short, zero, flip, None])
def test_after_a_power_cut_at_any_operation_the_index_is_the_old_or_the_new_one(place, made, harm):
    outcome, names = run(index_with, place(), -1, DIED)
    assert outcome == "done"
    published = names.index("replace") + 2  # the operation after the folder's sync
    lost, before = 0, 0
    for number in range(len(names)):
        copy = place()
        lost += cut_power(copy, made, number, harm)
        found = run(contents, copy)
        assert found == NEW if number >= published else found in (OLD, NEW), (number, names[number], found)
        before += found == OLD
        assert run(index_and_read, copy) == NEW, (number, names[number])
    assert lost > 50
    assert before > 30
    print(f"\n{len(names)} power cuts, {lost} files lost or harmed, no document lost")
