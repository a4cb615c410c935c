"""Passage rows: what Milvus keeps of a passage, and in which fields."""

import base64
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.milvus.client import Client, MilvusRow
from rodedraad.index.words.analysis import Analysis
from rodedraad.index.words.matching import K1, B
from rodedraad.ingest.documents import Passage

NO_WORDS = {0: 1.0}
"""A sparse vector of no word: Milvus refuses one without any dimension."""

TYPICAL = 80
"""Words of a typical passage, for the scores by which Milvus proposes; the exact ones are ours."""

PROPOSED_FIELDS = ["start", "language", "words"]
"""What is read of a passage that is proposed."""


def create(client: Client, collection: str, dimension: int) -> None:
    """Create the collection of passages with vectors of a dimension, unless it exists."""
    text = {"max_length": 65_535, "mmap_enabled": True}  # read for few passages: not kept in memory
    client.create(
        collection,
        [
            ("id", "VARCHAR", {"is_primary": True, "max_length": 50}),
            ("segment", "INT64", {}),
            ("document", "INT64", {}),
            ("key", "INT64", {}),
            ("start", "INT64", {}),
            ("language", "VARCHAR", {"max_length": 8}),
            ("words", "VARCHAR", text),
            ("tokens", "VARCHAR", text),
            ("vector", "FLOAT_VECTOR", {"dim": dimension}),
            ("has", "SPARSE_FLOAT_VECTOR", {}),
            ("stems", "SPARSE_FLOAT_VECTOR", {}),
        ],
        {
            "vector": {
                "index_type": "HNSW",
                "metric_type": "IP",
                "params": {"M": 16, "efConstruction": 200},
            },
            "has": {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP"},
            "stems": {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP"},
            "segment": {"index_type": "INVERTED"},
            "document": {"index_type": "INVERTED"},
        },
    )


def row_id(segment: int | str, key: int) -> str:
    """The primary key of a passage, by its segment and its own key."""
    return f"{segment}.{key}"


def passage_row(
    segment: int,
    document: int,
    key: int,
    passage: Passage,
    words: list[str],
    stems: Mapping[str, int],
    embedding: Embedding,
) -> MilvusRow:
    """The row of a passage, whose words were analysed; `stems` counts theirs."""
    return {
        "id": row_id(segment, key),
        "segment": segment,
        "document": document,
        "key": key,
        "start": passage.start,
        "language": passage.language,
        "words": " ".join(words),
        "tokens": base64.b64encode(embedding.tokens).decode(),
        "vector": embedding.vector.tolist(),
        "has": NO_WORDS | sparse(dict.fromkeys(words, 1.0)),
        "stems": NO_WORDS | sparse(saturated(stems, len(words), TYPICAL)),
    }


def stems_of(words: Iterable[str], language: str, by: Analysis) -> Counter[str]:
    """How often each stem occurs among analysed words."""
    return Counter(by.stem(word, language) for word in words)


def saturated(stems: Mapping[str, int], length: int, average: float) -> dict[str, float]:
    """The part of BM25 that depends on the passage, for each of its stems; the other is their rarity."""
    norm = K1 * (1 - B + B * length / average)
    return {stem: (K1 + 1) * often / (often + norm) for stem, often in stems.items()}


def sparse(weights: Mapping[str, float]) -> dict[int, float]:
    """A sparse vector with a dimension for each word.

    Words whose checksums are equal share a dimension: they are proposed for one another, and scored apart.
    """
    found: dict[int, float] = {}
    for word, weight in weights.items():
        at = dimension(word)
        found[at] = max(found.get(at, 0.0), weight)
    return found


def dimension(word: str) -> int:
    """The dimension of a word; Milvus allows them below 2^32 - 1."""
    return 1 + (zlib.crc32(word.encode()) & 0x7FFFFFFF)


@dataclass(frozen=True)
class Proposed:
    """A passage that Milvus proposes."""

    start: int
    language: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, row: MilvusRow) -> "Proposed":
        """The passage in a row with PROPOSED_FIELDS."""
        return cls(row["start"], row["language"], tuple(row["words"].split()))

    @cached_property
    def different(self) -> frozenset[str]:
        """Its different words."""
        return frozenset(self.words)


def embedding_of(row: MilvusRow) -> Embedding:
    """The embedding in a row with its vector and its tokens."""
    return Embedding(np.array(row["vector"], np.float32), base64.b64decode(row["tokens"]))
