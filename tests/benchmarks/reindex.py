"""What a re-index costs, against a full build of the same corpus in the same run.

    python -m tests.benchmarks.reindex [DOCUMENTS]

Makes 10,000 documents of ten passages each, by default, and embeds with the bundled table
of token vectors, so that the index and not the model is measured. Every step is a process of its own,
timed inside from before the settings are read to after the generation is published. Its computing
time, with that of the processes it starts, says the same where other work shares the cores.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "index" / "model"
PASSAGES = 10
WORDS = 62
"""Of a passage: some 530 characters, so that hardly any has more than fit, and two never fit into one."""

REINDEXES = 50


def documents(count: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Names and texts of words that are spread as those of a language are (Zipf)."""
    from rodedraad.index.encoders.bundled import bundled_static

    chance = random.Random(seed)
    vocabulary = sorted(w for w in bundled_static().tokenizer.get_vocab() if w.isalpha() and len(w) > 2)
    random.Random(0).shuffle(vocabulary)
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    for number in range(count):
        words = chance.choices(vocabulary, weights, k=PASSAGES * WORDS)
        passages = (words[start : start + WORDS] for start in range(0, len(words), WORDS))
        text = "\n\n".join(" ".join(passage).capitalize() + "." for passage in passages)
        yield f"{number // 1000:03}/{number:06}.txt", text


def timed(what: str, folder: Path) -> dict[str, float]:
    """Run a step in a process of its own: its seconds, those of computing, and peak memory in bytes."""
    command = [sys.executable, "-m", "tests.benchmarks.reindex", what, str(folder)]
    line = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    result: dict[str, float] = json.loads(line)
    return result


def step(what: str, folder: Path) -> None:
    """The inside of such a process."""
    from rodedraad.index.build import reindex
    from rodedraad.index.search import Searcher

    started, computed = time.perf_counter(), computing()
    if what == "open":
        from rodedraad.index.encoders.bundled import bundled_static, load_embedder
        from rodedraad.index.settings import load_settings
        from rodedraad.index.words.analysis import analysis

        # The model is loaded once for all indexes: what is measured is the index.
        load_embedder(load_settings(folder / "home"))
        analysis(bundled_static())
        started, computed = time.perf_counter(), computing()
        Searcher.open(folder / "home")
    else:
        reindex(folder / "corpus", folder / "home")
    seconds = time.perf_counter() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "computing": computing() - computed, "peak": peak * 1024}))


def computing() -> float:
    """Seconds of computing by this process and by those it has ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def disk(folder: Path) -> int:
    """Bytes of all files, those with several names counted once."""
    files = {path.stat().st_ino: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return sum(files.values())


def main(count: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "home" / "settings.toml").write_text(f"model = '{MODEL}'\n", "utf-8")
        for id, text in documents(count):
            path = folder / "corpus" / id
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        full = timed("index", folder)
        one = disk(folder / "home")
        print(
            f"{count} documents, {PASSAGES * count} passages; full build {full['seconds']:.1f} s, "
            f"{full['computing']:.1f} s of computing",
            flush=True,
        )
        print(f"peak memory {full['peak'] / 1e9:.2f} GB; disk {one / 1e6:.0f} MB", flush=True)
        new = folder / "corpus" / "new.txt"
        texts = [text for _, text in documents(4, seed=1)]  # none that the index knows already
        steps: dict[str, list[dict[str, float]]] = {
            "added": [],
            "changed": [],
            "removed": [],
            "unchanged": [],
        }
        for text in texts[:3]:
            new.write_text(text, "utf-8")
            steps["added"].append(timed("index", folder))
            new.write_text(text + "\n\n" + texts[3], "utf-8")
            steps["changed"].append(timed("index", folder))
            new.unlink()
            steps["removed"].append(timed("index", folder))
            steps["unchanged"].append(timed("index", folder))
        for what, times in steps.items():
            middle = {name: statistics.median(each[name] for each in times) for name in full}
            shares = {name: middle[name] / full[name] for name in full}
            print(
                f"one {what}: {middle['seconds']:.2f} s, {shares['seconds']:.2%} of a full build; "
                f"computing {middle['computing']:.2f} s, {shares['computing']:.2%}",
                flush=True,
            )
        opened = [timed("open", folder)["seconds"] for _ in range(5)]
        print(f"open: {statistics.median(opened):.2f} s", flush=True)
        largest = 0
        for number in range(REINDEXES):
            changed = folder / "corpus" / f"{0:03}" / f"{number:06}.txt"
            changed.write_text(changed.read_text("utf-8") + f"\n\nDeel {number}.", "utf-8")
            timed("index", folder)
            largest = max(largest, disk(folder / "home"))
        print(f"disk at most in {REINDEXES} more re-indexes: {largest / one:.2f} of one generation")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        step(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
