"""What a Milvus server finds and costs, against an index in a folder, over the same documents and questions.

    python -m tests.benchmarks.stores [QUESTIONS] [ADDRESS]

Indexes the articles of `index/training` and the shipped corpus in a folder and on a server: milvus-lite in a
process of its own, or the server at an address such as milvus://localhost:19530, of which the index
`rodedraad_benchmark` is used. Asks 400 of the articles' questions by default, and prints how often
both find the same ten passages, and the same passage first. Times of a question are of the clock, with what
the client computes; the table of docs/scaling.md is made of them.
"""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median
from unittest.mock import patch

from rodedraad.evaluation.gold_file import load_gold
from rodedraad.index.build import reindex
from rodedraad.index.encoders.base import Embedding
from rodedraad.index.encoders.bundled import bundled_contextual
from rodedraad.index.milvus.milvus_snapshot import MilvusSnapshot
from rodedraad.index.search import Hit, Searcher
from tests.benchmarks.reindex import ROOT, computing, disk
from tests.milvus_server import milvus_server, put_on_server

ARTICLES = ROOT / "index" / "training" / "articles"
NAME = "rodedraad_benchmark"

Seconds = tuple[float, float]
"""Of the clock, and of computing."""


class Remembering:
    """The bundled encoder, which embeds each text once."""

    def __init__(self) -> None:
        self._encoder = bundled_contextual()
        self.name, self.dimension = self._encoder.name, self._encoder.dimension
        self.fingerprint = self._encoder.fingerprint
        self.questions, self.passages = self._encoder.questions, self._encoder.passages
        self._known: dict[str, Embedding] = {}

    def embeddings(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed passages for an index."""
        new = [text for text in texts if text not in self._known]
        self._known |= zip(new, self._encoder.embeddings(new), strict=True)
        return [self._known[text] for text in texts]


def gather(corpus: Path) -> list[str]:
    """Copy the documents into a folder; the questions that are asked of them."""
    questions = []
    for number, folder in enumerate(sorted(path.parent for path in ARTICLES.glob("**/corpus"))):
        shutil.copytree(folder / "corpus", corpus / f"{number:03}")
        questions += [line["question"] for line in load_gold(folder / "questions.jsonl")]
    shutil.copytree(ROOT / "corpus", corpus / "shipped")
    return sorted(set(questions))


def index(corpus: Path, home: Path) -> Seconds:
    """Index; how long it took."""
    began, computed = time.perf_counter(), computing()
    reindex(corpus, home)
    return time.perf_counter() - began, computing() - computed


def ask(home: Path, questions: Sequence[str]) -> tuple[list[list[Hit]], list[float], list[float]]:
    """What is found for each question, and its seconds of the clock and of computing."""
    searcher = Searcher.open(home)
    found, clock, computed = [], [], []
    for question in questions:
        began, before = time.perf_counter(), time.process_time()
        found.append(searcher.search(searcher.query(question), 10))
        clock.append(time.perf_counter() - began)
        computed.append(time.process_time() - before)
    return found, clock, computed


@contextmanager
def server(address: str, folder: Path) -> Iterator[str]:
    """The server at an address; one of our own without."""
    if address:
        yield address
    else:
        with milvus_server(folder / "milvus") as own:
            yield own


def tell_row(home: Path) -> None:
    """Print how long the fields of a passage's row are, in bytes, in the mean of a thousand."""
    snapshot = Searcher.open(home).generation
    assert isinstance(snapshot, MilvusSnapshot)
    rows = snapshot.rows(range(0, snapshot.passages, max(1, snapshot.passages // 1000)), ["words", "tokens"])
    words = [row["words"].encode() for row in rows.values()]
    different = mean(len(set(text.split())) for text in words)
    tokens = mean(len(row["tokens"]) for row in rows.values())
    print(
        f"bytes of a row: words {mean(map(len, words)):,.0f}, tokens {tokens:,.0f}; "
        f"{different:.0f} different words"
    )


def tell(
    store: str, indexing: tuple[float, float], clock: Sequence[float], computed: Sequence[float]
) -> None:
    """Print a row of the table."""
    p95 = sorted(clock)[len(clock) * 95 // 100]
    print(
        f"| {store} | {indexing[0]:.0f} | {indexing[1]:.0f} | {median(clock) * 1000:.0f} | {p95 * 1000:.0f} "
        f"| {median(computed) * 1000:.0f} |",
        flush=True,
    )


def main(count: int, address: str) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, server(address, Path(name)) as at:
        folder, encoder = Path(name), Remembering()
        questions = random.Random(1).sample(gather(folder / "corpus"), count)
        print("| Store | indexing, s | of computing | a question, ms | p95 | of computing |", flush=True)
        with patch("rodedraad.index.build.load_embedder", lambda settings: encoder):
            index(folder / "corpus", folder / "first")  # which embeds
            in_folder = index(folder / "corpus", folder / "home")
            near, *times = ask(folder / "home", questions)
            tell("folder", in_folder, *times)
            put_on_server(folder / "other", f"{at}/{NAME}")
            on_server = index(folder / "corpus", folder / "other")
            far, *times = ask(folder / "other", questions)
            tell("Milvus", on_server, *times)
        tell_row(folder / "other")
        passages = Searcher.open(folder / "home").generation.passages
        print(f"{passages:,} passages; {disk(folder / 'home') / passages:,.0f} bytes each in the folder")
        if not address:
            print(f"{disk(folder / 'milvus') / passages:,.0f} bytes each on the server")
        keys = [[(h.document.id, h.passage.start) for h in hits] for hits in near]
        others = [[(h.document.id, h.passage.start) for h in hits] for hits in far]
        pairs = list(zip(keys, others, strict=True))
        print(f"the same ten in the same order: {sum(a == b for a, b in pairs)} of {count}")
        print(f"the same ten: {sum(set(a) == set(b) for a, b in pairs)} of {count}")
        print(f"the same first: {sum(a[:1] == b[:1] for a, b in pairs)} of {count}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, sys.argv[2] if len(sys.argv) > 2 else "")
