"""What a question costs over many passages, against stores of other libraries with the same vectors.

    python -m tests.benchmarks.scale [PASSAGES ...]

1,000, 10,000 and 100,000 passages by default; over more than that, other stores are not asked. The
bundled encoder embeds the first thousand, about 40 ms each; the others borrow vectors and tokens from those.
Each store is asked the same questions in a process of its own, on one thread. Times are of computing, so that
they hold on a busy machine; ratios are to LangChain. How often each finds a passage that answers is measured
with the gold questions, over the bundled corpus. The tables go into docs/performance.md.

Needs `pip install -c constraints.txt -e '.[bench]'`.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from rodedraad.evaluation.gold_file import GOLD, load_gold
from rodedraad.index.encoders.base import Embedding, Vectors, unit
from rodedraad.index.encoders.bundled import bundled_contextual
from rodedraad.index.evidence_match import covers, squash
from tests.benchmarks.peers import FOUND, PEERS, Ask
from tests.benchmarks.reindex import PASSAGES, ROOT, computing, disk, documents

SIZES = (1_000, 10_000, 100_000)
EMBEDDED = 1_000
"""The passages that are embedded; the encoder would read 100,000 in an hour, on one core."""

NOISE = 0.02
"""The standard deviation of a borrowed vector's noise in each dimension: .4 in all, of a length of 1."""

QUESTIONS, WORDS = 40, 8
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- written by tests.benchmarks.scale -->\n", "<!-- until here -->\n"

Result = dict[str, Any]


def write_questions(folder: Path) -> None:
    """Write questions of a few words of one document each, so that asking does not count the reading."""
    chance = random.Random(1)
    paths = sorted(folder.glob("corpus/**/*.txt"))
    texts = [chance.choice(paths).read_text("utf-8").split() for _ in range(QUESTIONS)]
    asked = [" ".join(chance.sample(text, WORDS)) + "?" for text in texts]
    (folder / "questions.json").write_text(json.dumps(asked), "utf-8")


def questions(folder: Path) -> list[str]:
    """The questions that `write_questions` wrote."""
    read: list[str] = json.loads((folder / "questions.json").read_text("utf-8"))
    return read


def index(folder: Path) -> Result:
    """Index the corpus."""
    from rodedraad.index.build import reindex
    from rodedraad.index.store.publishing import open_current

    write_questions(folder)
    began = computing()
    with patch("rodedraad.index.build.load_embedder", lambda settings: Borrowing()):
        reindex(folder / "corpus", folder / "home")
    computed = computing() - began
    count = open_current(folder / "home").passages
    return {"passages": count, "indexing": computed / count, "disk": disk(folder / "home") / count}


def give_to_peers(folder: Path) -> Result:
    """Save the peers' stores with the passages of an index."""
    from rodedraad.index.store.publishing import open_current

    generation = open_current(folder / "home")
    count = generation.passages
    texts = [generation.passage(number)[1].text for number in range(count)]
    vectors = np.array(generation.vectors().rows(0, count))
    for name, peer in PEERS.items():
        peer.save(folder / name, texts, vectors)
    return {}


