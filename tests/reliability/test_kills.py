"""Kills: after a hundred SIGKILLs, nothing acknowledged is missing, and nothing half written is visible."""

from tests.reliability.kills import kill_repeatedly


def test_a_hundred_kills_lose_nothing(tmp_path):
    counts = kill_repeatedly(tmp_path / "place", 100)
    assert counts["kills"] == 100
    assert counts["cut off"] > 20
    print(f"\n{counts}")
