"""Articles: what is wrong with a set is found, and nothing is wrong with those that are kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.training.check_articles import ARTICLE_PARTS, set_problems
from index.training.data import ARTICLES

RIGHT = {
    "id": "q1",
    "question": "Hoe oud is de brug?",
    "lang": "nl",
    "answerable": True,
    "evidence": ["De brug is van 1907."],
    "doc": "d1.txt",
}


def problems(folder: Path, *lines: dict[str, Any]) -> list[str]:
    (folder / "corpus").mkdir(exist_ok=True)
    (folder / "corpus" / "d1.txt").write_text("De brug is\nvan 1907. Zij is smal.", "utf-8")
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return list(set_problems(folder, {("wie", "bouwde", "in", "het", "jaar", "1907", "die", "brug")}))


def test_a_set_that_is_right_has_no_problem(tmp_path: Path) -> None:
    edited = {**RIGHT, "id": "q2", "answerable": False, "evidence": [], "pair": "q1"}
    assert problems(tmp_path, RIGHT, edited) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"evidence": ["De brug is van 1908."]}, "q1: the evidence is not in d1.txt"),
        ({"evidence": []}, "q1: answerable, and the evidence says otherwise"),
        ({"pair": "q9"}, "q1: its pair q9 is no answerable question"),
        (
            {"question": "En wie bouwde in het jaar 1907 die brug?"},
            "q1: 8 words in a row are a gold question's",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changed: dict[str, Any], problem: str) -> None:
    assert problems(tmp_path, {**RIGHT, **changed}) == [problem]


def test_two_questions_with_one_id_are_found(tmp_path: Path) -> None:
    assert problems(tmp_path, RIGHT, RIGHT) == ["two questions have one id"]


@pytest.mark.parametrize("part", ARTICLE_PARTS)
def test_the_sets_that_are_kept_are_right(part: str) -> None:
    for folder in (ARTICLES / part).iterdir():
        assert list(set_problems(folder, set())) == [], folder.name
