"""Glosses: what a word of one language means in another, from texts that are translations of each other.

python -m index.training.glosses DATA

IBM Model 1 (Brown et al. 1993), in both directions, estimates how likely a word translates another. A
logistic regression on pairs of words that were judged by hand turns that, how often both were seen together,
whether a dictionary has them, and the cosine of their vectors in the static table into a probability.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from index.training.data import read_pairs
from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.words.function_words import is_function_word
from rodedraad.index.words.gloss_tables import LEAST_PROBABILITY, write_gloss_table
from rodedraad.ingest.language import LANGUAGES

READERS = ("nl", "en", "fr", "es")
"""The languages of the page."""

LEFT_OUT_SOURCES = re.compile(
    "belparl|cldr-names|countries|iso-codes|inaturalist|openfoodfacts|osm-presets|esco|xsid|.*-(synonyms|paraphrase)"
)
"""Sources without accents, of names, or of labels that are no translations word by word."""

MOST_WORDS = 25  # words of a text
MOST_TEXTS = 60_000  # texts of a source
ROUNDS = 6
LEAST_LIKELY = 1e-3
"""The least product of both directions' probabilities of a candidate."""
LEAST_SEEN = 2.5
"""The least count of a candidate. What dictionaries alone have is often wrong: "boeren", burp."""
SHORTEST_WORD = 3  # letters of a word that gets a gloss
NAME = 0.5
"""The share of a word's occurrences with a capital, but for first words, that makes it a name."""

CONSTANT = 1.55
GLOSS_WEIGHTS = (0.63, 0.37, 0.89, 2.40)
"""Of the logarithms of the likelihood and of the count, of a dictionary, and of the cosine."""

_WORD = re.compile(r"aujourd['’]hui|[^\W\d_]+", re.IGNORECASE)

WordIds = NDArray[np.int32]


@dataclass
class Side:
    """The words of one language."""

    ids: dict[str, int] = field(default_factory=dict)
    texts: list[list[int]] = field(default_factory=list)  # each with its different words
    seen: Counter[str] = field(default_factory=Counter)
    capitals: Counter[str] = field(default_factory=Counter)

    def add(self, words: list[str], alone: bool) -> None:
        """Take a text; the first word of a sentence does not show whether it is a name."""
        for word in words if alone else words[1:]:
            self.seen[word.lower()] += 1
            self.capitals[word.lower()] += word[0].isupper()
        lower = (word.lower() for word in words)
        self.texts.append(sorted({self.ids.setdefault(word, len(self.ids)) for word in lower}))

    def is_name(self, word: str) -> bool:
        """Whether a word mostly has a capital."""
        return self.capitals[word] > NAME * self.seen[word]


def texts_of(data: Path, one: str, other: str) -> Iterator[tuple[list[str], list[str], bool]]:
    """The words of texts in two languages, and whether they are an entry of a dictionary."""
    for file in sorted((*data.glob("pairs/*.gz"), *data.glob("dict/*.gz"))):
        name, languages = file.name.split(".")[:2]
        if {*languages.split("-")} != {one, other} or LEFT_OUT_SOURCES.fullmatch(name):
            continue
        entry, taken = file.parent.name == "dict", 0
        for row in read_pairs(file):
            words = [_WORD.findall(re.sub("^to ", "", text) if entry else text) for text in row]
            if all(0 < len(side) <= (1 if entry else MOST_WORDS) for side in words) and taken < MOST_TEXTS:
                taken += 1
                first, second = words if languages.startswith(one) else words[::-1]
                yield first, second, entry


