"""Answers: verbatim quotes with citations, or an abstention."""

import re
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.answering.answer import Answer, answer
from rodedraad.answering.best_sentences import best_sentences
from rodedraad.answering.quotes import MOST_QUOTED, MOST_QUOTES
from rodedraad.evaluation.gold_file import GOLD, load_gold
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.page.answer_html import conversation_html
from rodedraad.page.kept_turns import Talk, kept_turn

QUESTIONS = [gold["question"] for gold in load_gold(GOLD / "questions.jsonl")]


@pytest.fixture(scope="module")
def answered(searcher: Searcher) -> Callable[[str], Answer]:
    """The answer to a question, which is asked once."""
    return cache(partial(answer, searcher))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_stands_in_its_source_to_the_letter(
    answered: Callable[[str], Answer], question: str
) -> None:
    given_answer = answered(question)
    assert given_answer.abstained == (not given_answer.quotes)
    assert len(given_answer.quotes) <= MOST_QUOTES
    for quote in given_answer.quotes:
        assert quote.document.text[quote.start : quote.end] == quote.text
        assert quote.start < quote.hit.passage.end
        assert quote.hit.passage.start < quote.end


@pytest.mark.parametrize("question", QUESTIONS[::8])
def test_citations_count_from_one_and_behind_the_first_in_reading_order(
    answered: Callable[[str], Answer], question: str
) -> None:
    quotes = answered(question).quotes
    assert [quote.citation for quote in quotes] == list(range(1, len(quotes) + 1))
    for before, after in pairwise(quotes[1:]):
        if before.document.id == after.document.id:
            assert before.end <= after.start


@pytest.mark.parametrize("question", QUESTIONS[::8])
def test_the_quote_that_leads_holds_the_best_sentence(
    answered: Callable[[str], Answer], question: str
) -> None:
    given_answer = answered(question)
    if given_answer.quotes:
        _, hit, best = best_sentences(given_answer.hits)[0]
        lead = given_answer.quotes[0]
        assert hit.document.id == lead.document.id
        assert lead.start <= best.start <= lead.end + MOST_QUOTED  # a heading leads to what is under it


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_quotes_little(answered: Callable[[str], Answer], question: str) -> None:
    quotes = answered(question).quotes
    assert len(quotes) <= 3
    assert len(quotes) == 1 or sum(len(quote.text) for quote in quotes) <= 600 + 10  # spaces of joined ones


def test_a_sentence_that_points_back_comes_with_the_one_before_it(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "dorp.txt").write_text(
        "In de winter valt er sneeuw. Het dorp bouwde een school voor de kinderen. Ze kreeg een rood dak en "
        "twaalf lokalen. De weg naar de stad is lang.\n\nZij die weven, wonen bij de rivier.",
        "utf-8",
    )
    reindex(tmp_path / "corpus", tmp_path / "home")
    searcher = Searcher.open(tmp_path / "home")
    quotes = [
        quote.text for quote in answer(searcher, "Waarom kreeg ze een rood dak en twaalf lokalen?").quotes
    ]
    assert any(
        "Het dorp bouwde een school voor de kinderen. Ze kreeg een rood dak en twaalf lokalen." in quote
        for quote in quotes
    )
    quotes = [quote.text for quote in answer(searcher, "Waar wonen zij die weven?").quotes]
    assert any(quote.startswith("Zij die weven, wonen bij de rivier.") for quote in quotes)


def test_a_question_in_english_is_answered_from_a_dutch_text(searcher: Searcher) -> None:
    given_answer = answer(searcher, "How much coffee land do Peruvian families farm?")
    assert given_answer.language == "en"
    assert not given_answer.abstained
    assert "425.000 hectare" in " ".join(quote.text for quote in given_answer.quotes)


def test_questions_about_something_else_are_mostly_refused(searcher: Searcher) -> None:
    """At least 9 of 12 are refused."""
    questions = [
        "Welke hond won de wedstrijd in het journaal van gisteren?",
        "Hoe laat vertrekt de trein naar Antwerpen?",
        "Welke planeet staat het dichtst bij de zon?",
        "Who composed the Brandenburg concertos?",
        "What is the boiling point of mercury in kelvin?",
        "Which team won the cup final in 1998?",
        "Quelle est la distance entre la Terre et la Lune ?",
        "Qui a écrit Les Misérables ?",
        "Comment répare-t-on un vélo crevé ?",
        "¿Quién pintó Las meninas?",
        "¿A qué hora abre la farmacia del barrio?",
        "¿Cuántos huesos tiene el cuerpo humano?",
    ]
    given_answers = [answer(searcher, question) for question in questions]
    assert sum(given_answer.abstained for given_answer in given_answers) >= 9
    for given_answer in given_answers:
        assert len(given_answer.hits) == 10


