"""What finds the nearest of many vectors, and what each way costs: a table of docs/performance.md.

    python -m tests.benchmarks.vectors EVALUATION TRAINING

EVALUATION holds xquad/ and flores/, TRAINING plain/ with parliament and law. Their passages, and 200,000
vectors made of them as `scale` makes them, are asked questions of XQuAD. What a way proposes is compared
exactly; the share of the exact nearest that it so finds is its recall. Times are of computing, on one
thread, and bytes those of the index that proposes.
"""

import gzip
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.training.data import read_lines
from rodedraad.index.encoders.base import Vectors
from rodedraad.index.encoders.bundled import bundled_contextual
from rodedraad.index.search import CANDIDATES
from rodedraad.index.vector_codes import FACTOR, TRAINED
from rodedraad.index.vector_index import Numbers
from tests.benchmarks.scale import EMBEDDED, between

LINES = 1_720
"""Of parliament and of law, as many each."""

QUESTIONS, MADE = 460, 200_000

QUARTER, HALF = "nprobe=64", "nprobe=128"
GRAPH = "efConstruction=200,efSearch=400"


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of index, as FAISS' factory knows it, with its parameters."""

    name: str
    kind: str
    parameters: str = ""

    def build(self, vectors: Vectors) -> Any:
        """The index of float32[n, d]."""
        index = faiss.index_factory(vectors.shape[1], self.kind, faiss.METRIC_INNER_PRODUCT)
        if self.parameters:
            faiss.ParameterSpace().set_index_parameters(index, self.parameters)
        index.train(np.ascontiguousarray(vectors[:: 1 + len(vectors) // TRAINED]))
        index.add(vectors)
        return index


WAYS = (
    Way("Exact", "Flat"),
    Way("8 bits", "SQ8"),
    Way("4 bits (chosen)", "SQ4"),
    Way("1 bit (RaBitQ)", "RaBitQ"),
    Way("Product codes", "PQ192x4fs"),
    Way("256 inverted lists of 4 bits, a quarter read", "IVF256,SQ4", QUARTER),
    Way("256 inverted lists of 4 bits, half read", "IVF256,SQ4", HALF),
    Way("256 inverted lists of product codes, half read", "IVF256,PQ192x4fs", HALF),
    Way("Graph (HNSW) of vectors", "HNSW32,Flat", GRAPH),
    Way("Graph (HNSW) of 4 bits", "HNSW32,SQ4", GRAPH),
)


def main(evaluation: Path, training: Path) -> None:
    """Measure and print."""
    encoder = bundled_contextual()
    real = encoder.passages(list(texts(evaluation, training)))
    asked = encoder.questions(questions(evaluation))
    print("| Passages | | 10 nearest | 200 nearest | bytes a passage | built in, s | a question, ms |")
    print("|---|---|---|---|---|---|---|")
    for vectors in (real, made(real)):
        exact: list[Numbers] = []
        for way in WAYS:
            began = time.process_time()
            index = way.build(vectors)
            built = time.process_time() - began
            began = time.process_time()
            found = [nearest(index, vectors, query) for query in asked]
            took = (time.process_time() - began) / len(asked)
            exact = exact or found
            shares = (f"{recall(exact, found, k):.3f}" for k in (10, CANDIDATES))
            size = len(faiss.serialize_index(index)) / len(vectors)
            cells = (way.name, *shares, f"{size:,.0f}", f"{built:.1f}", f"{1e3 * took:.1f}")
            print(f"| {len(vectors):,} | {' | '.join(cells)} |", flush=True)


def nearest(index: Any, vectors: Vectors, query: Vectors) -> Numbers:
    """The CANDIDATES nearest of those that an index proposes, best first."""
    proposed = index.search(query[None], FACTOR * CANDIDATES)[1][0]
    rows = np.sort(proposed[proposed >= 0])
    found: Numbers = rows[np.argsort(-(vectors[rows] @ query), kind="stable")][:CANDIDATES]
    return found


def texts(evaluation: Path, training: Path) -> Iterator[str]:
    """Passages of XQuAD and FLORES in all their languages, of parliament and of law."""
    for file in sorted((evaluation / "xquad").glob("*.jsonl")):
        yield from (row["passage"] for row in read_lines(file))
    for file in sorted((evaluation / "flores").glob("*.txt")):
        yield from file.read_text("utf-8").splitlines()
    for name in ("dekamer", "nl-law"):
        with gzip.open(training / "plain" / f"{name}.nl.txt.gz", "rt", encoding="utf-8") as lines:
            yield from islice(lines, LINES)


def questions(evaluation: Path) -> list[str]:
    """Questions of XQuAD, of all its languages as many."""
    asked = [
        question["question"]
        for file in sorted((evaluation / "xquad").glob("*.jsonl"))
        for row in read_lines(file)
        for question in row["questions"]
    ]
    return asked[:: len(asked) // QUESTIONS][:QUESTIONS]


def made(real: Vectors) -> Vectors:
    """Vectors between two of EMBEDDED real ones, with noise."""
    chance = np.random.default_rng(0)
    some = real[:: len(real) // EMBEDDED]
    pairs = chance.integers(len(some), size=(MADE, 2))
    return np.stack([between(some[first], some[second], chance) for first, second in pairs])


def recall(exact: Sequence[Numbers], found: Sequence[Numbers], k: int) -> float:
    """The share of the k exact nearest that are among the k found."""
    return float(np.mean([len(np.intersect1d(a[:k], b[:k])) / k for a, b in zip(exact, found, strict=True)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
