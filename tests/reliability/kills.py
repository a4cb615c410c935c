"""Kills: a program that re-indexes a changing corpus is killed at random moments.

    python -m tests.reliability.kills 1000

After each kill: everything that the program had acknowledged is there, and the re-index that was
killed is either complete or not visible at all.
"""

import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.reliability.harness import contents, make_model, run, start

DOCUMENTS = 12
LONGEST = 0.4
"""Seconds after which a program is killed at the latest: several re-indexes, or one of a busy machine."""

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


def work(sender: Any, place: Path, version: int) -> None:
    """Change the corpus and re-index, again and again; send a message before and after each."""
    from rodedraad.index.build import reindex

    sender.send(("ready", version, None))
    while True:
        version += 1
        sender.send(("begun", version, write(place / "corpus", version)))
        reindex(place / "corpus", place / "home")
        sender.send(("done", version, None))


def messages(receiver: Any) -> Iterator[tuple[str, int, Texts | None]]:
    """What a program sent, until it was killed."""
    with suppress(EOFError, OSError):
        while True:
            yield receiver.recv()


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
        worker, receiver = start(work, place, version)
        assert receiver.recv() == ("ready", version, None)
        time.sleep(chance.uniform(0, LONGEST))
        worker.kill()
        begun: Texts | None = None
        for what, latest, state in messages(receiver):
            version = latest
            if what == "begun":
                begun = state
            else:
                acknowledged, begun = begun, None
                counts["done"] += 1
        worker.join()
        receiver.close()
        assert worker.exitcode == -signal.SIGKILL
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
    with tempfile.TemporaryDirectory() as folder:
        print(kill_repeatedly(Path(folder) / "place", int(sys.argv[1])))
