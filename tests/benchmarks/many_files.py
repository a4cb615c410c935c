"""What 20,000 tiny files cost: indexing them, again unchanged, with one changed, and comparing all.

    python -m tests.benchmarks.many_files [FILES]

Embeds with the bundled table of token vectors, so that the index and not the model is measured. Each
re-index is a process of its own, timed as in `tests.benchmarks.reindex`.
"""

import sys
import tempfile
import time
from pathlib import Path

from rodedraad.index.states import is_outdated
from rodedraad.index.store.publishing import open_current
from tests.benchmarks.reindex import MODEL, disk, timed


def main(count: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "home" / "settings.toml").write_text(f"model = '{MODEL}'\n", "utf-8")
        for number in range(count):
            path = folder / "corpus" / f"{number // 1000:03}" / f"{number:06}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"Huis {number} heeft {number % 7} kamers.", "utf-8")
        step(f"{count} files", folder)
        print(f"disk {disk(folder / 'home') / 1e6:.0f} MB", flush=True)
        step("nothing changed", folder)
        path.write_text("Dit huis heeft geen kamers.", "utf-8")
        step("one changed", folder)
        generation = open_current(folder / "home")
        started = time.perf_counter()
        outdated = is_outdated(generation, folder / "corpus")
        print(f"comparing every file with the index: {time.perf_counter() - started:.2f} s")
        assert not outdated
        assert generation.passages == count


def step(what: str, folder: Path) -> None:
    """Index once, and print what it took."""
    result = timed("index", folder)
    print(
        f"{what}: {result['seconds']:.1f} s, {result['computing']:.1f} s of computing, "
        f"at most {result['peak'] / 1e9:.2f} GB of memory",
        flush=True,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
