"""Metrics: the figures of a set of outcomes, with bootstrap intervals.

A measure is written as a function of weights, float64[d, n]: each row says how often each of n
questions is drawn. Ones give the figure itself, resamples its interval; resamples that two runs
share give the interval of their difference.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log2, nan

import numpy as np
import numpy.typing as npt

from rodedraad.evaluation.ask_gold import PASSAGES_ASKED, Outcome

DRAWS = 10_000  # of the bootstrap
CHUNK = 1_000  # draws held in memory together
REFUSED_SHARE = 0.10
"""The part of the answerable questions that may be refused, for "unanswerable refused at 10 %"."""

BINS = 10  # of the reliability diagram

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its bootstrap 95 % interval, over `count` questions; nan over none."""

    value: float
    low: float
    high: float
    count: int


FigureTable = dict[str, dict[str, Figure]]
"""The figures of each group of questions, by measure."""


def success_at(outcome: Outcome, k: int) -> float:
    """1 if a passage among the first k covers a span."""
    return float(any(rank <= k for rank in outcome.ranks))


def reciprocal_rank(outcome: Outcome) -> float:
    """1/rank of the first passage among ten that covers a span, else 0."""
    return 1 / min(outcome.ranks) if outcome.ranks else 0.0


def ndcg(outcome: Outcome) -> float:
    """nDCG@10 with binary relevance (Järvelin and Kekäläinen 2002)."""
    best = sum(1 / log2(rank + 1) for rank in range(1, min(len(outcome.relevant), PASSAGES_ASKED) + 1))
    return sum(1 / log2(rank + 1) for rank in outcome.ranks) / best if best else 0.0


def quoted(outcome: Outcome) -> float:
    """The characters quoted."""
    return float(sum(map(len, outcome.quotes)))


def _given(outcome: Outcome) -> bool:
    return outcome.answerable and not outcome.abstained


SHARES: dict[str, Callable[[Outcome], float | None]] = {
    "success@1": lambda o: success_at(o, 1) if o.answerable else None,
    "success@3": lambda o: success_at(o, 3) if o.answerable else None,
    "success@5": lambda o: success_at(o, 5) if o.answerable else None,
    "answered": lambda o: float(o.answered and not o.abstained) if o.answerable else None,
    "best sentence": lambda o: float(o.first_answers) if o.answerable else None,
    "quote accuracy": lambda o: float(o.answered) if _given(o) else None,
    "answerable refused": lambda o: float(o.abstained) if o.answerable else None,
    "unanswerable refused": lambda o: None if o.answerable or not o.asks else float(o.abstained),
    "taken for no question": lambda o: float(not o.taken_for_question) if o.asks else None,
    "known for no question": lambda o: None if o.asks else float(not o.taken_for_question),
}
"""What is 0 or 1 for a question; None for one that does not count."""

MEANS: dict[str, Callable[[Outcome], float | None]] = {
    "MRR@10": lambda o: reciprocal_rank(o) if o.answerable else None,
    "nDCG@10": lambda o: ndcg(o) if o.answerable else None,
    "quoted characters": lambda o: quoted(o) if _given(o) else None,
    "milliseconds": lambda o: o.milliseconds,
}
"""What is a number for a question."""


def auroc(confidence: Values, answerable: Mask, weights: Values) -> Values:
    """How often an answerable question is surer than an unanswerable one; ties count half."""
    yes, no = confidence[answerable], confidence[~answerable]
    won = np.sign(np.subtract.outer(yes, no)) / 2 + 0.5
    weight_yes, weight_no = weights[:, answerable], weights[:, ~answerable]
    together = ((weight_yes @ won) * weight_no).sum(axis=1)
    return _ratio(together, weight_yes.sum(axis=1) * weight_no.sum(axis=1))


