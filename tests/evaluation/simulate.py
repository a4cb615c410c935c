"""Simulate: how often the gate fails changes whose effect is known.

    python -m tests.evaluation.simulate [ROUNDS]

A change is made to the recorded outcomes. A neutral one redraws the outcomes of a share of the questions,
each from another question of its kind in its set. A loss gives a share of the questions that were quoted
right the outcome of one that was not.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.evaluation.gate import headlines
from tests.evaluation.judged import Judged, recorded_gold, recorded_held

REDRAWN, LOST = 0.10, 0.02
Rows = Sequence[Judged]


def redraw(rows: Rows, chance: random.Random, share: float = REDRAWN) -> list[Judged]:
    """A share of the questions with the outcomes of others of their kind."""
    others = _by_kind(rows)
    return [_with(j, chance.choice(others[_kind(j)])) if chance.random() < share else j for j in rows]


def lose(rows: Rows, chance: random.Random, share: float = LOST) -> list[Judged]:
    """A share of the questions that were quoted right, with the outcomes of others that were not."""
    wrong = _by_kind([j for j in rows if not j.quoted])
    right = [number for number, j in enumerate(rows) if j.answerable and j.quoted]
    lost = set(chance.sample(right, round(share * len(right))))
    return [_with(j, chance.choice(wrong[_kind(j)])) if n in lost else j for n, j in enumerate(rows)]


CHANGES: dict[str, Callable[[Rows, random.Random], list[Judged]]] = {
    f"{REDRAWN:.0%} redrawn": redraw,
    f"{LOST:.0%} lost": lose,
    f"{REDRAWN:.0%} redrawn, then {LOST:.0%} lost": lambda rows, chance: lose(redraw(rows, chance), chance),
}


def failures(rows: Rows, change: str, rounds: int) -> int:
    """How many of so many changes fail the gate; the same each time."""
    chance = random.Random(change)
    changed = (CHANGES[change](rows, chance) for _ in range(rounds))
    return sum(any(headline.fallen for headline in headlines(rows, now)) for now in changed)


def _kind(j: Judged) -> tuple[str, bool, bool]:
    return j.id.split("/")[0], j.answerable, j.turn > 1


def _by_kind(rows: Rows) -> dict[tuple[str, bool, bool], list[Judged]]:
    found = defaultdict(list)
    for j in rows:
        found[_kind(j)].append(j)
    return found


def _with(j: Judged, other: Judged) -> Judged:
    return replace(
        j, first=other.first, quoted=other.quoted, refused=other.refused, confidence=other.confidence
    )


if __name__ == "__main__":
    recorded = [*recorded_gold(), *recorded_held()]
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for name in CHANGES:
        print(f"{name}: {failures(recorded, name, times)} of {times} fail the gate")
