"""Confidence: how likely it is that the sources hold the answer to a question.

Two logistic regressions, multiplied. The first tells from the best passage's score whether the
sources speak of what is asked at all. The second tells an answer from a near miss (another place,
another year, a detail that is not given): by features that can each be read below, and by the
question itself, as a vector. For people ask for prices and names that a text does not give more
often than for reasons that it does not give, and this is seen in the question alone.
Their product is put on the scale of the gold questions (Platt 1999).

What was fitted stands in confidence.json, written by `python -m index.training.fit_confidence`.
"""

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from math import exp, log
from typing import Any

import numpy as np

from rodedraad.index.search import Hit, Query

FITTED: dict[str, Any] = json.loads(
    files("rodedraad.answering").joinpath("confidence.json").read_text("utf-8")
)

THRESHOLD: float = FITTED["threshold"]
"""Below this confidence an answer abstains: of the answerable gold questions .10 do, of the others .65.

By the same command, AUROC: gold .86; held, by cross-validation over documents, .82.
"""

_QUESTION = np.array(FITTED["question"], np.float32)

FEATURES = (
    "score",  # of the best passage
    "interaction",  # how well the best passage meets the question
    "around",  # how much better it does than its best sentence alone
    "unevenness",  # of how well that sentence meets the question's tokens: their standard deviation
    "elsewhere",  # how much better the token that is met best outside the best passage is met there
    "stands_out",  # that sentence's score above the mean of all sentences read, in standard deviations
    "length",  # the logarithm of its characters
    "unmatched",  # the rarity of the question's words that the best passage does not match
    "names_missing",  # names in the question that no passage read has
    "numbers_missing",  # numbers in the question that the best passage lacks
    "asks_number",
    "asks_why",
    "asks_how",
)

_NUMBER = re.compile(
    r"\b(hoeveel|hoelang|hoe (groot|lang|ver|vaak|hoog|oud|zwaar|duur|snel|diep|breed)|aantal|bedrag|prijs"
    r"|percentage|how (many|much|long|far|large|big|old|high|often|tall|heavy|deep)|price|percent"
    r"|combien|prix|pourcentage|cu[aá]nt[oa]s?|precio|porcentaje|wie ?viele?)\b",
    re.IGNORECASE,
)
_WHY = re.compile(r"\b(waarom|waardoor|why|pourquoi|por qué|warum)\b", re.IGNORECASE)
_HOW = re.compile(r"^\W*(hoe|how|comment|c[oó]mo|auf welche weise)\b", re.IGNORECASE)


def confidence(query: Query, hits: Sequence[Hit], follow_up: bool = False) -> float:
    """How likely it is that the sources answer, 0 to 1; 0 without hits.

    Of a follow-up, whose words are those of two questions, only the first curve is asked.
    """
    if not hits:
        return 0.0
    likely = _logistic(FITTED["slope"] * (hits[0].score - FITTED["middle"]))
    if not follow_up:
        weights = FITTED["features"]
        answers = FITTED["constant"] + float(query.tokens.vector @ _QUESTION)
        for name, value in zip(FEATURES, features(query, hits), strict=True):
            answers += weights[name] * value
        likely *= _logistic(answers)
    odds = log(max(likely, 1e-9)) - log(max(1 - likely, 1e-9))
    return _logistic(FITTED["scale"] * odds + FITTED["shift"])


def features(query: Query, hits: Sequence[Hit]) -> tuple[float, ...]:
    """What tells an answer from a near miss, besides the question itself, in the order of FEATURES."""
    best = hits[0]
    read = [hit for hit in hits if hit.met is not None]
    met = np.array([hit.met for hit in read])
    importance = query.tokens.importance
    scores = [sentence.score for hit in read for sentence in hit.sentences]
    sentence = max(best.sentences, key=lambda sentence: sentence.score)
    mean = float(importance @ sentence.met)
    words = best.vocabulary
    everywhere = words.union(*(hit.vocabulary for hit in read[1:]))
    asks_number = bool(_NUMBER.search(query.text))
    return (
        best.score,
        float(importance @ met[0]),
        float(importance @ met[0]) - mean,
        float(np.sqrt(importance @ (sentence.met - mean) ** 2)),
        float((met.max(axis=0) - met[0]).max(initial=0.0)),
        (max(scores) - float(np.mean(scores))) / (float(np.std(scores)) + 1e-6),
        log(sentence.end - sentence.start),
        sum(word.rarity * (1 - word.match_in(words)) for word in query.words),
        float(len(query.names - everywhere)),
        float(sum(name.isdigit() for name in query.names - words)),
        float(asks_number),
        float(bool(_WHY.search(query.text))),
        float(bool(_HOW.search(query.text)) and not asks_number),
    )


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-max(min(value, 500.0), -500.0)))
