"""Conversation: follow-ups are completed by the questions before them."""

import pytest

from rodedraad.answering.answer import Answer
from rodedraad.answering.conversation import ask
from rodedraad.index.search import Searcher


@pytest.mark.parametrize(
    "question",
    [
        "En hoeveel gezinnen?",
        "And where was that?",
        "¿y quién lo paga?",
        "Et pourquoi les gens le font ?",
        "Waarom?",
        "Hebben zij daar dan iets aan verdiend?",
        "How long did they keep doing it?",
    ],
)
def test_a_question_that_points_back_leans_on_the_one_before(searcher: Searcher, question: str) -> None:
    first = ask(searcher, "Welke coöperatie van aardappelboeren staat op de foto?")
    assert ask(searcher, question, [first]).understood_as == f"{first.question} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "Hoeveel hectare telt het natuurreservaat van Manu?",
        "Which company runs the railway between Lima and Huancayo?",
        "Combien de langues parle-t-on en Bolivie orientale ?",
        "¿Cuántos habitantes tiene la ciudad de Arequipa?",
        "Wie won de fotowedstrijd en waarom nam ze deel?",
    ],
)
def test_a_question_that_names_things_stands_alone(searcher: Searcher, question: str) -> None:
    first = ask(searcher, "Welke coöperatie van aardappelboeren staat op de foto?")
    assert ask(searcher, question, [first]).understood_as == question


@pytest.mark.parametrize(
    "text",
    [
        "hallo!",
        "thank you so much",
        "merci beaucoup",
        "¿quién eres?",
        "Fass das zusammen",
        "qsdfghjklm",
        "ok",
        "c'est quoi ce truc ?",
        "what's your name",
        "hi, can you help me?",
        "ik heb een vraag",
        "summarise",
        "asdfgh",
    ],
)
def test_what_is_no_question_gets_the_titles_and_no_quote(searcher: Searcher, text: str) -> None:
    answer = ask(searcher, text)
    assert (answer.kind, answer.quotes, answer.hits) == ("not a question", (), ())
    assert answer.documents == (
        "50 jaar ontwikkelingssamenwerking in Peru",
        "Peru",
        "vijf-projecten-in-peru.txt",
    )


@pytest.mark.parametrize("text", ["koffie", "koffie?", "Wie?", "goud", "AIDER", "1965"])
def test_a_short_question_is_a_question(searcher: Searcher, text: str) -> None:
    assert ask(searcher, text).kind != "not a question"


@pytest.mark.parametrize(
    "text",
    [
        "C'est quoi, un sirocatu ?",
        "un tolombe, c'est quoi ?",
        "wat is dat, een vlonderkas?",
        "what's a tolombe",
        "qué es un sirocatu",
        "kan je me zeggen wat een rietschoof is",
        "explain how you shear a llama",
        "me pregunto si quedan tejedoras",
    ],
)
def test_a_question_of_words_that_nobody_knows_is_a_question(searcher: Searcher, text: str) -> None:
    assert ask(searcher, text).kind != "not a question"


def test_what_is_no_question_does_not_end_the_talk(searcher: Searcher) -> None:
    first = ask(searcher, "Wat doet Coopagros?")
    thanks = ask(searcher, "bedankt!", [first])
    assert thanks.kind == "not a question"
    assert ask(searcher, "En waarom?", [first, thanks]).understood_as == "Wat doet Coopagros? En waarom?"


def test_the_first_question_is_taken_as_it_is(searcher: Searcher) -> None:
    assert ask(searcher, "En hoeveel gezinnen?").understood_as == "En hoeveel gezinnen?"


def test_a_follow_up_is_completed_and_answered(searcher: Searcher) -> None:
    first = ask(searcher, "Welke coöperatie van aardappelboeren staat op de foto?")
    second = ask(searcher, "En met hoeveel zijn ze?", [first])
    assert second.question == "En met hoeveel zijn ze?"
    assert second.understood_as == (
        "Welke coöperatie van aardappelboeren staat op de foto? En met hoeveel zijn ze?"
    )
    assert "266 producenten" in " ".join(quote.text for quote in second.quotes)


def test_a_new_topic_is_not_dragged_back(searcher: Searcher) -> None:
    first = ask(searcher, "Wat doet Royal Knit met de wol van de alpaca's?")
    alone = ask(searcher, "Welke ziekteverzekering steunt België in Peru?")
    second = ask(searcher, "Welke ziekteverzekering steunt België in Peru?", [first])
    assert second.understood_as == second.question
    assert [hit.passage for hit in second.hits] == [hit.passage for hit in alone.hits]


def test_only_the_last_question_completes_a_follow_up(searcher: Searcher) -> None:
    before: list[Answer] = []
    for question in ("Wat is cacao blanco?", "Wie is AIDER in Peru?", "Wat doet Coopagros?"):
        before.append(ask(searcher, question))
    assert ask(searcher, "En waarom?", before).understood_as == ("Wat doet Coopagros? En waarom?")


def test_white_space_changes_nothing_in_a_follow_up(searcher: Searcher) -> None:
    plain = ask(searcher, "En waarom?", [ask(searcher, "Wat doet Coopagros?")])
    spaced = ask(searcher, "\n En \t  waarom?  ", [ask(searcher, " Wat   doet\nCoopagros? ")])
    assert spaced.question == "En waarom?"
    assert spaced.understood_as == "Wat doet Coopagros? En waarom?"
    assert spaced.confidence == plain.confidence
    assert [hit.score for hit in spaced.hits] == [hit.score for hit in plain.hits]
