"""Training data: JSON lines, and pairs of texts of one meaning, cut into batches of like length."""

import gzip
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

Row = TypeVar("Row")

ARTICLES = Path(__file__).parent / "articles"

LONGEST = 900
"""Characters of the longest text."""
MATCHES = (("pairs/*.nl-*.tsv.gz", 40_000), ("qa/*.tsv.gz", 40_000), ("dict/*.nl-*.tsv.gz", 15_000))
"""Files for word-by-word matching, and most rows taken of each."""
MONOTONOUS = frozenset({"acquis", "eforms-sdk", "nl-law-title", "medquad", "omw"})
"""Sources of which a few thousand rows a file are enough."""


class Pair(NamedTuple):
    """Two texts of one meaning, or a question and what answers it."""

    text: str
    target: str


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file; none without it."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def read_rows(file: Path) -> list[tuple[str, str]]:
    """The two columns of a gzipped table, one row a line."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return [(row[0], row[1]) for row in rows if len(row) == 2 and row[0] and row[1]]


def read_matches(folder: Path, seed: int) -> list[Pair]:
    """Pairs of one meaning in Dutch and another language, and of question and passage; source by source."""
    rng = random.Random(seed)
    found: list[Pair] = []
    for pattern, most in MATCHES:
        for file in sorted(folder.glob(pattern)):
            rows = [row for row in read_rows(file) if row[0] != row[1]]
            cap = min(most, 4_000) if file.name.split(".")[0] in MONOTONOUS else most
            chosen = rng.sample(rows, min(cap, len(rows)))
            found += [Pair(text[:LONGEST], target[:LONGEST]) for text, target in chosen]
    return found


def of_like_length(
    rows: Sequence[Row],
    length: Callable[[Row], int],
    padded: int,
    window: int,
    most: int,
    rng: random.Random,
) -> list[list[Row]]:
    """Shuffled batches of rows of like length, each from one window of the order given.

    A batch has at most `most` rows, and at most the length `padded` when all are padded to the longest.
    """
    found: list[list[Row]] = []
    for start in range(0, len(rows), window):
        batch: list[Row] = []
        for row in sorted(rows[start : start + window], key=length):
            if batch and (len(batch) == most or (len(batch) + 1) * length(row) > padded):
                found.append(batch)
                batch = []
            batch.append(row)
        found.append(batch)
    rng.shuffle(found)
    return found