class Borrowing:
    """The bundled encoder for the first EMBEDDED passages; each of the others borrows from two of those.

    Its vector is between theirs, with noise; its tokens are those of the nearer.
    """

    def __init__(self) -> None:
        self._encoder = bundled_contextual()
        self.name, self.dimension = self._encoder.name, self._encoder.dimension
        self.fingerprint = self._encoder.fingerprint
        self.questions, self.passages = self._encoder.questions, self._encoder.passages
        self._read: list[Embedding] = []
        self._chance = np.random.default_rng(0)

    def embeddings(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed passages for an index."""
        read = self._encoder.embeddings(texts[: EMBEDDED - len(self._read)])
        self._read += read
        return read + [self._borrowed() for _ in texts[len(read) :]]

    def _borrowed(self) -> Embedding:
        first, second = (self._read[number] for number in self._chance.integers(len(self._read), size=2))
        return Embedding(between(first.vector, second.vector, self._chance), first.tokens)


def between(first: Vectors, second: Vectors, chance: np.random.Generator) -> Vectors:
    """A unit vector between two, nearer to the first, with noise; float32[d]."""
    noise = chance.normal(0, NOISE, len(first))
    vector = first + chance.uniform(0, 0.9) * second + noise
    return unit(vector[None].astype(np.float32))[0]


def ask_peer(name: str, folder: Path) -> Result:
    """Ask a peer's store."""
    return asked(questions(folder), PEERS[name].load(folder / name))


def ask_search(folder: Path) -> Result:
    """Ask our search, which ranks passages and their sentences."""
    from rodedraad.index.search import Searcher

    searcher = Searcher.open(folder / "home")
    return asked(questions(folder), lambda question: searcher.search(searcher.query(question), FOUND))


def ask_answer(folder: Path) -> Result:
    """Ask for answers, which are verified too."""
    from rodedraad.answering.answer import answer
    from rodedraad.index.search import Searcher

    searcher = Searcher.open(folder / "home")
    return asked(questions(folder), lambda question: answer(searcher, question))


def asked(texts: Sequence[str], ask: Callable[[str], object]) -> Result:
    """Ask once to warm up; then the computing of each question, and that from the start of the process."""
    ask(texts[0])
    first = computing()
    took = []
    for text in texts[1:]:
        began = computing()
        ask(text)
        took.append(computing() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    return {"p50": p50, "p95": p95, "first": first, "memory": peak}


def find_gold(folder: Path) -> Result:
    """The shares of gold questions for which each way finds a passage that answers, first and in three."""
    from rodedraad.answering.answer import answer
    from rodedraad.index.build import reindex
    from rodedraad.index.search import Searcher

    reindex(ROOT / "corpus", folder / "home")
    give_to_peers(folder)
    searcher = Searcher.open(folder / "home")

    def search(question: str) -> list[str]:
        return [hit.passage.text for hit in searcher.search(searcher.query(question), FOUND)]

    def answered(question: str) -> list[str]:
        return [hit.passage.text for hit in answer(searcher, question).hits]

    ways = {name: peer.load(folder / name) for name, peer in PEERS.items()}
    ways |= {"ask_search": search, "ask_answer": answered}
    return {way: success(ask) for way, ask in ways.items()}


def success(ask: Ask) -> list[float]:
    """The shares of answerable gold questions with a passage that answers first, and in the first three."""
    ranks = []
    for line in load_gold(GOLD / "questions.jsonl"):
        if line["answerable"]:
            spans = [squash(span) for span in line["evidence"]]
            found = [squash(text) for text in ask(line["question"])]
            holds = [any(covers(text, span) for span in spans) for text in found]
            ranks.append(holds.index(True) if any(holds) else len(holds))
    return [float(np.mean([rank < k for rank in ranks])) for k in (1, 3)]


STEPS: dict[str, Callable[[Path], Result]] = {
    **{step.__name__: step for step in (index, give_to_peers, ask_search, ask_answer, find_gold)},
    **{name: partial(ask_peer, name) for name in PEERS},
}
WAYS = {**{name: peer.name for name, peer in PEERS.items()}, "ask_search": "search", "ask_answer": "answer"}


def in_process(step: str, folder: Path) -> Result:
    """What a step returns in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.scale", step, str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    line = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, env=environment).stdout
    result: Result = json.loads(line.splitlines()[-1])
    return result


def rows(passages: int) -> list[str]:
    """Lines of the table for a number of passages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for id, text in documents(passages // PASSAGES):
            path = folder / "corpus" / id
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        compared = passages <= SIZES[-1]
        built = in_process("index", folder)
        if compared:
            in_process("give_to_peers", folder)
        ways = [way for way in WAYS if compared or way not in PEERS]
        found = {way: in_process(way, folder) for way in ways}
    lines = []
    for way, result in found.items():
        p50, p95 = 1e3 * result["p50"], 1e3 * result["p95"]
        ratio = f"{result['p50'] / found['langchain']['p50']:.2f}" if compared else "–"
        memory = result["memory"] / 1e6
        cells = (WAYS[way], f"{p50:.0f}", f"{p95:.0f}", ratio, f"{result['first']:.1f}", f"{memory:.0f}")
        lines.append(f"| {built['passages']:,} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    print(f"indexing: {1e3 * built['indexing']:.0f} ms of computing and {built['disk']:.0f} bytes a passage")
    return lines


def quality() -> list[str]:
    """Lines of the table of what is found."""
    with tempfile.TemporaryDirectory() as name:
        found = in_process("find_gold", Path(name))
    lines = [f"| {WAYS[way]} | {first:.2f} | {three:.2f} |" for way, (first, three) in found.items()]
    print("\n".join(lines))
    return lines


def main(sizes: Sequence[int]) -> None:
    """Measure, print, and replace the table in the docs."""
    head = [
        "| Passages | | a question, ms | p95 | ratio | first answer, s | memory, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    gold = ["", "| Gold questions | success@1 | success@3 |", "|---|---|---|", *quality()]
    table = "\n".join([*head, *(line for size in sizes for line in rows(size)), *gold])
    page = PAGE.read_text("utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{rest.split(END)[1]}", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in STEPS:
        print(json.dumps(STEPS[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main([int(argument) for argument in sys.argv[1:]] or SIZES)
