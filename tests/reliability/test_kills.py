"""Kills: nothing acknowledged is ever missing, and nothing is half there, after a hundred SIGKILLs."""

from tests.reliability.kills import kill_repeatedly


def test_a_hundred_kills_lose_nothing(tmp_path):
    counts = kill_repeatedly(tmp_path / "place", 100)
    assert counts["kills"] == 100
    assert counts["cut off"] > 20
    print(f"\n{counts}")
