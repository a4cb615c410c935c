"""Faults: every operation on a file fails once, and the process dies once at every one of them.

    python -m pytest tests/reliability/test_faults.py -s

prints how many were tried. Afterwards the index is the old one or the new one, to the letter, and
the next re-index succeeds and leaves nothing behind.
"""

import pytest

from tests.reliability.harness import (
    DIED,
    ERRORS,
    NEW,
    OLD,
    contents_now_and_next,
    index_in_parts_with,
    index_with,
    run,
)

EVERY = 10
"""Of the operations between parts one in so many fails."""


def operations(place, way=index_with):
    """The names of the operations that a re-index without a fault performs."""
    outcome, names = run(way, place(), -1, DIED)
    assert outcome == "done"
    return names


def found_before_the_next(copy, told):
    """The contents before the next re-index, which makes the new index of them, and leaves no more."""
    found, mended = run(contents_now_and_next, copy)
    assert mended == NEW, told
    assert len(list((copy / "home" / "generations").iterdir())) == 1, told
    assert sorted(path.name for path in (copy / "home").iterdir()) == [
        "CURRENT",
        "generations",
        "settings.toml",
        "writer.lock",
    ]
    return found


def test_a_re_index_performs_every_kind_of_operation(place):
    names = operations(place)
    assert len(names) > 60
    assert set(names) == {"open", "write", "fsync", "link", "replace", "unlink", "mkdir", "rmdir"}


@pytest.mark.parametrize("fault", ["EIO", "ENOSPC", DIED])
def test_after_a_fault_at_any_operation_the_index_is_the_old_or_the_new_one(place, fault):
    names = operations(place)
    before = after = 0
    for number, name in enumerate(names):
        copy = place()
        outcome = run(index_with, copy, number, ERRORS.get(fault, DIED))
        told = (fault, number, name, outcome)
        if fault == DIED:
            assert outcome == DIED, told
        elif outcome[0] != "done":
            assert "cannot be written" in outcome[0], told
        found = found_before_the_next(copy, told)
        assert found in (OLD, NEW), told
        before, after = before + (found == OLD), after + (found == NEW)
        if fault != DIED and outcome[0] == "done":
            assert found == NEW, told
    assert before > 30
    assert after > 5
    print(f"\n{fault}: {len(names)} operations failed; {before} times the old index, {after} times the new")


@pytest.mark.parametrize("fault", ["ENOSPC", DIED])
def test_after_a_fault_while_tokens_are_written_the_index_is_the_old_or_the_new_one(place, fault):
    def by_bundled():
        copy = place()  # embedded again by the bundled model, which has tokens to store
        (copy / "home" / "settings.toml").write_text("passage_size = 100\n", "utf-8")
        return copy

    names = operations(by_bundled)
    writes = [number for number, name in enumerate(names) if name == "write"][
        :4
    ]  # the four files of a segment
    for number in writes:
        copy = by_bundled()
        outcome = run(index_with, copy, number, ERRORS.get(fault, DIED))
        assert outcome == DIED if fault == DIED else "cannot be written" in outcome[0]
        found = found_before_the_next(copy, (fault, number))
        assert "settings.toml now names 'bundled'" in found, (fault, number)  # the old one


@pytest.mark.parametrize("fault", ["ENOSPC", DIED])
def test_after_a_fault_between_parts_each_document_is_the_old_or_the_new_one(place, fault):
    names = operations(place, index_in_parts_with)
    assert names.count("replace") == 4  # one for each of three documents, and one without those that are gone
    between = 0
    for number in range(0, len(names), EVERY):
        copy = place()
        outcome = run(index_in_parts_with, copy, number, ERRORS.get(fault, DIED))
        told = (fault, number, names[number], outcome)
        found = found_before_the_next(copy, told)
        assert OLD.keys() & NEW.keys() <= found.keys() <= OLD.keys() | NEW.keys(), told
        assert all(text in (OLD.get(id), NEW.get(id)) for id, text in found.items()), told
        assert OLD["herfst.txt"] in found.values(), told  # which was renamed
        between += found not in (OLD, NEW)
    assert between > 5
    print(f"\n{fault}: {len(range(0, len(names), EVERY))} operations failed; {between} times between parts")
