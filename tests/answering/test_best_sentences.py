"""Best sentences: which passages are verified, and what that leaves out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rodedraad.answering.best_sentences import SURE, VERIFIED, best_sentences, by_verdict, verified
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.index.search import READ, UNVERIFIED, Hit, Searcher

QUESTIONS = [json.loads(line)["question"] for line in (GOLD / "questions.jsonl").open(encoding="utf-8")][::8]


def is_verified(hit: Hit) -> bool:
    return UNVERIFIED not in {sentence.verified for sentence in hit.sentences}


@pytest.mark.slow
def test_a_passage_that_is_not_verified_could_not_hold_one_of_the_two_best(searcher: Searcher) -> None:
    spared = 0
    for question in QUESTIONS:
        query = searcher.query(question)
        hits = verified(searcher, query, searcher.search(query, READ))
        second = best_sentences(hits)[1][0]
        assert is_verified(hits[0])
        assert not any(map(is_verified, hits[VERIFIED:]))
        for hit in (hit for hit in hits[:VERIFIED] if not is_verified(hit)):
            sure = replace(hit, sentences=tuple(replace(one, verified=SURE) for one in hit.sentences))
            assert best_sentences([sure])[0][0] <= second
            spared += 1
    assert 0 < spared < len(QUESTIONS) * (VERIFIED - 1)


def test_the_hits_keep_their_order_and_their_passages(searcher: Searcher) -> None:
    query = searcher.query(QUESTIONS[0])
    hits = searcher.search(query, READ)
    assert [hit.passage for hit in verified(searcher, query, hits)] == [hit.passage for hit in hits]


def test_without_the_verifier_nothing_is_verified(home: Path) -> None:
    searcher = Searcher.open(home, {"verified"})
    query = searcher.query(QUESTIONS[0])
    hits = verified(searcher, query, searcher.search(query, READ))
    assert not any(map(is_verified, hits))


def test_a_passage_goes_first_that_the_verifier_prefers_by_more_than_the_scores_differ(
    searcher: Searcher,
) -> None:
    hits = searcher.search(searcher.query("Waarom is Peru zo bergachtig?"), READ + 2)
    first, second, third, *others = (
        replace(hit, score=score, sentences=tuple(replace(one, verified=odds) for one in hit.sentences))
        for hit, score, odds in zip(
            hits, [3.0, 2.8, 2.0, *range(-1, -8, -1), -8.0, -9.0], [-1.0, 2.0, 5.0, *[-4.0] * 9], strict=True
        )
    )
    ordered = by_verdict([first, second, third, *others])
    assert [hit.passage for hit in ordered] == [hit.passage for hit in (second, first, third, *others)]
    assert [hit.rank for hit in ordered] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def test_passages_that_were_not_read_stay_behind(searcher: Searcher) -> None:
    hits = searcher.search(searcher.query("Waarom is Peru zo bergachtig?"), READ + 2)
    worst = [replace(hit, score=-100.0) for hit in hits[:READ]]
    ordered = by_verdict([*worst, *hits[READ:]])
    assert [hit.passage for hit in ordered[READ:]] == [hit.passage for hit in hits[READ:]]
