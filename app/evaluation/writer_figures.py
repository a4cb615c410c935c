"""Writer figures: how good a language model's sentences are, and how well claims are checked.

The set of claims was written for this: about invented quotes of many genres, a claim each in the language of
the quote and in others. One half of the quotes is open, from which the thresholds were chosen; one is sealed.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from math import nan, sqrt
from pathlib import Path
from typing import Any

from rodedraad.answering.answer import Answer
from rodedraad.answering.conversation import ask
from rodedraad.evaluation.gold_file import FILES, load_gold_items
from rodedraad.index.search import Searcher
from rodedraad.writing.supported import support
from rodedraad.writing.writer import Writer
from rodedraad.writing.written_sentence import WrittenSentence, written

SUPPORTED = "supported"
Z = 1.96  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some are so, with the share and its 95 % interval (Wilson 1927)."""

    yes: int
    of: int

    @property
    def value(self) -> float:
        """The share; nan of none."""
        return self.yes / self.of if self.of else nan

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the share."""
        if not self.of:
            return nan, nan
        middle = self.value + Z**2 / (2 * self.of)
        spread = Z * sqrt(self.value * (1 - self.value) / self.of + Z**2 / (4 * self.of**2))
        scale = 1 + Z**2 / self.of
        return max(middle - spread, 0.0) / scale, (middle + spread) / scale

    def as_json(self) -> dict[str, Any]:
        """The numbers, as JSON values."""
        low, high = self.interval
        return {"yes": self.yes, "of": self.of, "share": self.value, "interval": [low, high]}


@dataclass(slots=True)
class Sentences:
    """What a model made of the answers to gold questions."""

    answers: int = 0
    with_sentence: int = 0
    claims: int = 0
    dropped: int = 0
    failures: dict[str, int] = field(default_factory=dict)  # by their reasons

    def count(self, sentence: WrittenSentence) -> None:
        """Count one."""
        self.answers += 1
        self.with_sentence += bool(sentence.claims)
        self.claims += len(sentence.claims) + sentence.dropped
        self.dropped += sentence.dropped
        if failure := sentence.failure:
            self.failures[failure.why] = self.failures.get(failure.why, 0) + 1

    def shares(self) -> dict[str, Share]:
        """The figures by their names."""
        return {
            "answers with a sentence": Share(self.with_sentence, self.answers),
            "claims dropped": Share(self.dropped, self.claims),
            **{f"failed: {why}": Share(n, self.answers) for why, n in sorted(self.failures.items())},
        }


def ask_writer(
    searcher: Searcher, data: Path, writer: Writer, progress: Callable[[int, int], None]
) -> dict[str, Share]:
    """Ask the gold questions of a file, or of a folder's two files, and the writer for a sentence on each.

    Raises RodeDraadError when a line is no gold line.
    """
    items = load_gold_items([data] if data.is_file() else [data / name for name in FILES])
    made = Sentences()
    for done, (_, line) in enumerate(items):
        progress(done, len(items))
        before: list[Answer] = []
        for turn in line.get("turns", [line]):
            answer = ask(searcher, turn["question"], before)
            sentence = written(writer, answer, [one.question for one in before])
            before.append(answer)
            if sentence:
                made.count(sentence)
    progress(len(items), len(items))
    return made.shares()


def claim_shares(half: str = "") -> dict[str, Share]:
    """How well right and wrong claims are distinguished, in a half of the set ("open" or "sealed") or in all.

    For claims in the quote's language and in another: of those shown the share that is supported, of the
    supported ones the share shown, and of each kind of wrong claims the share shown.
    """
    judged = list(_judged(half))
    shares: dict[str, Share] = {}
    for name, across in (("within a language", False), ("across languages", True)):
        some = [(kind, shown) for kind, between, shown in judged if between == across]
        right = [shown for kind, shown in some if kind == SUPPORTED]
        shares[f"{name}: precision"] = Share(sum(right), sum(shown for _, shown in some))
        shares[f"{name}: recall"] = Share(sum(right), len(right))
        for kind in sorted({kind for kind, _ in some} - {SUPPORTED}):
            wrong = [shown for other, shown in some if other == kind]
            shares[f"{name}: {kind}, shown"] = Share(sum(wrong), len(wrong))
    return shares


def _judged(half: str) -> Iterator[tuple[str, bool, bool]]:
    """Each claim's kind, whether it is in another language than its quote, and whether it is shown."""
    lines = files("rodedraad.evaluation").joinpath("gold/claims.jsonl").read_text("utf-8").splitlines()
    for item in map(json.loads, lines):
        if half in ("", item["half"]):
            quotes: Sequence[tuple[str, str]] = [(item["quote"], item["language"])]
            for claim in item["claims"]:
                found = support(claim["text"], claim["language"], quotes)
                yield claim["kind"], claim["language"] != item["language"], found is not None
