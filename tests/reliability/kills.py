"""Kills: a program that re-indexes a changing corpus is killed at random moments.

    python -m tests.reliability.kills 1000

After each kill: everything that the program had acknowledged is there, and the re-index that was
killed is either complete or not visible at all.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.reliability.harness import contents, make_model, run

ROOT = Path(__file__).parents[2]
DOCUMENTS = 12

Texts = dict[str, str]


def write(corpus: Path, version: int) -> Texts:
    """Write a version of the corpus, a few documents different from the version before; its texts."""
    state = {}
    for number in range(DOCUMENTS):
        if (number + version) % 5:  # each is away in one version of five
            edition = (version + number) // 3
            state[f"{number}.txt"] = f"Document {number} van editie {edition}. De boeren verkopen wol."
    for name, text in state.items():
        path = corpus / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    for path in corpus.iterdir():
        if path.name not in state:
            path.unlink()
    return state


def work(place: Path, version: int) -> None:
    """Change the corpus and re-index, again and again; print a line before and after each."""
    from rodedraad.index.build import reindex

    print(json.dumps(["ready", version]), flush=True)
    while True:
        version += 1
        print(json.dumps(["begun", version, write(place / "corpus", version)]), flush=True)
        reindex(place / "corpus", place / "home")
        print(json.dumps(["done", version]), flush=True)


def kill_repeatedly(place: Path, kills: int, seed: int = 0) -> dict[str, int]:
    """Kill the program that often; the number of re-indexes that were done, and that were cut off."""
    chance = random.Random(seed)
    (place / "corpus").mkdir(parents=True)
    (place / "home").mkdir()
    make_model(place / "model")
    (place / "home" / "settings.toml").write_text(f"model = '{place / 'model'}'\n", "utf-8")
    acknowledged: Texts | None = None
    version, counts = 0, {"kills": 0, "done": 0, "cut off": 0, "of these published": 0}
    while counts["kills"] < kills:
        command = [sys.executable, "-m", "tests.reliability.kills", "--work", str(place), str(version)]
        worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
        assert worker.stdout is not None
        assert json.loads(worker.stdout.readline())[0] == "ready"
        time.sleep(chance.uniform(0, 0.8))
        worker.send_signal(signal.SIGKILL)
        begun: Texts | None = None
        for line in worker.stdout:
            if line.endswith("\n"):
                what, version, *state = json.loads(line)
                if what == "begun":
                    begun = state[0]
                else:
                    acknowledged, begun = begun, None
                    counts["done"] += 1
        worker.wait()
        counts["kills"] += 1
        found = run(contents, place) if acknowledged or (place / "home" / "CURRENT").exists() else None
        allowed = [acknowledged] if begun is None else [acknowledged, begun]
        if found not in allowed:
            raise AssertionError(f"kill {counts['kills']}: found {found}, not one of {allowed}")
        if begun is not None:
            counts["cut off"] += 1
            counts["of these published"] += found == begun
        acknowledged = found
    return counts


if __name__ == "__main__":
    if sys.argv[1] == "--work":
        import tests.reliability.prepared  # noqa: F401

        work(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            print(kill_repeatedly(Path(folder) / "place", int(sys.argv[1])))
