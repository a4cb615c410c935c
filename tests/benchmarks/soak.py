"""Soak: many questions in every language, with re-indexing beside them; no error, and memory that stays flat.

    python -m tests.benchmarks.soak [QUESTIONS]

Asks the gold questions in turn, 10,000 by default, by eight programs at once, while a document
comes and goes and each change is indexed by a process of its own. Printed are the questions and
re-indexings done, the errors, and the server's memory (its proportional set size) at every tenth.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import httpx

from rodedraad.evaluation.gold_file import GOLD
from tests.servers import chat_server

AT_ONCE = 8
PAUSE = 2.0  # seconds between two re-indexings
PARTS = 10


def memory(port: str) -> float:
    """Megabytes of the process that serves this port."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and f"\0--port\0{port}\0".encode() in (folder / "cmdline").read_bytes():
            told = (folder / "smaps_rollup").read_text()
            return sum(int(kilobytes) for kilobytes in re.findall(r"^Pss: +(\d+)", told, re.MULTILINE)) / 1000
    raise RuntimeError(f"No process serves port {port}.")


def reindexings(corpus: Path, home: Path, over: Event) -> Iterator[int]:
    """Add a document, or remove it again, and index that, until it is over; the exit codes."""
    extra = corpus / "extra.txt"
    while not over.wait(PAUSE):
        if extra.exists():
            extra.unlink()
        else:
            extra.write_text(f"Een tekst die om {time.time()} kwam. Hij zegt niets van belang.\n" * 20)
        command = [sys.executable, "-m", "rodedraad", "index", "--corpus", str(corpus), "--home", str(home)]
        yield subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode


def main() -> None:
    """Print a line for each tenth of the questions, and the totals."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    lines = (GOLD / "questions.jsonl").read_text("utf-8").splitlines()
    questions = list(islice(cycle(json.loads(line)["question"] for line in lines), count))
    with TemporaryDirectory() as folder:
        corpus, home = Path(folder) / "corpus", Path(folder) / "home"
        shutil.copytree("corpus", corpus)
        codes: list[int] = []
        over = Event()
        with chat_server(corpus, home) as address, httpx.Client(base_url=address, timeout=60) as client:
            beside = Thread(target=lambda: codes.extend(reindexings(corpus, home, over)))
            beside.start()

            def asked(question: str) -> bool:
                try:
                    answer = client.post("/api/ask", json={"question": question, "before": []})
                    told = answer.json()
                    found = bool(told["passages"]) or told["kind"] == "not a question"
                    return answer.status_code == 200 and found
                except (httpx.HTTPError, ValueError, KeyError):
                    return False

            began, errors = time.monotonic(), 0
            with ThreadPoolExecutor(AT_ONCE) as programs:
                for part in range(PARTS):
                    some = questions[part * count // PARTS : (part + 1) * count // PARTS]
                    errors += sum(not right for right in programs.map(asked, some))
                    done, seconds = (part + 1) * count // PARTS, time.monotonic() - began
                    used = memory(address.rpartition(":")[2])
                    print(f"{done:>6} questions  {seconds:>5.0f} s  {used:>5.0f} MB", flush=True)
            over.set()
            beside.join()
        failed = sum(code != 0 for code in codes)
        print(f"{count} questions, {errors} errors; {len(codes)} re-indexings, {failed} failed")


if __name__ == "__main__":
    main()
