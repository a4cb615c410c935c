"""What a question costs over many passages, against LangChain's FAISS store with the same vectors.

    python -m tests.benchmarks.scale [PASSAGES ...]

1,000, 10,000 and 100,000 passages unless told otherwise. The bundled encoder embeds the first thousand, about
40 ms each; the others borrow vectors and tokens from those. Both stores are asked the same questions in
processes of their own, one thread each. Times are of computing, so that they hold on a busy machine; ratios
are to LangChain. The table goes into docs/performance.md.

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
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from rodedraad.index.encoders.base import Embedding, unit
from rodedraad.index.encoders.bundled import bundled_contextual
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
    """Index the corpus, and hand its vectors and texts to LangChain."""
    from langchain_community.vectorstores import FAISS

    from rodedraad.index.build import reindex
    from rodedraad.index.store.publishing import open_current

    write_questions(folder)
    began = computing()
    with patch("rodedraad.index.build.load_embedder", lambda settings: Borrowing()):
        reindex(folder / "corpus", folder / "home")
    computed = computing() - began
    generation = open_current(folder / "home")
    count = generation.passages
    texts = [generation.passage(number)[1].text for number in range(count)]
    vectors = generation.vectors().rows(0, count).tolist()
    FAISS.from_embeddings(list(zip(texts, vectors, strict=True)), _encoder()).save_local(
        str(folder / "faiss")
    )
    return {"passages": count, "indexing": computed / count, "disk": disk(folder / "home") / count}


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
        noise = self._chance.normal(0, NOISE, self.dimension)
        vector = first.vector + self._chance.uniform(0, 0.9) * second.vector + noise
        return Embedding(unit(vector[None].astype(np.float32))[0], first.tokens)


def _encoder() -> Any:
    """The bundled encoder, as LangChain takes it."""
    from langchain_core.embeddings import Embeddings

    class Bundled(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vector.tolist() for vector in bundled_contextual().passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            vector: list[float] = bundled_contextual().questions([text])[0].tolist()
            return vector

    return Bundled()


def ask_langchain(folder: Path) -> Result:
    """Ask LangChain's store."""
    from langchain_community.vectorstores import FAISS

    store = FAISS.load_local(str(folder / "faiss"), _encoder(), allow_dangerous_deserialization=True)
    return asked(questions(folder), lambda question: store.similarity_search(question, k=10))


def ask_search(folder: Path) -> Result:
    """Ask our search, which ranks passages and their sentences."""
    from rodedraad.index.search import Searcher

    searcher = Searcher.open(folder / "home")
    return asked(questions(folder), lambda question: searcher.search(searcher.query(question), 10))


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


STEPS = {step.__name__: step for step in (index, ask_langchain, ask_search, ask_answer)}


def in_process(step: Callable[[Path], Result], folder: Path) -> Result:
    """What a step returns in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.scale", step.__name__, str(folder)]
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
        built = in_process(index, folder)
        ways = (("LangChain, FAISS", ask_langchain), ("search", ask_search), ("answer", ask_answer))
        found = [(way, in_process(step, folder)) for way, step in ways]
    lines = []
    for way, result in found:
        p50, p95 = 1e3 * result["p50"], 1e3 * result["p95"]
        ratio, memory = result["p50"] / found[0][1]["p50"], result["memory"] / 1e6
        cells = (way, f"{p50:.0f}", f"{p95:.0f}", f"{ratio:.2f}", f"{result['first']:.1f}", f"{memory:.0f}")
        lines.append(f"| {built['passages']:,} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    print(f"indexing: {1e3 * built['indexing']:.0f} ms of computing and {built['disk']:.0f} bytes a passage")
    return lines


def main(sizes: Sequence[int]) -> None:
    """Measure, print, and replace the table in the docs."""
    head = [
        "| Passages | | a question, ms | p95 | ratio | first answer, s | memory, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    table = "\n".join([*head, *(line for size in sizes for line in rows(size))])
    page = PAGE.read_text("utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{rest.split(END)[1]}", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in STEPS:
        print(json.dumps(STEPS[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main([int(argument) for argument in sys.argv[1:]] or SIZES)
