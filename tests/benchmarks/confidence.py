"""Fit the curve from a passage's score to the confidence that the sources answer.

    python -m tests.benchmarks.confidence DATA

Questions with an answer are the gold ones under tests/evaluation; questions without one are those
of DATA/xquad/*.jsonl, which ask about other texts. Prints the constants of app/answer.py, and how
well they part the two, by ten-fold cross-validation.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from app.evaluation import GOLD, load_gold
from index.build import reindex
from index.search import Searcher

CORPUS = Path(__file__).parents[2] / "corpus"
QUESTIONS_A_PASSAGE = 2
REFUSED = 0.05  # of the questions with an answer, at the threshold


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as home:
        reindex(CORPUS, Path(home))
        searcher = Searcher(Path(home))
        gold = load_gold(GOLD / "questions.jsonl")
        answerable = [best_score(searcher, g["question"]) for g in gold if g["answerable"]]
        near = [best_score(searcher, g["question"]) for g in gold if not g["answerable"]]
        elsewhere = [
            best_score(searcher, question["question"])
            for file in sorted((data / "xquad").glob("*.jsonl"))
            for line in file.read_text("utf-8").splitlines()
            for question in json.loads(line)["questions"][:QUESTIONS_A_PASSAGE]
        ]
    scores = np.array(answerable + elsewhere).reshape(-1, 1)
    labels = np.array([1] * len(answerable) + [0] * len(elsewhere))
    model = LogisticRegression(C=1e6, class_weight="balanced")
    guessed = cross_val_predict(model, scores, labels, cv=10, method="predict_proba")[:, 1]
    model.fit(scores, labels)
    slope, middle = model.coef_[0, 0], -model.intercept_[0] / model.coef_[0, 0]
    threshold = np.quantile(guessed[labels == 1], REFUSED)
    near_guessed = model.predict_proba(np.array(near).reshape(-1, 1))[:, 1]
    print(f"SLOPE, MIDDLE = {slope:.1f}, {middle:.3f}")
    print(f"THRESHOLD = {threshold:.2f}")
    print(f"{len(answerable)} answerable questions, {len(elsewhere)} about other texts:")
    print(f"  AUROC {roc_auc_score(labels, guessed):.3f}")
    print(f"  refused: {np.mean(guessed[labels == 1] < threshold):.2f} of the answerable,")
    print(f"           {np.mean(guessed[labels == 0] < threshold):.2f} of those about other texts,")
    print(f"           {np.mean(near_guessed < threshold):.2f} of {len(near)} near misses")


def best_score(searcher: Searcher, question: str) -> float:
    return searcher.search(searcher.query(question), 1)[0].score


if __name__ == "__main__":
    main()
