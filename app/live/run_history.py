"""Run history: the results of the gold questions over the open index: the last run and the one before.

They are HOME/evaluation.json and HOME/evaluation-before.json, as `rodedraad eval --save` writes them.
"""

import shlex
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from rodedraad.evaluation.ask_gold import ask_gold_items
from rodedraad.evaluation.compare_runs import Comparison, compare
from rodedraad.evaluation.gold_file import FILES, GOLD, OWN, GoldItem, load_gold_items
from rodedraad.evaluation.metrics import Figure
from rodedraad.evaluation.run_file import Run
from rodedraad.index.evidence_match import squash
from rodedraad.index.files.safe_files import replace_file
from rodedraad.index.progress import OnProgress, Progress
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.live_index import LiveIndex


@dataclass(frozen=True, slots=True)
class Kept:
    """A run that was kept, with what it amounts to."""

    run: Run
    figures: dict[str, dict[str, Figure]]
    comparison: Comparison | None  # with the run before, where there is one of the same questions
    time: datetime  # when it ended, in UTC


class RunHistory:
    """The runs of an open index. One may be made at a time, and read meanwhile."""

    def __init__(self, index: LiveIndex) -> None:
        self._index = index
        self.own = index.home / OWN
        self._last = index.home / "evaluation.json"
        self._before = index.home / "evaluation-before.json"

    @property
    def kept(self) -> bool:
        """Whether there is a run."""
        return self._last.exists()

    def count(self) -> int:
        """How many gold questions there are to ask; raises RodeDraadError when a line is none."""
        return sum(len(line.get("turns", [line])) for _, items in self._sets() for _, line in items)

    def make(self, progress: OnProgress) -> int:
        """Ask the gold questions, and keep the run, if there are any; how many they are.

        The last run becomes the one before. Raises RodeDraadError when a question cannot be asked, or
        the run cannot be kept.
        """
        sets = self._sets()
        if not sets:
            return 0
        items = [item for _, items in sets for item in items]
        searcher = self._index.searcher()
        outcomes = ask_gold_items(
            searcher, items, lambda done, total: progress(Progress("Asking", done, total))
        )
        run = Run.of(searcher, outcomes, " && ".join(command for command, _ in sets))
        new = self._last.with_name(f"{self._last.name}.new")
        run.save(new)
        try:
            if self.kept:
                replace_file(self._before, self._last.read_bytes())
            new.replace(self._last)
        except OSError as error:
            raise RodeDraadError(f"{self._last} cannot be written ({error.strerror}).") from error
        return len(outcomes)

    def last(self) -> Kept | None:
        """The last run, if there is one; raises RodeDraadError when its file cannot be read."""
        return _read(self._last, self._before, self._last.stat().st_mtime_ns) if self.kept else None

    def _sets(self) -> list[tuple[str, list[GoldItem]]]:
        """The questions and conversations to ask, each set after the command that asks it.

        They are those of the home, and the shipped ones where the documents are the shipped ones.
        """
        own = load_gold_items([self.own])
        shipped = load_gold_items(GOLD / name for name in FILES)
        if not _hold(self._index.searcher().generation, shipped):
            shipped = []
        sets = [
            ("rodedraad eval", shipped),
            (shlex.join(["rodedraad", "eval", "--data", str(self.own)]), own),
        ]
        return [(command, items) for command, items in sets if items]


@lru_cache(maxsize=1)  # the figures take a second
def _read(last: Path, before: Path, time_ns: int) -> Kept:
    run = Run.load(last)
    comparison = None
    with suppress(RodeDraadError):  # there is no run before, or none of the same questions
        comparison = compare(Run.load(before), run)
    return Kept(run, run.figures(), comparison, datetime.fromtimestamp(time_ns / 1e9, UTC))


def _hold(generation: Snapshot, items: list[GoldItem]) -> bool:
    """Whether the documents that gold lines name are there, and hold their evidence."""
    spans: dict[str, list[str]] = {}
    for _, line in items:
        for turn in line.get("turns", [line]):
            if turn["answerable"]:
                spans.setdefault(turn.get("doc", ""), []).extend(map(squash, turn["evidence"]))
    numbers = {entry.path: number for number, entry in enumerate(generation.manifest.documents)}
    if not spans.keys() <= numbers.keys():
        return False
    texts = {id: squash(generation.document(numbers[id])[0].text) for id in spans}
    return all(span in texts[id] for id, evidence in spans.items() for span in evidence)
