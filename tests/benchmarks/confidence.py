"""Fit the confidence that the sources answer a question.

    python -m tests.benchmarks.confidence DATA

Whether the sources speak of what is asked: all answerable questions of tests/evaluation, against
those of DATA/xquad/*.jsonl over corpus/, which ask about other texts. Whether they answer it: all
questions of tests/evaluation/varied and tests/evaluation/long, searched by what late interaction learned from
the other documents, so that no question is met better than a new one would be. Prints the constants
of app/confidence.py, and how well they part the questions, by cross-validation over documents.
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
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from app.confidence import NEAR_MISS, features
from app.evaluation import GOLD, load_gold
from index.build import reindex
from index.interaction import bundled_interaction
from index.search import READ, Searcher
from tests.benchmarks.interaction import SEED, Ranking, examples, learn

CORPUS = Path(__file__).parents[2] / "corpus"
QUESTIONS_A_PASSAGE = 2
REFUSED = 0.05  # of the answerable gold and varied questions, at the threshold
FOLDS = 3

Row = tuple[float, ...]
"""The best passage's score and the features of a question."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    folders = [GOLD / "varied", *sorted((GOLD / "long").iterdir())]
    with ExitStack() as stack:
        searchers = [opened(stack, folder / "corpus") for folder in folders]
        here = opened(stack, CORPUS)
        gold = load_gold(GOLD / "questions.jsonl")
        gold_rows = np.array([row(here, line["question"]) for line in gold])
        elsewhere = [
            row(here, question["question"])[0]
            for file in sorted((data / "xquad").glob("*.jsonl"))
            for line in file.read_text("utf-8").splitlines()
            for question in json.loads(line)["questions"][:QUESTIONS_A_PASSAGE]
        ]
        lines = [
            (searcher, line)
            for searcher, folder in zip(searchers, folders, strict=True)
            for line in load_gold(folder / "questions.jsonl")
        ]
        documents = sorted({line["doc"] for _, line in lines})
        random.Random(SEED).shuffle(documents)
        fold = np.array([documents.index(line["doc"]) % FOLDS for _, line in lines])
        rows = np.zeros((len(lines), gold_rows.shape[1]))
        found = [example for folder in folders for example in examples(folder)]
        for number in range(FOLDS):
            use(learn([e for e in found if documents.index(e.document) % FOLDS != number]))
            for place in np.flatnonzero(fold == number):
                searcher, line = lines[place]
                rows[place] = row(searcher, line["question"])
    answerable = np.array([line["answerable"] for _, line in lines])
    gold_answerable = np.array([line["answerable"] for line in gold])

    here_scores = np.concatenate([gold_rows[gold_answerable, 0], rows[answerable, 0]])
    about, slope, middle = fit_about(here_scores, np.array(elsewhere))
    guessed = np.zeros(len(lines))
    for number in range(FOLDS):
        kept = fold == number
        guessed[kept] = fit_answers(rows[~kept], answerable[~kept]).predict_proba(rows[kept, 1:])[:, 1]
    answers = fit_answers(rows, answerable)
    gold_confidence = answers.predict_proba(gold_rows[:, 1:])[:, 1] * about(gold_rows[:, 0])
    confidence = guessed * about(rows[:, 0])
    long = np.array([line["doc"][0] in "def" for _, line in lines])
    named = [*gold_confidence[gold_answerable], *confidence[answerable & ~long]]
    threshold = np.quantile(named, REFUSED)

    print(f"SLOPE, MIDDLE = {slope:.2f}, {middle:.3f}")
    print("NEAR_MISS =", {name: round(weight, 3) for name, weight in weights(answers).items()})
    print(f"THRESHOLD = {threshold:.2f}")
    parted = auroc(gold_rows[gold_answerable, 0], elsewhere)
    print(f"{len(elsewhere)} questions about other texts: AUROC {parted:.3f} by the best score")
    for name, values, labels in (
        ("varied", confidence[~long], answerable[~long]),
        ("long", confidence[long], answerable[long]),
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
    return Searcher(home)


def row(searcher: Searcher, question: str) -> Row:
    query = searcher.query(question)
    hits = searcher.search(query, READ)
    return hits[0].score, *features(searcher, query, hits)


def use(ranking: Ranking) -> None:
    """Let searchers interact by what was learned."""
    interaction = bundled_interaction()
    interaction.map = ranking.map.detach().numpy()
    interaction.importance = ranking.importance.detach().numpy()


def fit_about(
    here: np.ndarray, elsewhere: np.ndarray
) -> tuple[Callable[[np.ndarray], np.ndarray], float, float]:
    """The curve from a score to how likely the sources speak of it, its slope and its middle."""
    model = LogisticRegression(C=1e6, class_weight="balanced")
    model.fit(np.concatenate([here, elsewhere])[:, None], [1] * len(here) + [0] * len(elsewhere))
    slope = model.coef_[0, 0]
    return lambda scores: model.predict_proba(scores[:, None])[:, 1], slope, -model.intercept_[0] / slope


def fit_answers(rows: np.ndarray, answerable: np.ndarray) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.05)).fit(rows[:, 1:], answerable)


def weights(model: Pipeline) -> dict[str, float]:
    """The weights for features that are not scaled, with the constant."""
    scaler, regression = model[0], model[1]
    plain = regression.coef_[0] / scaler.scale_
    constant = regression.intercept_[0] - float(plain @ scaler.mean_)
    return dict(zip(NEAR_MISS, [float(constant), *plain.tolist()], strict=True))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    return float(roc_auc_score([1] * len(positive) + [0] * len(negative), [*positive, *negative]))


if __name__ == "__main__":
    main()
