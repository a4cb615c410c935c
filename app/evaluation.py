"""Evaluation: how often the right passage is found, the right sentence quoted, silence kept.

Text is compared squashed: lower case, letters and digits only. A passage *covers* a span of
evidence when it holds the span whole, or at least 80 % of it at the passage's edge. A quote
*answers* when it covers a span, or lies inside one with at least half of its letters.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, log2
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.answer import Answer
from app.conversation import ask
from index.search import Searcher
from ingest.errors import RodeDraadError

GOLD = Path(__file__).parent.parent / "tests" / "evaluation"
COVERED = 0.8
INSIDE = 0.5
DRAWS = 10_000  # of the bootstrap
PASSAGES = 10

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question of the gold set and what it got."""

    gold: dict[str, Any]
    turn: int  # in its conversation, from 1; 0 for a question asked alone
    answer: Answer
    relevant: tuple[bool, ...]  # for each passage found, whether it covers a span
    all_relevant: int  # passages of the corpus that cover a span
    answered: bool  # a quote answers

    @property
    def answerable(self) -> bool:
        """Whether the sources hold an answer."""
        return bool(self.gold["answerable"])


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its bootstrap 95 % interval, over `count` questions."""

    value: float
    low: float
    high: float
    count: int


def squash(text: str) -> str:
    """Lower case, letters and digits only."""
    return "".join(character for character in text.lower() if character.isalnum())


def covers(passage: str, span: str) -> bool:
    """Whether a passage covers a span of evidence; both squashed."""
    if span in passage:
        return True
    least = ceil(COVERED * len(span))
    return any(
        passage.startswith(span[-length:]) or passage.endswith(span[:length])
        for length in range(least, len(span))
    )


def answers(quote: str, span: str) -> bool:
    """Whether a quote answers by a span of evidence; both squashed."""
    return covers(quote, span) or (quote in span and len(quote) >= INSIDE * len(span))


def evaluate(
    searcher: Searcher,
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Outcome]:
    """Ask every question of questions.jsonl and conversations.jsonl in a folder.

    Raises RodeDraadError when a file cannot be read as gold lines.
    """
    talks = [(0, [line]) for line in load_gold(folder / "questions.jsonl")]
    talks += [(1, line["turns"]) for line in load_gold(folder / "conversations.jsonl")]
    if not talks:
        raise RodeDraadError(f"There is no questions.jsonl or conversations.jsonl in {folder}.")
    generation = searcher.generation
    corpus = [squash(generation.passage(n)[1].text) for n in range(generation.passages)]
    outcomes = []
    for done, (first, talk) in enumerate(talks):
        progress(done, len(talks))
        before: list[Answer] = []
        for turn, gold in enumerate(talk, first):
            answer = ask(searcher, gold["question"], before, PASSAGES)
            outcomes.append(_outcome(gold, turn, answer, corpus))
            before.append(answer)
    progress(len(talks), len(talks))
    return outcomes


def _outcome(gold: dict[str, Any], turn: int, answer: Answer, corpus: list[str]) -> Outcome:
    spans = [squash(span) for span in gold.get("evidence", ())]
    found = [squash(hit.passage.text) for hit in answer.hits[:PASSAGES]]
    quotes = [squash(quote.text) for quote in answer.quotes]
    return Outcome(
        gold=gold,
        turn=turn,
        answer=answer,
        relevant=tuple(any(covers(text, span) for span in spans) for text in found),
        all_relevant=sum(any(covers(text, span) for span in spans) for text in corpus),
        answered=any(answers(quote, span) for quote in quotes for span in spans),
    )


def load_gold(path: Path) -> list[dict[str, Any]]:
    """The gold lines of a file; none if there is no such file.

    Raises RodeDraadError naming the line that is no gold line.
    """
    lines = []
    number = 0
    try:
        for line in path.read_text("utf-8").splitlines():
            number += 1
            gold = json.loads(line)
            for turn in gold.get("turns", [gold]):
                if turn["answerable"] and not turn["evidence"]:
                    raise KeyError("evidence")
                _ = turn["question"]
                turn.setdefault("lang", gold.get("lang", "all"))
            lines.append(gold)
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RodeDraadError(f"{path}, line {number}, is no gold question ({error}).") from error
    return lines


def success_at(outcome: Outcome, k: int) -> float:
    """1 if a passage among the first k covers a span."""
    return float(any(outcome.relevant[:k]))


def reciprocal_rank(outcome: Outcome) -> float:
    """1/rank of the first passage among ten that covers a span, else 0."""
    return next((1 / rank for rank, hit in enumerate(outcome.relevant, 1) if hit), 0.0)


def ndcg(outcome: Outcome) -> float:
    """nDCG@10 with binary relevance (Järvelin and Kekäläinen 2002)."""
    gains = [hit / log2(rank + 1) for rank, hit in enumerate(outcome.relevant, 1)]
    best = [1 / log2(rank + 1) for rank in range(1, min(outcome.all_relevant, PASSAGES) + 1)]
    return sum(gains) / sum(best) if best else 0.0


def figure(values: Sequence[float]) -> Figure:
    """The mean of a measure over questions, and its bootstrap interval (seed 0)."""
    if not values:
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    data: Values = np.asarray(values, np.float64)
    draws = np.random.default_rng(0).integers(len(data), size=(DRAWS, len(data)))
    low, high = np.quantile(data[draws].mean(axis=1), [0.025, 0.975])
    return Figure(float(data.mean()), float(low), float(high), len(data))


def measures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Every measure over a group of questions."""
    answerable = [o for o in outcomes if o.answerable]
    unanswerable = [o for o in outcomes if not o.answerable]
    given = [o for o in answerable if not o.answer.abstained]
    lengths = [float(sum(len(q.text) for q in o.answer.quotes)) for o in given]
    return {
        "success@1": figure([success_at(o, 1) for o in answerable]),
        "success@3": figure([success_at(o, 3) for o in answerable]),
        "success@5": figure([success_at(o, 5) for o in answerable]),
        "MRR@10": figure([reciprocal_rank(o) for o in answerable]),
        "nDCG@10": figure([ndcg(o) for o in answerable]),
        "quote accuracy": figure([float(o.answered) for o in given]),
        "quoted characters": figure(lengths),
        "answerable refused": figure([float(o.answer.abstained) for o in answerable]),
        "unanswerable refused": figure([float(o.answer.abstained) for o in unanswerable]),
        "abstention AUROC": _auroc_figure(answerable, unanswerable),
        "milliseconds": figure([o.answer.milliseconds for o in outcomes]),
    }


def _auroc_figure(answerable: Sequence[Outcome], unanswerable: Sequence[Outcome]) -> Figure:
    yes = np.array([o.answer.confidence for o in answerable])
    no = np.array([o.answer.confidence for o in unanswerable])
    if not (len(yes) and len(no)):
        return figure([])
    won = np.sign(np.subtract.outer(yes, no)) / 2 + 0.5
    random = np.random.default_rng(0)
    draws = [
        won[random.integers(len(yes), size=len(yes))][:, random.integers(len(no), size=len(no))].mean()
        for _ in range(1_000)
    ]
    low, high = np.quantile(draws, [0.025, 0.975])
    return Figure(float(won.mean()), float(low), float(high), len(yes) + len(no))


def groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Single questions by language and overlap, and the follow-up turns."""
    single = [o for o in outcomes if o.turn == 0]
    result = {"all": single}
    for language in dict.fromkeys(o.gold["lang"] for o in single):
        result[language] = [o for o in single if o.gold["lang"] == language]
    result["low overlap"] = [o for o in single if o.gold.get("overlap") == "low"]
    result["follow-ups"] = [o for o in outcomes if o.turn > 1]
    return {name: members for name, members in result.items() if members}
