"""Record: ask every question that the gate compares, and replace the recorded outcomes.

    python -m tests.evaluation.record

prints each headline measure as it was and as it is, and the questions that turned. Commit
tests/evaluation/figures.json and tests/evaluation/held.csv with the change that moved them, and give the
reason.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from rodedraad.evaluation.ask_gold import evaluate
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.evaluation.run_file import Run
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from tests.conftest import CORPUS
from tests.evaluation.gate import FLOORS, below_floor, headlines, turned
from tests.evaluation.judged import (
    GOLD_FILE,
    HELD,
    RECORD,
    Judged,
    ask_held,
    judged,
    recorded_gold,
    recorded_held,
    write_held,
)


def main() -> None:
    with TemporaryDirectory() as home:
        reindex(CORPUS, Path(home))
        searcher = Searcher.open(Path(home))
        run = Run.of(searcher, evaluate(searcher, GOLD), RECORD)
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        held = list(chain.from_iterable(processes.map(ask_held, HELD)))
    print_changes([*recorded_gold(), *recorded_held()], [*judged("gold", run.outcomes), *held])
    run.save(GOLD_FILE)
    write_held(held)


def print_changes(before: Sequence[Judged], now: Sequence[Judged]) -> None:
    """Print what the outcomes `now` replace."""
    then = {(j.id, j.digest): j for j in before}
    pairs = [(then[j.id, j.digest], j) for j in now if (j.id, j.digest) in then]
    print(f"{len(pairs)} questions as before, {len(now) - len(pairs)} new, {len(before) - len(pairs)} gone")
    found = headlines(*zip(*pairs, strict=True))
    print(*found, sep="\n")
    for headline in below_floor(found):
        print(f"{headline.measure} is below its floor of {FLOORS[headline.measure]}.")
    print(*turned(pairs), sep="\n")


if __name__ == "__main__":
    main()
