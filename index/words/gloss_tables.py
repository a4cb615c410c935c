"""Gloss tables: words of one language, each with a word of another that means the same."""

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rodedraad.index.encoders.bundled import BUNDLED_MODEL

FOLDER = BUNDLED_MODEL / "glosses"

LEAST_PROBABILITY = 0.85
"""The least probability of a gloss."""


def write_gloss_table(
    table: Mapping[str, tuple[str, float]], language: str, reader: str, folder: Path
) -> None:
    """Write a table of words with their glosses and probabilities."""
    lines = (f"{word}\t{gloss}\t{100 * sure:.0f}\n" for word, (gloss, sure) in sorted(table.items()))
    (folder / f"{language}-{reader}.tsv.gz").write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


@cache
def gloss_table(language: str, reader: str) -> Mapping[str, tuple[str, int]]:
    """Words of a language in lower case, each with one of the reader's and its probability in percent.

    Empty for languages without a table.
    """
    file = FOLDER / f"{language}-{reader}.tsv.gz"
    if not file.exists():
        return {}
    rows = (line.split("\t") for line in gzip.decompress(file.read_bytes()).decode().splitlines())
    return {word: (gloss, int(sure)) for word, gloss, sure in rows}
