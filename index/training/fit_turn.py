"""Fit what distinguishes a new question, a follow-up and a message that is no question.

    python -m index.training.fit_turn EVALUATION

Learns from the questions and turns of articles/learned and articles/fitted, from articles/messages.jsonl, and
from the questions of EVALUATION/xquad, but for the sealed ones. Writes app/answering/turn.json, and prints a
confusion matrix for each set: the messages, by cross-validation, and the sealed, held and gold questions.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from index.training.data import ARTICLES, read_lines
from index.training.xquad import READ_IN, Part, paragraphs
from rodedraad.answering.turn import KINDS, turn_features
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.index.encoders.bundled import bundled_interaction

TURN_FILE = Path(__file__).parents[2] / "app" / "answering" / "turn.json"
SIZE = 5.0
"""What the vector is multiplied by, so that its 384 numbers count beside the features."""
STRENGTH = 0.1
"""The inverse of the penalty on weights."""
COUNTS = {"new": 1.0, "follow-up": 6.0, "none": 8.0}
"""What a text of each kind counts: most are new questions."""
NEW_MESSAGE_COUNT = 4.0
"""What a new question among the messages counts, most of them short. With 1, against the 8 of what is no
question, a short text with an unknown word is taken for none."""

LabelledText = tuple[str, str]
"""A text, and its kind."""


def main() -> None:
    """Fit, write the file and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evaluation", type=Path)
    evaluation = parser.parse_args().evaluation
    messages = list(_messages())
    learned = [
        *_written("learned", "fitted"),
        *_people(evaluation, "learned", "fitted"),
        *messages,
    ]
    rows, kinds = features_of(learned), np.array([KINDS.index(kind) for _, kind in learned])
    counts = np.array([COUNTS[kind] for _, kind in learned])
    counts[-len(messages) :] = np.maximum(counts[-len(messages) :], NEW_MESSAGE_COUNT)
    model = LogisticRegression(C=STRENGTH, max_iter=3_000)
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    guessed = cross_val_predict(model, rows, kinds, cv=folds, params={"sample_weight": counts})
    print_shares("messages", messages, guessed[-len(messages) :])
    model.fit(rows, kinds, sample_weight=counts)
    scale = np.ones(rows.shape[1])
    scale[len(turn_features("")) :] = SIZE
    fitted = {
        "fitted by": "python -m index.training.fit_turn",
        "constants": model.intercept_.round(4).tolist(),
        "weights": (model.coef_ * scale).round(3).tolist(),
    }
    TURN_FILE.write_text(json.dumps(fitted) + "\n", "utf-8")
    for name, texts in (
        ("sealed articles", list(_written("sealed"))),
        ("sealed people", list(_people(evaluation, "sealed"))),
        ("held articles", list(_written("held"))),
        ("gold", list(_lines(GOLD))),
    ):
        print_shares(name, texts, model.predict(features_of(texts)))


def features_of(texts: Sequence[LabelledText]) -> NDArray[np.float64]:
    """The features and the scaled vector of each text."""
    encoder = bundled_interaction().embedder
    vectors = encoder.questions([text for text, _ in texts])
    return np.hstack([np.array([turn_features(text) for text, _ in texts]), SIZE * vectors])


def print_shares(name: str, texts: Sequence[LabelledText], guessed: NDArray[np.int64]) -> None:
    """Print of each kind what it is taken for."""
    true = np.array([KINDS.index(kind) for _, kind in texts])
    for number, kind in enumerate(KINDS):
        if (here := true == number).any():
            shares = ", ".join(f"{k} {np.mean(guessed[here] == n):.4f}" for n, k in enumerate(KINDS))
            print(f"{name}: {here.sum()} {kind} are taken for: {shares}")


def _written(*parts: str) -> Iterator[LabelledText]:
    for part in parts:
        for folder in sorted((ARTICLES / part).iterdir()):
            yield from _lines(folder)


def _lines(folder: Path) -> Iterator[LabelledText]:
    """The questions and turns of a folder; a conversation's first turn is new, the rest are as marked."""
    for line in read_lines(folder / "questions.jsonl"):
        yield line["question"], "new"
    for talk in read_lines(folder / "conversations.jsonl"):
        for number, turn in enumerate(talk["turns"]):
            yield turn["question"], turn.get("turn", "follow-up" if number else "new")


def _messages() -> Iterator[LabelledText]:
    for line in read_lines(ARTICLES / "messages.jsonl"):
        asked = "follow-up" if line["kind"] == "followup" else "new"
        yield line["text"], asked if line["question"] else "none"


def _people(evaluation: Path, *parts: Part) -> Iterable[LabelledText]:
    """Each question that people asked about the subjects of some parts, in every language."""
    return dict.fromkeys(
        (question, "new")
        for language in READ_IN
        for paragraph in paragraphs(evaluation, language)
        if paragraph.part in parts
        for _, question, _ in paragraph.questions
    )


if __name__ == "__main__":
    main()
