"""Training data: JSON lines, and pairs of texts of one meaning, cut into batches of like length."""

import gzip
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

Item = TypeVar("Item")

ARTICLES = Path(__file__).parent / "articles"

LONGEST_TRAINING_TEXT = 900
"""Characters of the longest text."""
MATCH_FILES = (("pairs/*.nl-*.tsv.gz", 40_000), ("qa/*.tsv.gz", 40_000), ("dict/*.nl-*.tsv.gz", 15_000))
"""Files for word-by-word matching, and most rows taken of each."""
MONOTONOUS = frozenset({"acquis", "eforms-sdk", "nl-law-title", "medquad", "omw"})
"""Sources of which a few thousand rows a file are enough."""


class TextPair(NamedTuple):
    """Two texts of one meaning, or a question and what answers it."""

    text: str
    target: str


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file; none without it."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def read_pairs(file: Path) -> list[tuple[str, str]]:
    """The two columns of a gzipped table, one row a line."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return [(row[0], row[1]) for row in rows if len(row) == 2 and row[0] and row[1]]


def read_matches(folder: Path, seed: int) -> list[TextPair]:
    """Pairs of one meaning in Dutch and another language, and of question and passage; source by source."""
    rng = random.Random(seed)
    found: list[TextPair] = []
    for pattern, most in MATCH_FILES:
        for file in sorted(folder.glob(pattern)):
            rows = [row for row in read_pairs(file) if row[0] != row[1]]
            cap = min(most, 4_000) if file.name.split(".")[0] in MONOTONOUS else most
            chosen = rng.sample(rows, min(cap, len(rows)))
            found += [
                TextPair(text[:LONGEST_TRAINING_TEXT], target[:LONGEST_TRAINING_TEXT])
                for text, target in chosen
            ]
    return found


def of_like_length(
    rows: Sequence[Item],
    length: Callable[[Item], int],
    padded: int,
    window: int,
    most: int,
    rng: random.Random,
) -> list[list[Item]]:
    """Shuffled batches of rows of like length, each from one window of the order given.

    A batch has at most `most` rows, and at most the length `padded` when all are padded to the longest.
    """
    found: list[list[Item]] = []
    for start in range(0, len(rows), window):
        batch: list[Item] = []
        for row in sorted(rows[start : start + window], key=length):
            if batch and (len(batch) == most or (len(batch) + 1) * length(row) > padded):
                found.append(batch)
                batch = []
            batch.append(row)
        found.append(batch)
    rng.shuffle(found)
    return found
