"""Time `import rodedraad` and `rodedraad ask`, from process start to exit, each against a peer.

    python -m tests.benchmarks.start_up

The peer of the import is an empty program; that of `ask` is `import sentence_transformers`, which a
program that loads its model by that library must do before anything else. A program and its peer run
in turn, so that the ratio holds on a busy machine.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
CORPUS = Path(__file__).parents[2] / "corpus"
QUESTION = "Welke boeren drogen hun fruit zelf?"


def main() -> None:
    compare("import rodedraad", python("import rodedraad"), "an empty program", python("pass"))
    with tempfile.TemporaryDirectory() as home:
        folders = ["--corpus", str(CORPUS), "--home", home]
        ask = [sys.executable, "-m", "rodedraad", "ask", QUESTION, *folders]
        peer = "import sentence_transformers"
        compare("rodedraad ask", ask, peer, python(peer))


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def compare(name: str, command: list[str], peer: str, other: list[str]) -> None:
    """Print the medians of two commands, and of their differences and ratios over pairs of runs."""
    seconds(command)  # the first time may build an index, or read from a cold disk
    seconds(other)
    pairs = [(seconds(command), seconds(other)) for _ in range(RUNS)]
    own, others = (statistics.median(times) for times in zip(*pairs, strict=True))
    more = statistics.median(a - b for a, b in pairs)
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name}: {own:.3f} s; {peer}: {others:.3f} s (medians of {RUNS} runs)")
    print(f"difference, median over pairs: {more:+.3f} s; ratio: {ratio:.2f}")


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
