"""Real command: `rodedraad index` with the bundled model is killed at random, and its index damaged.

    python -m tests.reliability.real_command [KILLS DAMAGES]

50 kills and 100 damages by default, which take half an hour. After each kill, the index holds
the texts of the last finished run or of the one that was killed. Each damaged file is named and never
answered from, and the index is whole again once it is repaired. Printed is how often what happened.
"""

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.harms import HARMS, files
from tests.reliability.harness import contents, run
from tests.reliability.kills import Texts, write


def command(place: Path, *words: str) -> list[str]:
    """A command of the program on the index in a place."""
    return [sys.executable, "-m", "rodedraad", *words, "--home", str(place / "home")]


def call(place: Path, *words: str) -> tuple[int, str]:
    """The exit code of a command, and its output."""
    done = subprocess.run(command(place, *words), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def indexing(place: Path) -> list[str]:
    """The command that indexes the corpus of a place."""
    return command(place, "index", "--corpus", str(place / "corpus"))


def kill(place: Path, kills: int, chance: random.Random) -> tuple[Counter[str], Texts]:
    """Kill that many re-indexes; what became of them, and the texts at the end."""
    counts: Counter[str] = Counter()
    indexed = write(place / "corpus", 0)
    began = time.monotonic()
    subprocess.run(indexing(place), check=True, capture_output=True)
    usual = time.monotonic() - began
    for version in range(1, kills + 1):
        changed = write(place / "corpus", version)
        process = subprocess.Popen(indexing(place), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, 1.2 * usual))
        process.kill()
        finished = process.wait() == 0
        found = run(contents, place)
        allowed = [changed] if finished else [indexed, changed]
        if found not in allowed:
            raise AssertionError(f"kill {version}: found {found}, not one of {allowed}")
        counts["finished" if finished else "killed, new" if found == changed else "killed, old"] += 1
        indexed = found
    subprocess.run(indexing(place), check=True, capture_output=True)
    return counts, changed


def damage(place: Path, rounds: int, texts: Texts, chance: random.Random) -> Counter[str]:
    """Damage a file of the index that many times; how often in which way."""
    counts: Counter[str] = Counter()
    whole = place.with_name("whole")
    shutil.copytree(place / "home", whole)
    for _ in range(rounds):
        shutil.rmtree(place / "home")
        shutil.copytree(whole, place / "home")
        name, harm = chance.choice(files(place)), chance.choice(HARMS)
        harm(place / "home" / name)
        told = f"{harm.__name__} {name}"
        code, said = call(place, "ask", "Wat verkopen de boeren?", "--corpus", str(place / "corpus"))
        named = name.name in said or name.name == "CURRENT"  # which may name a generation that is not there
        # Without CURRENT there is no index, and one is made of the documents.
        rebuilt = name.name == "CURRENT" and code == 0 and run(contents, place) == texts
        if not rebuilt and (code == 0 or not named or "Traceback" in said):
            raise AssertionError(f"{told}: exit code {code}, {said}")
        code, said = call(place, "check", "--repair", "--corpus", str(place / "corpus"))
        if code or run(contents, place) != texts:
            raise AssertionError(f"{told}, repaired: exit code {code}, {said}")
        counts[harm.__name__] += 1
    return counts


def main() -> None:
    """Kill, then damage; print how often what happened."""
    kills, rounds = (int(word) for word in sys.argv[1:] or ("50", "100"))
    chance = random.Random(0)
    with TemporaryDirectory() as folder:
        place = Path(folder) / "place"
        (place / "corpus").mkdir(parents=True)
        counts, texts = kill(place, kills, chance)
        print(f"Kills: {dict(counts)}", flush=True)
        print(f"Damages, each named and repaired: {dict(damage(place, rounds, texts, chance))}")


if __name__ == "__main__":
    main()
