"""Confidence: the evidence decides whether the sources answer."""

import pytest

from rodedraad.answering.answer import answer
from rodedraad.answering.best_sentences import verified
from rodedraad.answering.confidence import FEATURES, features
from rodedraad.index.search import READ, UNVERIFIED, Searcher


@pytest.mark.parametrize(
    ("there", "elsewhere"),
    [
        (
            "Hoeveel hectare koffie bewerken de gezinnen in Peru?",
            "Hoeveel hectare koffie bewerken de gezinnen in Bolivia?",
        ),
        ("Sinds wanneer is Peru een partnerland?", "Sinds wanneer is Ecuador een partnerland?"),
        ("Since when has Peru been a partner country?", "Since when has Ecuador been a partner country?"),
    ],
)
def test_another_country_lowers_the_confidence(searcher: Searcher, there: str, elsewhere: str) -> None:
    assert answer(searcher, there).confidence > answer(searcher, elsewhere).confidence


def test_names_and_numbers_that_are_nowhere_are_counted(searcher: Searcher) -> None:
    query = searcher.query("Wat deed AIDER in Bolivia in 1873?")
    hits = verified(searcher, query, searcher.search(query, READ))
    found = dict(zip(FEATURES, features(query, hits), strict=True))
    assert (found["names_missing"], found["numbers_missing"]) == (2.0, 1.0)
    assert found["lead"] >= 0
    assert found["stands_out"] > 0
    assert found["unmet"] > 0
    assert found["verified"] <= found["verified_best"]
    assert UNVERIFIED not in (found["verified"], found["verified_best"])