def pair_likelihoods(
    sides: tuple[Side, Side],
) -> tuple[WordIds, WordIds, NDArray[np.float64], NDArray[np.float64]]:
    """The words of both languages that were seen together: their ids, likelihood and count.

    The likelihood is the product of both directions' probabilities; the count is how often one was taken
    for the translation of the other, in the direction in which that was less often.
    """
    lengths = [np.array([len(text) for text in side.texts]) for side in sides]
    starts = [np.cumsum(length) - length for length in lengths]
    flat = [np.array([id for text in side.texts for id in text], np.int32) for side in sides]
    sizes = lengths[0] * lengths[1]
    text = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(text)) - (np.cumsum(sizes) - sizes)[text]
    at = (
        (starts[0][text] + within // lengths[1][text]).astype(np.int32),
        (starts[1][text] + within % lengths[1][text]).astype(np.int32),
    )
    key = flat[0][at[0]].astype(np.int64) * len(sides[1].ids) + flat[1][at[1]]
    both, inverse = np.unique(key, return_inverse=True)
    ids = ((both // len(sides[1].ids)).astype(np.int32), (both % len(sides[1].ids)).astype(np.int32))
    likelihood, count = np.ones(len(both)), np.full(len(both), np.inf)
    for given in (0, 1):
        probability = np.ones(len(both))
        for _ in range(ROUNDS):
            share = probability[inverse]
            share /= np.bincount(at[1 - given], share)[at[1 - given]]
            expected = np.bincount(inverse, share)
            probability = expected / np.bincount(ids[given], expected)[ids[given]]
        likelihood *= probability
        count = np.minimum(count, expected)
    return *ids, likelihood, count


def likeliest_glosses(data: Path, one: str, other: str) -> tuple[dict[str, tuple[str, float]], ...]:
    """For each of two languages, its words with the likeliest word of the other and its probability."""
    sides, entries = (Side(), Side()), set()
    for first, second, entry in texts_of(data, one, other):
        sides[0].add(first, entry)
        sides[1].add(second, entry)
        if entry:
            entries.add((first[0].lower(), second[0].lower()))
    *ids, likelihood, count = pair_likelihoods(sides)
    words = [list(side.ids) for side in sides]
    vectors = [bundled_static().passages(side) for side in words]
    found: tuple[dict[str, tuple[str, float]], ...] = ({}, {})
    chosen = np.flatnonzero((likelihood > LEAST_LIKELY) & (count > LEAST_SEEN))
    for at in chosen[np.argsort(-likelihood[chosen])].tolist():
        pair = words[0][ids[0][at]], words[1][ids[1][at]]
        evidence = (
            log(likelihood[at]),
            log(count[at] + 0.5),
            float(pair in entries),
            float(vectors[0][ids[0][at]] @ vectors[1][ids[1][at]]),
        )
        odds = CONSTANT + sum(weight * value for weight, value in zip(GLOSS_WEIGHTS, evidence, strict=True))
        probability = 1 / (1 + exp(-odds))
        for table, (word, gloss) in zip(found, (pair, pair[::-1]), strict=True):
            if probability > table.get(word, ("", 0.0))[1]:
                table[word] = gloss, probability
    return tuple(
        {
            word: (gloss, probability)
            for word, (gloss, probability) in table.items()
            if probability >= LEAST_PROBABILITY
            and word != gloss
            and len(word) >= SHORTEST_WORD
            and not is_function_word(word, language)
            and not (side.is_name(word) and language != "de")
            and not target.is_name(gloss)
        }
        for table, side, target, language in zip(found, sides, sides[::-1], (one, other), strict=True)
    )


def main(
    data: Annotated[Path, typer.Argument(help="Folder with pairs/ and dict/.")],
    out: Annotated[Path, typer.Option(help="Where the tables go.")] = Path("index/model/glosses"),
) -> None:
    """Write a table for each language of documents and each other language of the page."""
    out.mkdir(exist_ok=True)
    for at, one in enumerate(LANGUAGES):
        for other in LANGUAGES[at + 1 :]:
            for pair, table in zip(
                ((one, other), (other, one)), likeliest_glosses(data, one, other), strict=True
            ):
                if pair[1] in READERS:
                    write_gloss_table(table, *pair, out)


if __name__ == "__main__":
    typer.run(main)
