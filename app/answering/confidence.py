"""Confidence: how likely it is that the sources hold the answer to a question.

A logistic regression on the evidence, by features that can each be read below, and on the encoder's vector of
the question, which counts for little: people ask for prices and names that a text does not give more often
than for reasons, but ways of asking differ from writer to writer.

The fitted numbers are in confidence.json, written by `python -m index.training.fit_confidence`.
"""

import json
import re
from collections.abc import Sequence
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np

from rodedraad.answering.best_sentences import VERIFIED, best_sentences
from rodedraad.index.search import Hit, Query

FITTED_CONFIDENCE: dict[str, Any] = json.loads(Path(__file__).with_name("confidence.json").read_text("utf-8"))

THRESHOLD: float = FITTED_CONFIDENCE["threshold"]
"""Below this confidence an answer abstains."""

_QUESTION = np.array(FITTED_CONFIDENCE["question"], np.float32)  # what each number of the vector counts

FEATURES = (
    "passage",  # the score of the passage with the sentence that is quoted first
    "quoted",  # the logarithm of that sentence's odds
    "lead",  # how much higher it is than the next one
    "stands_out",  # how much above the mean of all sentences read, in standard deviations
    "interaction",  # how well its passage matches the question
    "sentence",  # how well the sentence alone matches the question
    "weakest",  # how well its passage matches the token that it matches least
    "unevenness",  # the standard deviation of how well the sentence matches each token
    "elsewhere",  # how much better another passage matches a token, for the token with the largest difference
    "unmet",  # the evidence against an answer in the passage, by the tokens that it matches too little
    "verified",  # the verifier's log-odds that the sentence answers
    "verified_best",  # the highest log-odds of any sentence that was verified
    "unmatched",  # the rarity of the question's words that the passage does not match
    "covered",  # the part of the question's words that the passage matches, by rarity
    "names_missing",  # names in the question that no passage read has
    "numbers_missing",  # numbers in the question that the passage lacks
    "no_number",  # a number is asked for, and the sentence has no digit
    "words",  # the logarithm of the number of the question's words
)

_NUMBER = re.compile(
    r"\b(hoeveel|hoelang|hoe (groot|lang|ver|vaak|hoog|oud|zwaar|duur|snel|diep|breed)|aantal|bedrag|prijs"
    r"|percentage|how (many|much|long|far|large|big|old|high|often|tall|heavy|deep)|price|percent"
    r"|combien|prix|pourcentage|cu[aá]nt[oa]s?|precio|porcentaje|wie ?viele?)\b",
    re.IGNORECASE,
)


def confidence(query: Query, hits: Sequence[Hit]) -> float:
    """How likely it is that the sources answer, 0 to 1, by one hit or more."""
    weights = FITTED_CONFIDENCE["features"]
    odds = FITTED_CONFIDENCE["constant"] + float(query.tokens.vector @ _QUESTION)
    for name, value in zip(FEATURES, features(query, hits), strict=True):
        odds += weights[name] * value
    return 1 / (1 + exp(-max(min(odds, 500.0), -500.0)))


def features(query: Query, hits: Sequence[Hit]) -> tuple[float, ...]:
    """What distinguishes an answer from a near miss, in the order of FEATURES."""
    read = [hit for hit in hits if hit.met is not None]
    ranked = best_sentences(read)
    quoted, best, sentence = ranked[0]
    scores = np.array([score for score, _, _ in ranked])
    met = np.array([hit.met for hit in read])
    own = met[read.index(best)]
    importance = query.tokens.importance
    mean = float(importance @ sentence.met)
    words = best.vocabulary
    everywhere = frozenset[str]().union(*(hit.vocabulary for hit in read))
    text = best.document.text[sentence.start : sentence.end]
    return (
        best.score,
        quoted,
        float(scores[0] - scores[1]) if len(scores) > 1 else 0.0,
        float(scores[0] - scores.mean()) / (float(scores.std()) + 1e-6),
        float(importance @ own),
        mean,
        float(own.min()),
        float(np.sqrt(importance @ (sentence.met - mean) ** 2)),
        float((met.max(axis=0) - own).max()),
        query.tokens.unmet(own),
        sentence.verified,
        max(other.verified for hit in read[:VERIFIED] for other in hit.sentences),
        sum(word.rarity * (1 - word.match_in(words)) for word in query.words),
        best.signals["coverage"],
        float(len(query.names - everywhere)),
        float(sum(name.isdigit() for name in query.names - words)),
        float(bool(_NUMBER.search(query.text)) and not re.search(r"\d", text)),
        log(max(len(query.text.split()), 1)),
    )
