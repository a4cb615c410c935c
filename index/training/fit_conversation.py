"""Fit what tells a follow-up from a question that stands alone.

    python -m index.training.fit_conversation DATA

Follow-ups are the later turns of tests/evaluation/conversations.jsonl; questions that stand alone
are the first turns, those of questions.jsonl, and those of DATA/xquad/*.jsonl. Prints the constant
of app/conversation.py, and how well it does by ten-fold cross-validation.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from rodedraad.answering.conversation import follow_up_features
from rodedraad.evaluation.gold_file import GOLD, load_gold

QUESTIONS_A_PASSAGE = 2


def main() -> None:
    """Fit, and print the constant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    talks = [gold["turns"] for gold in load_gold(GOLD / "conversations.jsonl")]
    follow_ups = [turn["question"] for talk in talks for turn in talk[1:]]
    alone = [talk[0]["question"] for talk in talks]
    alone += [gold["question"] for gold in load_gold(GOLD / "questions.jsonl")]
    elsewhere = [
        question["question"]
        for file in sorted((data / "xquad").glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
        for question in json.loads(line)["questions"][:QUESTIONS_A_PASSAGE]
    ]
    features = np.array([follow_up_features(q) for q in follow_ups + alone + elsewhere])
    groups = np.array([0] * len(follow_ups) + [1] * len(alone) + [2] * len(elsewhere))
    model = LogisticRegression(C=3, class_weight="balanced", max_iter=1000)
    guessed = cross_val_predict(model, features, groups == 0, cv=10)
    model.fit(features, groups == 0)
    weights = [round(float(w), 2) for w in (*model.intercept_, *model.coef_[0])]
    print(f"FOLLOW_UP = {tuple(weights)}")
    names = ("follow-ups", "questions over the corpus", "questions about other texts")
    for group, name in enumerate(names):
        share = guessed[groups == group].mean()
        print(f"  {share:.3f} of {np.sum(groups == group)} {name} are taken for follow-ups")


if __name__ == "__main__":
    main()
