"""The report: one file that loads nothing, says everything, and lets no text become markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from rodedraad.evaluation.ask_gold import Outcome
from rodedraad.evaluation.compare_runs import compare
from rodedraad.evaluation.metrics import MEASURES
from rodedraad.evaluation.report_html import VERDICTS, report_html, sections
from rodedraad.evaluation.run_file import Run
from rodedraad.texts.phrases import named, phrase

SINGLE = frozenset({"meta", "br"})
LOADING = frozenset({"script", "link", "img", "iframe", "object", "embed", "base", "form"})
MADE_BY = {"model": "m", "fingerprint": "f" * 64, "documents": 3, "passages": 60, "without": []}


class Page(HTMLParser):
    """Elements that are open must be closed in turn; keeps tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in SINGLE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def ranked(*ranks: int, missed: int = 0) -> dict[str, Any]:
    """Ten passages found, those at the ranks and some that were not found being relevant."""
    found = tuple(f"a.txt:{n}00-{n}99" for n in range(1, 11))
    return {
        "found": found,
        "relevant": (*(found[rank - 1] for rank in ranks), *(f"b.txt:{n}-9" for n in range(missed))),
    }


def outcome(id: str, *, answerable: bool = True, **given: object) -> Outcome:
    plain = Outcome(
        id=id,
        turn=0,
        question=f"Question {id}?",
        understood_as=f"Question {id}?",
        lang="en",
        kind="number",
        overlap="low",
        same="",
        pair="",
        asks=True,
        source="nl",
        answerable=answerable,
        wanted="Forty." if answerable else "",
        confidence=0.8,
        abstained=False,
        taken_for_question=True,
        quotes=("There are forty.",),
        answered=answerable,
        first_answers=answerable,
        **ranked(*((1,) if answerable else ())),
        milliseconds=5.0,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def run(*outcomes: Outcome, **made_by: object) -> Run:
    return Run("rodedraad eval", {**MADE_BY, **made_by}, outcomes)


def test_each_question_stands_under_its_verdict_with_what_was_wanted_and_got() -> None:
    made = run(
        outcome("a"),
        outcome("b", answered=False, quotes=("Something else.",)),
        outcome("c", answered=False, **ranked(7)),
        outcome("d", abstained=True, quotes=(), answered=False, confidence=0.1),
        outcome("e", answerable=False),
        outcome("f", answerable=False, abstained=True, quotes=(), confidence=0.2),
    )
    html = report_html(made, made.figures())
    text = Page(html).text
    places = [text.index(f"Question {id}?") for id in "cbdeaf"]  # what went wrong comes first
    assert places == sorted(places)
    for verdict in ("not found 1", "found, not quoted 1", "refused 1", "answered without a source 1",
                    "quoted 1", "kept silent 1"):  # fmt: skip
        assert verdict in text
    assert "Something else." in text
    assert "rank of the correct passages: 7" in text
    assert html.count("<details open>") == 4


def test_no_text_becomes_markup_and_nothing_is_loaded() -> None:
    nasty = '<script>alert("x")</script><b a=\'"&amp;'
    made = run(
        outcome(nasty, question=nasty, understood_as=nasty + "!", wanted=nasty, kind=nasty, lang=nasty,
                overlap=nasty, quotes=(nasty,)),
        outcome("f", answerable=False, confidence=0.2),
        without=[nasty],
        model=nasty,
    )  # fmt: skip
    earlier = run(outcome(nasty, question=nasty, wanted=nasty, abstained=True, lang=nasty, kind=nasty))
    page = Page(report_html(made, made.figures(), compare(earlier, made)))
    assert not LOADING & set(page.tags)
    assert "b" not in page.tags
    assert not any(name in ("src", "href", "style") or name.startswith("on") for name, _ in page.attributes)
    assert page.text.count(nasty) >= 7
    assert "url(" not in report_html(made, made.figures())
    assert "@import" not in report_html(made, made.figures())


def test_the_plots_are_drawn_to_scale() -> None:
    made = run(
        outcome("a", confidence=0.9),
        outcome("b", confidence=0.9, **ranked(4)),
        outcome("c", confidence=0.1, answerable=False),
    )
    html = report_html(made, made.figures())
    assert html.count("<svg") == 4
    assert "all: success@3 0.50" in html
    assert "all: success@4 1.00" in html
    assert "2 questions: confidence 0.90, answerable 1.00" in html
    recall = re.search(r'<polyline class="line s0" points="([^"]*)"', html)
    assert recall
    points = [tuple(map(float, point.split(","))) for point in recall[1].split()]
    assert len(points) == 10
    assert [down for _, down in points] == [134.0] * 3 + [12.0] * 7  # half way, then the top
    assert points[0][0] == 52.0
    assert points[-1][0] == 426.0


def test_an_ablation_says_that_refusals_do_not_compare() -> None:
    made = run(outcome("a"), outcome("f", answerable=False), without=["dense"])
    page = Page(report_html(made, made.figures()))
    assert "without dense" in page.text
    assert "The refusal threshold was fitted" in page.text
    full = run(outcome("a"), outcome("f", answerable=False))
    assert "The refusal threshold" not in report_html(full, full.figures())


def test_questions_of_conversations_alone_make_a_report_too() -> None:
    made = run(outcome("c/1", turn=1), outcome("c/2", turn=2, understood_as="Question c/1? Question c/2?"))
    text = Page(report_html(made, made.figures())).text
    assert "understood as: Question c/1? Question c/2?" in text


def test_a_comparison_lists_the_questions_that_turned() -> None:
    before = run(*(outcome(f"q{n}") for n in range(8)))
    after = run(*(outcome(f"q{n}", **ranked(), answered=False) for n in range(8)))
    page = Page(report_html(after, after.figures(), compare(before, after)))
    assert "8 questions with a different verdict" in page.text
    assert "Compared with the previous run" in page.text
    assert ("class", "worse") in page.attributes


@pytest.mark.parametrize("language", ["nl", "fr", "es"])
def test_the_report_speaks_the_languages_of_the_page(language: str) -> None:
    made = run(
        outcome("a", understood_as="Question z? Question a?"),
        outcome("b", answered=False, quotes=("Something else.",)),
        outcome("c", answered=False, **ranked(), overlap="high", kind=""),
        outcome("d", abstained=True, quotes=(), answered=False),
        outcome("e", answerable=False),
        outcome("f", answerable=False, abstained=True, quotes=()),
        outcome("g/2", turn=2),
        outcome("h", answerable=False, asks=False),
        outcome("i", answerable=False, asks=False, abstained=True, quotes=(), taken_for_question=False),
        without=["dense"],
    )
    before = replace(made, outcomes=tuple(replace(o, abstained=True, quotes=()) for o in made.outcomes))
    text = Page(sections(made, made.figures(), compare(before, made), language)).text
    english = Page(sections(made, made.figures(), compare(before, made))).text
    for name in ("against", "every_question", "as_shipped"):
        assert phrase(name, "en") in english
        assert phrase(name, "en") not in text
        assert phrase(name, language) in text
    for name in ("quote accuracy", *VERDICTS):
        assert name in english
        assert name not in text
        assert named(name, language) in text
    assert {name for name in MEASURES if named(name, language) == name} == {
        "success@1", "success@3", "success@5", "MRR@10", "nDCG@10",
    }  # fmt: skip
