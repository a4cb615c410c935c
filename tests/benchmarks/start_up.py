"""Time `rodedraad ask`, from process start to printed answer, against a bare import of its peer.

    python -m tests.benchmarks.start_up

The peer is `import sentence_transformers`, which a program that loads its model by that library
must do before anything else. Both run in turn, so that the ratio holds on a busy machine.
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
    with tempfile.TemporaryDirectory() as home:
        folders = ["--corpus", str(CORPUS), "--home", home]
        ask = [sys.executable, "-m", "rodedraad", "ask", QUESTION, *folders]
        peer = [sys.executable, "-c", "import sentence_transformers"]
        seconds(ask)  # makes the index
        seconds(peer)
        pairs = [(seconds(ask), seconds(peer)) for _ in range(RUNS)]
    own, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"rodedraad ask: {own:.2f} s; import sentence_transformers: {other:.2f} s (medians)")
    print(f"ratio, median over {RUNS} pairs: {statistics.median(a / b for a, b in pairs):.2f}")


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
