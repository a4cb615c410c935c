"""Answer HTML: nothing of a document or a question is ever markup."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rodedraad.answering.answer import Answer
from rodedraad.answering.quotes import Quote
from rodedraad.index.build import reindex
from rodedraad.index.search import Hit, Searcher
from rodedraad.ingest.documents import Citation, Document
from rodedraad.page.answer_html import conversation_html, summary
from rodedraad.page.kept_turns import Talk, kept_turn
from rodedraad.page.matched_words import matched_words
from rodedraad.page.source_pane import places, source_html
from rodedraad.texts.phrases import page_language

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'${alert(3)}{{value}}"


def an_answer(text: str, title: str, question: str, start: int, end: int) -> Answer:
    document = Document("a.txt", "", "nl", Citation(title=title, author=title), text, ())
    passage = document.passage(0, len(text), [(start, end)])
    hit = Hit(1, 1.0, {}, passage, document, frozenset())
    quote = Quote(1, text[start:end], document, start, end, None, hit)
    return Answer("answer", question, question + "?", "nl", 0.9, (quote,), (hit,), 1.0)


def talk(*answers: Answer) -> Talk:
    return Talk("", tuple(map(kept_turn, answers)))


def test_hostile_text_is_escaped_everywhere() -> None:
    answer = an_answer(HOSTILE, HOSTILE, HOSTILE, 0, len(HOSTILE))
    for html in (conversation_html(talk(answer)), summary(answer), source_html(places(answer))):
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


def test_words_found_in_another_language_are_told(searcher: Searcher) -> None:
    from rodedraad.answering.answer import answer

    assert sorted(matched_words(answer(searcher, "How many families work in the coffee sector?"))) == [
        ("coffee", "koffiesector"),
        ("families", "gezinnen"),
    ]
    assert matched_words(an_answer("abc", "t", "q", 0, 3)) == []


def test_of_matched_words_only_those_are_told_that_a_person_accepts() -> None:
    text = "Wie de oogst van Vruchtland weegt, was mijn fruitteler."
    words = {
        "what": "wie", "harvest": "oogst", "were": "was", "land": "vruchtland", "fruit": "fruitteler",
        "piano": "weegt", "my": "mijn",
    }  # fmt: skip
    given = an_answer(text, "t", "What harvest were my land piano fruit", 0, len(text))
    quote = replace(given.quotes[0], hit=replace(given.hits[0], words=words))
    assert matched_words(replace(given, quotes=(quote,), language="en")) == [
        ("harvest", "oogst"),
        ("fruit", "fruitteler"),
    ]


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.9, "Waarschijnlijk"), (0.49, "Misschien"), (0.2, "Misschien")],
)
def test_confidence_is_said_in_words(confidence: float, words: str) -> None:
    answer = replace(an_answer("abc", "t", "q", 0, 3), confidence=confidence)
    assert f">{words} staat het antwoord hierin" in conversation_html(talk(answer), "nl")
    assert f">{words} staat het antwoord hierin" not in conversation_html(talk(answer), "fr")


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("", "fr-BE,fr;q=0.9,nl;q=0.8", "fr"),
        ("", "de-DE,de;q=0.9,es;q=0.8,en;q=0.7", "es"),
        ("language=nl", "fr", "nl"),
        ("language=xx; a=b", "fr", "fr"),
        ("=;;", "", "en"),
    ],
)
def test_the_page_speaks_what_the_browser_asks(cookie: str, accepted: str, language: str) -> None:
    assert page_language({"cookie": cookie, "accept-language": accepted}) == language


def test_an_abstention_shows_passages_that_are_marked_as_no_answer(tmp_path: Path) -> None:
    from rodedraad.answering.answer import answer

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("De bessen worden in mei geplukt.", "utf-8")
    reindex(corpus, tmp_path / "home")
    given_answer = answer(Searcher.open(tmp_path / "home"), "Who wrote the Iliad and the Odyssey?")
    html = conversation_html(talk(given_answer))
    assert "The sources do not answer this question." in html
    assert "The closest passages, which do not answer it:" in html
    assert "De bessen worden in mei geplukt." in html
    assert html.count('<blockquote class="nearest"') == 1


def test_each_answer_has_two_thumbs_that_speak_the_language_of_the_page() -> None:
    answers = [an_answer("abc", "t", "q", 0, 3), an_answer("abc", "t", "r", 0, 3)]
    html = conversation_html(talk(*answers), "fr")
    assert html.count('data-vote="up"') == html.count('data-vote="down"') == 2
    assert html.count('aria-label="Bonne réponse"') == html.count('aria-label="Mauvaise réponse"') == 2
    ids = re.findall(r'data-answer="([0-9a-f]{12})"', html)
    assert len(set(ids)) == 2
    assert re.findall(r'data-answer="([0-9a-f]{12})"', conversation_html(talk(*answers))) == ids
