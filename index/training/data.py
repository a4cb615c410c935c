"""Training data: parallel lines, some joined into passages, mixed into the pairs that a student learns."""

import gzip
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

Row = TypeVar("Row")

LEGAL = frozenset({"acquis", "eforms-sdk", "eu-food-law", "treaty-name", "treaty-sent"})
"""Sources of treaties and laws, many and alike: they may fill only a part of the passages."""
SORTED = frozenset({"acquis", "manythings", "tatoeba-opusmt"})
"""Sources whose files are in alphabetical order or by length: shuffled before lines are joined."""
LEGAL_SHARE = 0.35
LONGEST = 900
"""Characters of the longest passage; with this tokenizer at most about 250 tokens."""


class Pair(NamedTuple):
    """A text in any language, and the English text of the same meaning whose vector it should get."""

    text: str
    target: str


@dataclass(frozen=True)
class Share:
    """What the mix takes of each file that matches: lines as they are, and lines joined into passages."""

    files: str
    english: int
    """Column (0 or 1) of the English side."""
    lines: int
    """Most lines taken of a file."""
    passages: int = 0
    """Most passages taken of a file."""
    rounds: int = 1
    """Times a file is cut into passages, each time at other places."""


MIX = (
    Share("pairs/*.nl-en.tsv.gz", 1, lines=50_000, passages=4_000, rounds=2),
    Share("pairs/*.en-fr.tsv.gz", 0, lines=25_000, passages=1_200),
    Share("pairs/*.en-es.tsv.gz", 0, lines=25_000, passages=1_200, rounds=2),
    Share("pairs/*.en-de.tsv.gz", 0, lines=25_000, passages=800),
    Share("dict/[!o]*.nl-en.tsv.gz", 1, lines=40_000),
    Share("dict/o[ps]*.nl-en.tsv.gz", 1, lines=40_000),
    Share("dict/wiktionary.en-*.tsv.gz", 0, lines=20_000),
    Share("dict/openfoodfacts.en-*.tsv.gz", 0, lines=5_000),
    Share("dict/osm-presets.en-*.tsv.gz", 0, lines=4_000),
)
DIRECT = ("pairs/*.nl-fr.tsv.gz", "pairs/*.nl-es.tsv.gz", "pairs/*.fr-es.tsv.gz")
"""Files without English, of which the student reads both columns."""
DIRECT_ROWS, LEGAL_ROWS = 6_000, 1_500
"""Most rows taken of each of these files, and of those of treaties and laws."""
SHORT = 40
"""Characters under which a line of several words says little; many of these are left out."""
SHORT_SHARE = 0.35
MATCHES = (("pairs/*.nl-*.tsv.gz", 40_000), ("qa/*.tsv.gz", 40_000), ("dict/*.nl-*.tsv.gz", 15_000))
"""Files for word-by-word matching, and most rows taken of each."""
MONOTONOUS = frozenset({"acquis", "eforms-sdk", "nl-law-title", "medquad", "omw"})
"""Sources of which a few thousand rows a file are enough."""
ENGLISH_QUESTIONS = ("qa/medquad.en-en.tsv.gz", "qa/covid-faq*.en-en.tsv.gz")
ENGLISH_ROWS = 4_000
"""Rows of each question file, and passages of the mix, whose English is learned as it is."""


def read_rows(file: Path) -> list[tuple[str, str]]:
    """The two columns of a gzipped table, one row a line."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return [(row[0], row[1]) for row in rows if len(row) == 2 and row[0] and row[1]]


def join_passages(pairs: Iterable[Pair], rng: random.Random) -> Iterator[Pair]:
    """Joins pairs that follow each other into passages of 200 to 800 characters."""
    texts: list[str] = []
    targets: list[str] = []
    room = rng.randint(200, 800)
    for text, target in pairs:
        if texts and sum(map(len, texts)) + len(text) > LONGEST:
            texts, targets = [], []
        texts.append(text)
        targets.append(target)
        if sum(map(len, texts)) >= room:
            yield Pair(" ".join(texts)[:LONGEST], " ".join(targets)[:LONGEST])
            texts, targets, room = [], [], rng.randint(200, 800)


def _of_share(folder: Path, share: Share, rng: random.Random) -> tuple[list[Pair], list[Pair]]:
    """The single lines and the passages of one share, law capped among the passages."""
    lines: list[Pair] = []
    plain: list[Pair] = []
    legal: list[Pair] = []
    for file in sorted(folder.glob(share.files)):
        source = file.name.split(".")[0]
        pairs = [Pair(row[1 - share.english], row[share.english]) for row in read_rows(file)]
        passages: list[Pair] = []
        for _ in range(share.rounds if share.passages else 0):
            if source in SORTED:
                rng.shuffle(pairs)
            passages += join_passages(pairs, rng)
        rng.shuffle(passages)
        (legal if source in LEGAL else plain).extend(passages[: share.passages])
        rng.shuffle(pairs)
        most = share.lines // 8 if source in LEGAL else share.lines
        lines += [Pair(text[:LONGEST], target[:LONGEST]) for text, target in pairs[:most]]
    rng.shuffle(legal)
    return lines, plain + legal[: int(len(plain) * LEGAL_SHARE / (1 - LEGAL_SHARE))]


def read_mix(folder: Path, seed: int) -> list[Pair]:
    """The pairs of one pass over the mix, the same for the same seed."""
    rng = random.Random(seed)
    lines: list[Pair] = []
    passages: list[Pair] = []
    for share in MIX:
        some_lines, some_passages = _of_share(folder, share, rng)
        lines += some_lines
        passages += some_passages
    english = [pair.target for pair in rng.sample(passages, min(ENGLISH_ROWS, len(passages)))]
    for pattern in ENGLISH_QUESTIONS:
        for file in sorted(folder.glob(pattern)):
            rows = read_rows(file)
            for row in rng.sample(rows, min(ENGLISH_ROWS, len(rows))):
                english += [text[:LONGEST] for text in row]
    every = lines + passages + [Pair(text, text) for text in english]
    return [
        pair
        for pair in every
        if len(pair.text) >= SHORT or " " not in pair.text or rng.random() < SHORT_SHARE
    ]


def read_direct(folder: Path, seed: int) -> list[Pair]:
    """Sentences of one meaning in two languages other than English."""
    rng = random.Random(seed)
    found: list[Pair] = []
    for pattern in DIRECT:
        for file in sorted(folder.glob(pattern)):
            rows = [row for row in read_rows(file) if row[0] != row[1] and len(row[0]) >= 25]
            most = LEGAL_ROWS if file.name.split(".")[0] in LEGAL else DIRECT_ROWS
            chosen = rng.sample(rows, min(most, len(rows)))
            found += [Pair(text[:LONGEST], target[:LONGEST]) for text, target in chosen]
    return found


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


def batches(
    pairs: Sequence[Pair], rng: random.Random, characters: int = 16_000, most: int = 256
) -> list[list[Pair]]:
    """Shuffled batches of texts of like length: at most `characters` when padded, at most `most` pairs."""
    order = rng.sample(pairs, len(pairs))
    return of_like_length(order, lambda pair: len(pair.text), characters, 100 * most, most, rng)


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