def test_the_number_of_passages_is_chosen(searcher: Searcher) -> None:
    assert len(answer(searcher, "mijnbouw", passages=0).hits) == 10
    assert len(answer(searcher, "mijnbouw").hits) == 10
    assert len(answer(searcher, "mijnbouw", passages=25).hits) == 25


@pytest.mark.parametrize("question", ["", "   \n", "?!…", "“”"])
def test_an_empty_question_is_told_so(searcher: Searcher, question: str) -> None:
    with pytest.raises(RodeDraadError, match="The question is empty"):
        answer(searcher, question)


def test_a_very_long_question_is_told_so(searcher: Searcher) -> None:
    with pytest.raises(RodeDraadError, match="100,000 characters; at most 2,000"):
        answer(searcher, "a" * 100_000)


def test_sentences_that_say_the_same_are_quoted_once(searcher: Searcher) -> None:
    """The 126.000 files are in a caption and in the running text."""
    given_answer = answer(searcher, "Hoeveel dossiers zijn er in de districten aangelegd?")
    quoted = " ".join(quote.text for quote in given_answer.quotes)
    assert quoted.count("126.000 dossiers") == 1


def test_what_stands_in_two_sources_is_quoted_once_and_cited_twice(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    told = "De brug over de Semois werd in 1907 gebouwd door ingenieur Delvaux."
    (corpus / "a.txt").write_text(f"De brug\n\n{told} Ze is van beton.", "utf-8")
    (corpus / "b.txt").write_text(f"Het dorp\n\nEr wonen 300 mensen. {told} De kerk is ouder.", "utf-8")
    reindex(corpus, tmp_path / "home")
    given_answer = answer(Searcher.open(tmp_path / "home"), "Wie bouwde de brug over de Semois in 1907?")
    quotes = [quote for quote in given_answer.quotes if told in quote.text]
    assert len(quotes) == 1
    assert [other.text for other in quotes[0].also] == [told]
    assert {quotes[0].document.id, quotes[0].also[0].document.id} == {"a.txt", "b.txt"}
    assert [quote.citation for quote in given_answer.cited] == list(range(1, len(given_answer.cited) + 1))
    html = re.sub('data-kept="[^"]*"', "", conversation_html(Talk("", (kept_turn(given_answer),))))
    assert html.count("gebouwd door ingenieur Delvaux") == 1
    for place in given_answer.cited:
        assert html.count(f'data-number="{place.citation}"') == 2  # behind its quote and among the sources
        assert place.document.text[place.start : place.end] == place.text


def test_a_heading_is_never_an_answer_by_itself(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(
        "De oogst van aardappelen\n\nIn mei worden de aardappelen gerooid.", "utf-8"
    )
    reindex(corpus, tmp_path / "home")
    given_answer = answer(Searcher.open(tmp_path / "home"), "Wanneer is de oogst van aardappelen?")
    assert [quote.text for quote in given_answer.quotes] == ["In mei worden de aardappelen gerooid."]


def test_a_question_in_an_interview_is_answered_by_what_follows_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(
        "Wanneer begon u met imkeren?\nIn het voorjaar na mijn pensioen kocht ik de eerste kast.\n\n"
        "Waarom verhuist u de kasten?\nOp de heide bloeit er in augustus meer dan hier.",
        "utf-8",
    )
    reindex(corpus, tmp_path / "home")
    given_answer = answer(Searcher.open(tmp_path / "home"), "Waarom verhuist u de kasten?")
    assert [quote.text for quote in given_answer.quotes] == [
        "Op de heide bloeit er in augustus meer dan hier."
    ]


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(question=st.text(max_size=300))
def test_any_question_gets_an_answer_or_a_message(searcher: Searcher, question: str) -> None:
    if any(character.isalnum() or character == "_" for character in question):
        given_answer = answer(searcher, question)
        assert 0 <= given_answer.confidence <= 1
        assert given_answer.language in ("nl", "en", "fr", "es", "de")
    else:
        with pytest.raises(RodeDraadError, match="The question is empty"):
            answer(searcher, question)
