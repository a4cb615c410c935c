"""Confidence: how likely it is that the sources hold the answer to a question.

Two logistic regressions, multiplied. The first tells from the best passage's score whether the
sources speak of what is asked at all. The second tells an answer from a near miss (another place,
another year, a detail that is not given), by ten features that can each be read below.
"""

import re
from collections.abc import Sequence
from math import exp, log

import numpy as np

from index.search import Hit, Query, Searcher

SLOPE, MIDDLE = 7.5, 1.886
"""The curve from the best passage's score to how likely the sources speak of it.

Fitted by `python -m tests.benchmarks.confidence`, on the 1,439 answerable questions of
tests/evaluation against 948 questions about other texts: AUROC .986 of the gold ones against these.
"""

NEAR_MISS = {
    "constant": 0.468,
    "names": -0.589,
    "elsewhere": -8.123,
    "asks_number": -0.927,
    "asks_how": -0.807,
    "lead": -0.544,
    "names_missing": -0.702,
    "least_met": 2.679,
    "coverage": -0.282,
    "length": 0.608,
}
"""The weights that part answerable questions from near misses, fitted by the same command.

It learns from invented articles, with cross-validation over documents; the gold questions, of which
it has seen none, have AUROC .77. A question's style tells as much as how it is met: people ask for
numbers and names that a text does not give more often than for reasons that it does not give.
"""

THRESHOLD = 0.19
"""Below this confidence an answer abstains.

By the same command: .05 of the answerable gold and varied questions, .28 and .11 of the others there.
"""

FIFTH = 4  # the place of the passage whose distance from the best is its lead

_NUMBER = re.compile(
    r"\b(hoeveel|hoelang|hoe (groot|lang|ver|vaak|hoog|oud|zwaar|duur|snel|diep|breed)|aantal|bedrag|prijs"
    r"|percentage|how (many|much|long|far|large|big|old|high|often|tall|heavy|deep)|price|percent"
    r"|combien|prix|pourcentage|cu[aá]nt[oa]s?|precio|porcentaje|wie ?viele?)\b",
    re.IGNORECASE,
)
_HOW = re.compile(r"^\W*(hoe|how|comment|c[oó]mo|auf welche weise)\b", re.IGNORECASE)
_WORD = re.compile(r"[\w’'-]+")


def confidence(searcher: Searcher, query: Query, hits: Sequence[Hit], follow_up: bool = False) -> float:
    """How likely it is that the sources answer, 0 to 1; 0 without hits.

    Of a follow-up, whose words are those of two questions, only the first curve is asked.
    """
    if not hits:
        return 0.0
    speaks = _logistic(SLOPE * (hits[0].score - MIDDLE))
    if follow_up:
        return speaks
    weights = list(NEAR_MISS.values())
    answers = weights[0] + sum(
        weight * value for weight, value in zip(weights[1:], features(searcher, query, hits), strict=True)
    )
    return speaks * _logistic(answers)


def features(searcher: Searcher, query: Query, hits: Sequence[Hit]) -> tuple[float, ...]:
    """What tells an answer from a near miss, in the order of NEAR_MISS behind its constant.

    Names in the question, four at most; how much better its tokens are met outside the best passage;
    whether it asks for a number, and how something is done; the best score less the fifth; names that
    the best passage lacks; the important token that the best sentence meets least; coverage; the
    logarithm of its length in tokens.
    """
    best = hits[0]
    read = [hit for hit in hits if hit.met is not None]
    met = np.array([hit.met for hit in read])
    importance = query.tokens.importance
    words = list(_WORD.finditer(query.text))
    names = [m.group() for m in words[1:] if m.group()[0].isupper() or m.group()[0].isdigit()]
    parts = searcher.words_in(" ".join(names))
    sentence = max(best.sentences, key=lambda sentence: sentence.score)
    important = importance >= 0.5 / max(len(importance), 1)
    asks_number = bool(_NUMBER.search(query.text))
    return (
        float(min(len(names), 4)),
        float(importance @ (met.max(axis=0) - met[0])),
        float(asks_number),
        float(bool(_HOW.search(query.text)) and not asks_number),
        best.score - read[min(FIFTH, len(read) - 1)].score,
        float(len(parts - searcher.words_of(best.passage))),
        min((float(met) for met in sentence.met[important]), default=0.0),
        best.signals["coverage"],
        log(max(len(importance), 1)),
    )


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-max(min(value, 500.0), -500.0)))
