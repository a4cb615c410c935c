"""Power cuts: at every operation the power fails, and what was not yet synced is lost.

    python -m pytest tests/reliability/test_power.py -s

prints how many were tried. After Lucene's model: a file that was not synced since it was written is
removed, cut short, zeroed or has a bit flipped; a name that was made, changed or removed in a folder
not synced since is, in one more try, as it was before. Afterwards the index is the old one or the new
one, and after a re-index has reported that it is done, the new one.
"""

import json
import os
import shutil
from collections import Counter

from tests.reliability.harness import DIED, NEW, OLD, contents_now_and_next, index_with, run


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


HARMS = [remove, cut_short, zero, flip]


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def unsynced(home, before, synced):
    """The files that were not synced since they were written."""
    found = []
    for path in files_below(home):
        status = path.stat()
        if status.st_ino not in before and (status.st_ino, status.st_size, status.st_mtime_ns) not in synced:
            found.append(path)
    return found


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


def cut_power(copy, made, number):
    """Re-index up to an operation; which files were not synced, and the arguments of `lose_names`."""
    home, report = copy / "home", copy / "report"
    before = {path.lstat().st_ino: made / path.relative_to(copy) for path in home.rglob("*")}
    assert run(index_with, copy, number, DIED, str(report)) == DIED
    synced, listings = json.loads(report.read_text("utf-8"))
    return unsynced(home, before, {tuple(facts) for facts in synced}), (listings, before)


def losses(cut, made, number, copy):
    """The place after each way to lose what was not synced, with its name and the number of files lost."""
    lost, names = cut_power(cut, made, number)
    for harm in HARMS:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(cut, copy)
        for path in lost:
            harm(copy / path.relative_to(cut))
        yield harm.__name__, copy, len(lost)
    for path in lost:
        flip(path)
    lose_names(cut / "home", cut / "home", *names)  # not in a copy, which has other inodes
    yield "names", cut, len(lost)


def state(home):
    """The folders of an index home, and its files with their bytes."""
    return {path.relative_to(home): path.is_file() and path.read_bytes() for path in home.rglob("*")}


def test_after_a_power_cut_at_any_operation_the_index_is_the_old_or_the_new_one(place, made, tmp_path):
    outcome, names = run(index_with, place(), -1, DIED)
    assert outcome == "done"
    published = names.index("replace") + 2  # the operation after the folder's sync
    lost, before = Counter(), Counter()
    tries = 0
    for number in range(len(names)):
        tried = []  # states, and what was found in each: two harms of the same files may do the same
        for harm, copy, count in losses(place(), made, number, tmp_path / "copy"):
            left, told = state(copy / "home"), (harm, number, names[number])
            found = next((found for known, found in tried if known == left), None)
            if found is None:
                found, mended = run(contents_now_and_next, copy)
                assert found == NEW if number >= published else found in (OLD, NEW), (told, found)
                assert mended == NEW, told
                tried.append((left, found))
            lost[harm] += count
            before[harm] += found == OLD
        tries += len(tried)
    assert len(lost) == len(HARMS) + 1
    assert min(lost.values()) > 50
    assert min(before.values()) > 30
    print(f"\n{len(names)} power cuts, {tries} states of the disk, no document lost: {dict(lost)}")