def refused_at(confidence: Values, answerable: Mask, weights: Values) -> Values:
    """The unanswerable share under the highest threshold that refuses at most REFUSED_SHARE answerable."""
    order = np.argsort(confidence[answerable], kind="stable")
    yes, no = confidence[answerable][order], confidence[~answerable]
    if not (len(yes) and len(no)):
        return np.full(len(weights), nan)
    below = np.cumsum(weights[:, answerable][:, order], axis=1)  # weight at most as sure as each
    threshold = yes[(below <= REFUSED_SHARE * below[:, -1:] + 1e-9).sum(axis=1)]
    weight_no = weights[:, ~answerable]
    refused = (weight_no * (no < threshold[:, None])).sum(axis=1)
    return _ratio(refused, weight_no.sum(axis=1))


def calibration_error(confidence: Values, answerable: Mask, weights: Values) -> Values:
    """Expected calibration error over ten bins of equal width (Naeini, Cooper, Hauskrecht 2015)."""
    gap = answerable - confidence
    bins = _bins(confidence)
    total = np.zeros(len(weights))
    for number in np.unique(bins):
        inside = bins == number
        total += np.abs(weights[:, inside] @ gap[inside])
    return _ratio(total, weights.sum(axis=1))


ABSTENTION: dict[str, Callable[[Values, Mask, Values], Values]] = {
    "abstention AUROC": auroc,
    "unanswerable refused at 10 %": refused_at,
    "calibration error": calibration_error,
}
"""The measures of the confidence of all questions together."""

MEASURES = (
    *("success@1", "success@3", "success@5", "MRR@10", "nDCG@10", "best sentence", "answered"),
    *("quote accuracy", "quoted characters", "answerable refused", "unanswerable refused", *ABSTENTION),
    *("taken for no question", "known for no question", "milliseconds"),
)
LESS_IS_BETTER = frozenset(
    {"quoted characters", "answerable refused", "calibration error", "taken for no question", "milliseconds"}
)


def digits(measure: str) -> int:
    """How many decimals of a measure are significant."""
    return {"milliseconds": 1, "quoted characters": 0}.get(measure, 2)


def values(measure: str, outcomes: Sequence[Outcome]) -> Values:
    """A share or mean for each question; nan for those that do not count."""
    value = SHARES.get(measure) or MEANS[measure]
    return np.array([value(outcome) for outcome in outcomes], np.float64)


def statistic(measure: str, outcomes: Sequence[Outcome]) -> Callable[[Values], Values]:
    """A measure as a function of float64[d, n] weights to float64[d]."""
    if measure in ABSTENTION:
        confidence = np.array([o.confidence for o in outcomes], np.float64)
        answerable = np.array([o.answerable for o in outcomes], np.bool_)
        if answerable.all() or not answerable.any():
            return lambda weights: np.full(len(weights), nan)
        return lambda weights: ABSTENTION[measure](confidence, answerable, weights)
    each = values(measure, outcomes)
    counted = ~np.isnan(each)
    each = np.where(counted, each, 0.0)
    return lambda weights: _ratio(weights @ each, weights @ counted.astype(np.float64))


