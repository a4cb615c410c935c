"""Judged questions: what is recorded of questions that the encoder did not learn from.

They are the gold set and the sets in held/ and fitted/ of index/training/articles, each over its own corpus.
Those in sealed/ are left out: nobody is to see how a change turns them.
The gold set's are in figures.json, a run as `rodedraad eval --save` writes it; those of the others in
held.csv, a line each. Both are written by `python -m tests.evaluation.record` alone.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

from rodedraad.evaluation.ask_gold import Outcome, ask_gold_items
from rodedraad.evaluation.gold_file import FILES, load_gold_items
from rodedraad.evaluation.run_file import Run
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher

RECORD = "python -m tests.evaluation.record"
GOLD_FILE = Path(__file__).parent / "figures.json"
HELD_FILE = Path(__file__).parent / "held.csv"
ARTICLES = Path(__file__).parents[2] / "index" / "training" / "articles"
HELD = sorted(folder for part in ("fitted", "held") for folder in (ARTICLES / part).iterdir())


@dataclass(frozen=True, slots=True)
class Judged:
    """How a question was answered."""

    id: str  # its set, and its id or line there
    digest: str  # of the question and what it wants; another digest is another question
    turn: int  # in its conversation, from 1; 0 for a question asked alone
    answerable: bool
    first: int  # rank of the best passage with the evidence, from 1 to 10; 0 if there is none
    quoted: bool  # a quote answers
    refused: bool
    confidence: float  # three digits

    @property
    def talk(self) -> str:
        """The id without the turn: that of its conversation, or its own."""
        return self.id.removesuffix(f"/{self.turn}")


def judged(name: str, outcomes: Iterable[Outcome]) -> Iterator[Judged]:
    """The outcomes of the set `name`, judged."""
    for o in outcomes:
        wanted = f"{o.question}\n{o.answerable}\n{o.wanted}"
        yield Judged(
            id=f"{name}/{o.id}",
            digest=sha256(wanted.encode()).hexdigest()[:8],
            turn=o.turn,
            answerable=o.answerable,
            first=min(o.ranks, default=0),
            quoted=o.answered and not o.abstained,
            refused=o.abstained,
            confidence=round(o.confidence, 3),
        )


def ask_held(folder: Path, is_asked: Callable[[str], bool] = bool) -> list[Judged]:
    """Index a held corpus and ask its questions and conversations, or those of whose ids that is true."""
    name = f"{folder.parent.name}/{folder.name}"
    items = [
        item for item in load_gold_items(folder / file for file in FILES) if is_asked(f"{name}/{item[0]}")
    ]
    with TemporaryDirectory() as home:
        reindex(folder / "corpus", Path(home))
        return list(judged(name, ask_gold_items(Searcher.open(Path(home)), items, lambda done, total: None)))


def is_drawn(talk: str) -> bool:
    """Whether a held question or conversation is in the third that is asked at every test."""
    return crc32(talk.encode()) % 3 == 0


def recorded_gold() -> list[Judged]:
    """The recorded outcomes of the gold set."""
    return list(judged("gold", Run.load(GOLD_FILE).outcomes))


def recorded_held(path: Path = HELD_FILE) -> list[Judged]:
    """The recorded outcomes of the held sets."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Judged(
                id=row["id"],
                digest=row["digest"],
                turn=int(row["turn"]),
                answerable=row["answerable"] == "1",
                first=int(row["first"]),
                quoted=row["quoted"] == "1",
                refused=row["refused"] == "1",
                confidence=float(row["confidence"]),
            )
            for row in csv.DictReader(file)
        ]


def write_held(rows: Sequence[Judged], path: Path = HELD_FILE) -> None:
    """Write judged questions as a table, a line each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Judged))
        for row in map(astuple, rows):
            writer.writerow(int(value) if isinstance(value, bool) else value for value in row)
