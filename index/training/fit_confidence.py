"""Fit the confidence that the sources answer a question.

    python -m index.training.fit_confidence DATA

Two curves are fitted. Whether the sources are about what is asked: the answerable questions of the gold
set and of articles/held, against those of DATA/xquad/*.jsonl over corpus/, which are about other texts.
Whether they answer it: all questions of articles/held, from which the encoder has not learned. The
command writes app/answering/confidence.json and prints how well it separates the questions, those of
articles/held by cross-validation over documents. At last the confidence is put on the scale of the gold
questions (Platt 1999), which are easier: its order stays.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rodedraad.answering.confidence import FEATURES, features
from rodedraad.evaluation.gold_file import GOLD, load_gold
from rodedraad.index.build import reindex
from rodedraad.index.search import READ, Searcher

CORPUS = Path(__file__).parents[2] / "corpus"
QUESTIONS_A_PASSAGE = 2
REFUSED = 0.095  # of the answerable gold questions, at the threshold
FOLDS, SEED = 5, 1
SIZES = {"feature": 3.0, "vector": 15.0}
"""The standard deviation that each feature gets, and what the 384 numbers of a question's vector are
multiplied by: they then have about one each. The penalty is the same for all."""
HIGH_OVERLAP = 3.0
"""What an answerable question counts that shares words with its answer. One in ten of the held ones does,
two in five of the gold ones."""
STRENGTH = 0.02  # inverse, of the penalty on weights
HELD = Path(__file__).parent / "articles" / "held"
FITTED = Path(__file__).parents[2] / "app" / "answering" / "confidence.json"

Row = tuple[float, ...]
"""The best passage's score, the features of a question, and its vector."""


def main() -> None:
    """Fit, write the file and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    with ExitStack() as stack:
        here = opened(stack, CORPUS)
        gold = load_gold(GOLD / "questions.jsonl")
        gold_rows = np.array([row(here, line["question"]) for line in gold])
        elsewhere = [
            row(here, question["question"])[0]
            for file in sorted((data / "xquad").glob("*.jsonl"))
            for line in file.read_text("utf-8").splitlines()
            for question in json.loads(line)["questions"][:QUESTIONS_A_PASSAGE]
        ]
        lines, found = [], []
        for folder in sorted(HELD.iterdir()):
            searcher = opened(stack, folder / "corpus")
            for line in load_gold(folder / "questions.jsonl"):
                lines.append(line)
                found.append(row(searcher, line["question"]))
    rows = np.array(found)
    documents = sorted({line["doc"] for line in lines})
    random.Random(SEED).shuffle(documents)
    fold = np.array([documents.index(line["doc"]) % FOLDS for line in lines])
    answerable = np.array([line["answerable"] for line in lines])
    counts = np.array([HIGH_OVERLAP if line.get("overlap") == "high" else 1.0 for line in lines])
    gold_answerable = np.array([line["answerable"] for line in gold])

    here_scores = np.concatenate([gold_rows[gold_answerable, 0], rows[answerable, 0]])
    about, slope, middle = fit_about(here_scores, np.array(elsewhere))
    guessed = np.zeros(len(lines))
    for number in range(FOLDS):
        kept = fold == number
        guessed[kept] = likely(fit_answers(rows[~kept], answerable[~kept], counts[~kept]), rows[kept])
    answers = fit_answers(rows, answerable, counts)
    gold_confidence = likely(answers, gold_rows) * about(gold_rows[:, 0])
    confidence = guessed * about(rows[:, 0])
    scale = LogisticRegression(C=1e6).fit(odds(gold_confidence), gold_answerable)
    gold_confidence = scale.predict_proba(odds(gold_confidence))[:, 1]
    confidence = scale.predict_proba(odds(confidence))[:, 1]
    threshold = float(np.quantile(gold_confidence[gold_answerable], REFUSED))

    constant, *weights = (round(float(weight), 4) for weight in answers)
    fitted = {
        "fitted by": "python -m index.training.fit_confidence",
        "slope": round(slope, 3),
        "middle": round(middle, 3),
        "scale": round(float(scale.coef_[0, 0]), 3),
        "shift": round(float(scale.intercept_[0]), 3),
        "threshold": round(threshold, 4),
        "constant": constant,
        "features": dict(zip(FEATURES, weights, strict=False)),
        "question": weights[len(FEATURES) :],
    }
    FITTED.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    parted = auroc(gold_rows[gold_answerable, 0], elsewhere)
    print(f"{len(elsewhere)} questions about other texts: AUROC {parted:.3f} by the best score")
    for name, values, labels in (
        ("held", confidence, answerable),
        ("gold", gold_confidence, gold_answerable),
    ):
        tenth = np.quantile(values[labels], 0.1)
        print(
            f"{name}: AUROC {auroc(values[labels], values[~labels]):.3f}; refused at the threshold "
            f"{np.mean(values[labels] < threshold):.2f} of the answerable and "
            f"{np.mean(values[~labels] < threshold):.2f} of the others; at .10 of the answerable "
            f"{np.mean(values[~labels] < tenth):.2f}"
        )


def opened(stack: ExitStack, corpus: Path) -> Searcher:
    """A searcher over an index of a corpus, until the stack is closed."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    reindex(corpus, home)
    return Searcher.open(home)


def row(searcher: Searcher, question: str) -> Row:
    """What the confidence looks at, for a question over an index."""
    query = searcher.query(question)
    hits = searcher.search(query, READ)
    return hits[0].score, *features(query, hits), *query.tokens.vector


def fit_about(
    here: np.ndarray, elsewhere: np.ndarray
) -> tuple[Callable[[np.ndarray], np.ndarray], float, float]:
    """The curve from a score to how likely the sources speak of it, its slope and its middle."""
    model = LogisticRegression(C=1e6, class_weight="balanced")
    model.fit(np.concatenate([here, elsewhere])[:, None], [1] * len(here) + [0] * len(elsewhere))
    slope = model.coef_[0, 0]
    return lambda scores: model.predict_proba(scores[:, None])[:, 1], slope, -model.intercept_[0] / slope


def fit_answers(rows: np.ndarray, answerable: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """A constant and the weights of the features and the vector as they are, not scaled."""
    scales = np.full(rows.shape[1] - 1, 1 / SIZES["vector"])
    scales[: len(FEATURES)] = rows[:, 1 : len(FEATURES) + 1].std(axis=0) / SIZES["feature"]
    means = rows[:, 1:].mean(axis=0)
    model = LogisticRegression(C=STRENGTH, max_iter=2_000)
    model.fit((rows[:, 1:] - means) / scales, answerable, sample_weight=counts)
    weights = model.coef_[0] / scales
    return np.array([model.intercept_[0] - weights @ means, *weights])


def likely(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The probability of an answer, float64[n]."""
    return np.asarray(1 / (1 + np.exp(-weights[0] - rows[:, 1:] @ weights[1:])))


def odds(confidence: np.ndarray) -> np.ndarray:
    """The logarithm of the odds, as a column."""
    return np.asarray(np.log(confidence / (1 - confidence)))[:, None]


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The area under the ROC curve."""
    return float(roc_auc_score([1] * len(positive) + [0] * len(negative), [*positive, *negative]))


if __name__ == "__main__":
    main()