def resamples(outcomes: Sequence[Outcome]) -> Iterator[Values]:
    """Bootstrap weights (seed 0), CHUNK rows at a time; answerable and other questions apart."""
    random = np.random.default_rng(0)
    answerable = np.array([o.answerable for o in outcomes], np.bool_)
    for _ in range(DRAWS // CHUNK):
        weights = np.zeros((CHUNK, len(outcomes)))
        for part in (answerable, ~answerable):
            if count := int(part.sum()):
                weights[:, part] = random.multinomial(count, np.full(count, 1 / count), CHUNK)
        yield weights


def interval(draws: Values) -> tuple[float, float]:
    """The middle 95 % of what the resamples gave; those without a figure are left out."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return nan, nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def measures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Every measure over a group of questions."""
    statistics = {name: statistic(name, outcomes) for name in MEASURES}
    draws: dict[str, list[Values]] = {name: [] for name in MEASURES}
    for weights in resamples(outcomes):
        for name, value in statistics.items():
            draws[name].append(value(weights))
    result = {}
    for name, value in statistics.items():
        single = float(value(np.ones((1, len(outcomes))))[0])
        if name in ABSTENTION:
            count = 0 if np.isnan(single) else len(outcomes)
        else:
            count = int((~np.isnan(values(name, outcomes))).sum())
        result[name] = Figure(single, *interval(np.concatenate(draws[name])), count)
    return result


def groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Single questions, by language, overlap, kind, and language of question and source; follow-up turns.

    Beside them: questions about a fact that others ask about too; those that differ from an answerable one
    by a detail, with that one; and what is no question.
    """
    single = [o for o in outcomes if o.turn == 0 and o.asks]
    result = {"all": single}
    for language in dict.fromkeys(o.lang for o in single):
        result[language] = [o for o in single if o.lang == language]
    result["low overlap"] = [o for o in single if o.overlap == "low"]
    sources = dict.fromkeys(o.source for o in single if o.source)
    if len(sources) > 1:
        for pair in dict.fromkeys((o.lang, o.source) for o in single if o.source):
            result[f"{KIND}{pair[0]} → {pair[1]}"] = [o for o in single if (o.lang, o.source) == pair]
    result["follow-ups"] = [o for o in outcomes if o.turn > 1 and o.asks]
    result["same fact"] = [o for o in single if o.same]
    edited = {o.pair for o in single} - {""}
    result["minimal pairs"] = [o for o in single if o.pair or o.id in edited]
    result["no question"] = [o for o in outcomes if not o.asks]
    for kind in sorted({o.kind for o in single} - {""}):
        result[f"{KIND}{kind}"] = [o for o in single if o.kind == kind]
    return {name: members for name, members in result.items() if members}


KIND = "kind: "
"""The prefix of the name of a group that holds one kind of question."""


def verdict(outcome: Outcome) -> str:
    """What became of a question, in words."""
    if not outcome.asks:
        return "no question" if not outcome.taken_for_question else "taken for a question"
    if not outcome.answerable:
        return "kept silent" if outcome.abstained else "answered without a source"
    if outcome.abstained:
        return "refused"
    if outcome.answered:
        return "quoted"
    return "found, not quoted" if success_at(outcome, 3) else "not found"


RIGHT_VERDICTS = frozenset({"quoted", "kept silent", "no question"})
"""The verdicts that one wants."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: how sure they are, and how many indeed have an answer."""

    confidence: float  # mean
    answerable: float  # share
    count: int


def reliability(outcomes: Sequence[Outcome]) -> list[Bin]:
    """The bins of the reliability diagram that hold a question (Niculescu-Mizil and Caruana 2005)."""
    confidence = np.array([o.confidence for o in outcomes], np.float64)
    answerable = np.array([o.answerable for o in outcomes], np.bool_)
    bins = _bins(confidence)
    return [
        Bin(float(confidence[inside].mean()), float(answerable[inside].mean()), int(inside.sum()))
        for inside in (bins == number for number in np.unique(bins))
    ]


def risk_coverage(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Coverage and risk for each number of questions answered, the surest first.

    Risk is the share of the answered whose first three passages do not cover the evidence; for a
    question without an answer they never do (El-Yaniv and Wiener 2010). Questions of the same
    confidence are answered together.
    """
    ordered = sorted(outcomes, key=lambda o: -o.confidence)
    points, wrong = [], 0.0
    for number, outcome in enumerate(ordered, 1):
        wrong += 1 - success_at(outcome, 3)
        if number == len(ordered) or ordered[number].confidence < outcome.confidence:
            points.append((number / len(ordered), wrong / number))
    return points


def refusals(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """The shares of answerable and of other questions refused, for each threshold, rising."""
    yes = np.array([o.confidence for o in outcomes if o.answerable])
    no = np.array([o.confidence for o in outcomes if not o.answerable])
    if not (len(yes) and len(no)):
        return []
    thresholds = [*np.unique(np.concatenate([yes, no])), np.inf]
    return [(float((yes < t).mean()), float((no < t).mean())) for t in thresholds]


def _bins(confidence: Values) -> npt.NDArray[np.intp]:
    return np.minimum((confidence * BINS).astype(np.intp), BINS - 1)


def _ratio(above: Values, below: Values) -> Values:
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), nan)
