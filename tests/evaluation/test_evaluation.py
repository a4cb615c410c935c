"""Evaluation: how a passage and a quote are judged, the measures by their definitions, the gold files."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.evaluation.ask_gold import Outcome, evaluate
from rodedraad.evaluation.gold_file import load_gold
from rodedraad.evaluation.metrics import (
    MEASURES,
    Bin,
    groups,
    measures,
    ndcg,
    reciprocal_rank,
    refusals,
    reliability,
    risk_coverage,
    statistic,
    success_at,
    verdict,
)
from rodedraad.index.evidence_match import answers, covers, squash
from rodedraad.index.ranking import PASSAGE
from rodedraad.index.search import SWITCHES, Searcher
from rodedraad.ingest.errors import RodeDraadError
from tests.evaluation.test_report_html import outcome, ranked

COFFEE = "Hoeveel gezinnen werken er in de koffiesector?"
EVIDENCE = "In de koffiesector in Peru zijn 225.000 gezinnen werkzaam"


def test_text_is_squashed_to_letters_and_digits() -> None:
    assert squash("De cacao- variëteit, 30.000 ‘ton’!") == "decacaovariëteit30000ton"


def test_a_passage_covers_a_span_that_it_holds() -> None:
    assert covers("abcdefghijklmnop", "cdef")
    assert not covers("abcdefghijklmnop", "cdxf")


def test_a_passage_covers_a_span_of_which_80_percent_stand_at_its_edge() -> None:
    assert covers("34567890rest", "1234567890")  # the last eight of ten
    assert not covers("4567890rest", "1234567890")
    assert covers("rest12345678", "1234567890")
    assert not covers("rest1234567", "1234567890")
    assert not covers("x34567890rest", "1234567890")  # not at the edge


def test_a_quote_answers_with_half_of_a_span() -> None:
    assert answers("12345", "1234567890")
    assert not answers("1234", "1234567890")
    assert answers("xx1234567890xx", "1234567890")


def test_measures_of_ranks() -> None:
    second = outcome("a", **ranked(2))
    assert [success_at(second, k) for k in (1, 2, 3)] == [0.0, 1.0, 1.0]
    assert reciprocal_rank(second) == 0.5
    assert ndcg(second) == pytest.approx(1 / math.log2(3))
    assert ndcg(outcome("a", **ranked(1, 3))) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert reciprocal_rank(outcome("a", **ranked())) == 0.0
    assert ndcg(outcome("a", **ranked())) == 0.0


def test_a_figure_has_a_bootstrap_interval() -> None:
    result = measures([outcome(str(n), **ranked(*[1] if n % 2 else [])) for n in range(100)])["success@1"]
    assert result.value == 0.5
    assert result.low == pytest.approx(0.40, abs=0.02)
    assert result.high == pytest.approx(0.60, abs=0.02)
    assert result.count == 100


def test_a_measure_over_no_question_has_no_value() -> None:
    figures = measures([outcome("a")])
    assert list(figures) == list(MEASURES)
    for name in ("unanswerable refused", "abstention AUROC", "unanswerable refused at 10 %"):
        assert math.isnan(figures[name].value)
        assert math.isnan(figures[name].low)
        assert figures[name].count == 0


def sure(answerable: list[float], unanswerable: list[float]) -> list[Outcome]:
    return [
        outcome(f"{name}{n}", answerable=name == "yes", confidence=confidence)
        for name, confidences in (("yes", answerable), ("no", unanswerable))
        for n, confidence in enumerate(confidences)
    ]


def test_the_auroc_of_perfect_reversed_and_equal_confidence() -> None:
    assert measures(sure([0.9, 0.8], [0.1]))["abstention AUROC"].value == 1.0
    assert measures(sure([0.1], [0.2, 0.8]))["abstention AUROC"].value == 0.0
    assert measures(sure([0.5, 0.5], [0.5]))["abstention AUROC"].value == 0.5


def test_the_threshold_refuses_at_most_a_tenth_of_the_answerable() -> None:
    answerable = [0.1 * n for n in range(10)]  # 0.0 may be refused, 0.1 may not
    figure = measures(sure(answerable, [0.05, 0.09, 0.1, 0.2]))["unanswerable refused at 10 %"]
    assert figure.value == 0.5
    assert measures(sure(answerable[:9], [0.05, 0.09]))["unanswerable refused at 10 %"].value == 0.0


confidences = st.lists(st.sampled_from([0.0, 0.2, 0.35, 0.5, 0.8, 1.0]), min_size=1, max_size=25)


@given(confidences, confidences)
@settings(deadline=None)
def test_measures_of_confidence_are_what_counting_gives(yes: list[float], no: list[float]) -> None:
    outcomes = sure(yes, no)
    once = np.ones((1, len(outcomes)))
    pairs = [1.0 if y > n else 0.5 if y == n else 0.0 for y in yes for n in no]
    assert statistic("abstention AUROC", outcomes)(once)[0] == pytest.approx(np.mean(pairs))
    allowed = [t for t in yes if sum(y < t for y in yes) <= len(yes) / 10]
    share = np.mean([n < max(allowed) for n in no])
    assert statistic("unanswerable refused at 10 %", outcomes)(once)[0] == pytest.approx(share)
    bins = reliability(outcomes)
    assert sum(b.count for b in bins) == len(outcomes)
    error = sum(b.count * abs(b.answerable - b.confidence) for b in bins) / len(outcomes)
    assert statistic("calibration error", outcomes)(once)[0] == pytest.approx(error)


@given(confidences, confidences)
@settings(deadline=None)
def test_weights_count_a_question_as_often_as_they_say(yes: list[float], no: list[float]) -> None:
    outcomes = sure(yes, no)
    weights = np.array([[n % 3 + 1 for n in range(len(outcomes))]], np.float64)
    repeated = [o for n, o in enumerate(outcomes) for _ in range(n % 3 + 1)]
    for name in MEASURES:
        weighted = statistic(name, outcomes)(weights)[0]
        plain = statistic(name, repeated)(np.ones((1, len(repeated))))[0]
        assert weighted == pytest.approx(plain, nan_ok=True)


def test_curves_of_confidence() -> None:
    outcomes = [
        outcome("a", confidence=0.95),
        outcome("b", confidence=0.5, **ranked(4)),
        outcome("c", confidence=0.5, answerable=False),
        outcome("d", confidence=0.0, answerable=False),
    ]
    assert risk_coverage(outcomes) == [(0.25, 0.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.75)]
    assert refusals(outcomes) == [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]
    assert reliability(outcomes) == [Bin(0.0, 0.0, 1), Bin(0.5, 0.5, 2), Bin(0.95, 1.0, 1)]


def test_groups_are_of_single_questions_but_for_the_follow_ups() -> None:
    outcomes = [
        outcome("a"),
        outcome("b", lang="nl", kind="who", overlap="high"),
        outcome("c/1", turn=1),
        outcome("c/2", turn=2),
    ]
    names = {name: [o.id for o in members] for name, members in groups(outcomes).items()}
    assert names == {
        "all": ["a", "b"], "en": ["a"], "nl": ["b"], "low overlap": ["a"], "follow-ups": ["c/2"],
        "kind: number": ["a"], "kind: who": ["b"],
    }  # fmt: skip


def test_same_facts_minimal_pairs_and_what_is_no_question_are_groups() -> None:
    outcomes = [
        outcome("a", same="f1"),
        outcome("b", answerable=False, pair="c"),
        outcome("c", source="en"),
        outcome("d", answerable=False, asks=False),
    ]
    names = {name: [o.id for o in members] for name, members in groups(outcomes).items()}
    assert names["all"] == ["a", "b", "c"]
    assert names["same fact"] == ["a"]
    assert names["minimal pairs"] == ["b", "c"]
    assert names["no question"] == ["d"]
    assert names["kind: en → nl"] == ["a", "b"]
    assert names["kind: en → en"] == ["c"]


def test_sentences_and_what_is_no_question_are_measured() -> None:
    outcomes = [
        outcome("a"),
        outcome("b", abstained=True, first_answers=True),
        outcome("c", answered=False, first_answers=False),
        outcome("d", answered=False, taken_for_question=False, abstained=True),
        outcome("e", answerable=False, asks=False, taken_for_question=False, abstained=True),
        outcome("f", answerable=False, asks=False),
    ]
    found = measures(outcomes)
    assert found["answered"].value == 0.25
    assert found["best sentence"].value == 0.75
    assert (found["taken for no question"].value, found["taken for no question"].count) == (0.25, 4)
    assert (found["known for no question"].value, found["known for no question"].count) == (0.5, 2)
    assert found["unanswerable refused"].count == 0
    assert [verdict(o) for o in outcomes[4:]] == ["no question", "taken for a question"]


def test_every_question_has_a_verdict() -> None:
    plain = outcome("a")
    assert verdict(plain) == "quoted"
    assert verdict(replace(plain, answered=False)) == "found, not quoted"
    assert verdict(replace(plain, answered=False, **ranked(4))) == "not found"
    assert verdict(replace(plain, answered=False, abstained=True)) == "refused"
    assert verdict(outcome("b", answerable=False)) == "answered without a source"
    assert verdict(outcome("b", answerable=False, abstained=True)) == "kept silent"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"question": "b"}', "no 'answerable'"),
        ('{"question": "b", "answerable": true}', "no 'evidence'"),
        ('{"question": "b", "answerable": true, "evidence": []}', "the evidence is not a list"),
        ('{"question": "b", "answerable": true, "evidence": "text"}', "the evidence is not a list"),
        ('{"question": "b", "answerable": true, "evidence": ["…"]}', "the evidence is not a list"),
        ('{"question": "b", "answerable": "no"}', "neither true nor false"),
        ('{"question": "?!", "answerable": false}', "the question is empty"),
        ('{"turns": [{"question": "b"}]}', "no 'answerable'"),
        ('{"turns": 3}', "int"),
        ("[]", "list"),
        ("no json", "Expecting value"),
    ],
)
def test_a_wrong_gold_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(f'{{"question": "a", "answerable": false}}\n\n{line}\n', "utf-8")
    with pytest.raises(RodeDraadError, match=rf"line 3, is not a gold question \(.*{reason}"):
        load_gold(path)


def write(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


def test_a_file_of_ones_own_may_mix_questions_and_conversations(searcher: Searcher, tmp_path: Path) -> None:
    gold = {"question": COFFEE, "answerable": True, "evidence": [EVIDENCE]}
    talk = {"id": "t", "lang": "nl", "turns": [gold, {"question": "En in Bolivia?", "answerable": False}]}
    outcomes = evaluate(searcher, write(tmp_path / "mine.jsonl", gold, talk))
    assert [(o.id, o.turn, o.lang, o.answerable) for o in outcomes] == [
        ("mine:1", 0, "nl", True),  # recognised, as the line names none
        ("t/1", 1, "nl", True),
        ("t/2", 2, "nl", False),
    ]
    assert outcomes[0].answered
    assert outcomes[0].ranks[0] == 1
    assert outcomes[0].wanted == EVIDENCE
    assert outcomes[2].wanted == ""


def test_two_questions_of_one_id_are_refused(searcher: Searcher, tmp_path: Path) -> None:
    gold = {"id": 1, "question": COFFEE, "answerable": False}
    with pytest.raises(RodeDraadError, match=r"have the id '1'"):
        evaluate(searcher, write(tmp_path / "mine.jsonl", gold, gold))


def test_a_folder_without_questions_is_told_so(searcher: Searcher, tmp_path: Path) -> None:
    with pytest.raises(RodeDraadError, match=r"There is no question in .*questions\.jsonl"):
        evaluate(searcher, tmp_path)
    with pytest.raises(RodeDraadError, match="There is no question in"):
        evaluate(searcher, tmp_path / "nowhere")


def test_the_gold_questions_are_all_asked(outcomes: list[Outcome]) -> None:
    sizes = {name: len(members) for name, members in groups(outcomes).items()}
    assert {name: size for name, size in sizes.items() if ":" not in name} == {
        "all": 160, "nl": 80, "en": 40, "fr": 20, "es": 20, "low overlap": 92, "follow-ups": 29,
    }  # fmt: skip
    assert sum(size for name, size in sizes.items() if ":" in name) == 160


@pytest.mark.parametrize("signal", PASSAGE)
def test_a_signal_that_is_switched_off_gives_nothing(home: Path, signal: str) -> None:
    searcher = Searcher.open(home, {signal})
    near = [searcher.generation.passage(3)[1]]
    hits = searcher.search(searcher.query(COFFEE), 10, near)
    assert len(hits) == 10
    assert all(hit.signals[signal] == 0.0 for hit in hits)
    assert any(hit.signals[name] > 0 for hit in hits for name in PASSAGE)


def test_without_any_signal_nothing_is_found(home: Path) -> None:
    searcher = Searcher.open(home, set(PASSAGE))
    assert searcher.search(searcher.query(COFFEE), 10) == []


def test_without_expansion_a_word_matches_itself_alone(home: Path) -> None:
    words = Searcher.open(home, {"expansion"}).query("gezinnen miners").words
    assert [set(word.matches) for word in words] == [{"gezinnen"}, set()]
    assert len(Searcher.open(home).query("gezinnen").words[0].matches) > 1


def test_a_signal_that_there_is_not_is_named_with_those_there_are(home: Path) -> None:
    with pytest.raises(RodeDraadError, match=r"no signal 'dens'. Signals: coverage, "):
        Searcher.open(home, {"dens"})
    assert set(SWITCHES) == {*PASSAGE, "expansion", "verified"}
