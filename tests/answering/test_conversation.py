"""Conversation: follow-ups are completed by the questions before them."""

import pytest

from rodedraad.answering.answer import Answer
from rodedraad.answering.conversation import ask, is_follow_up
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
def test_a_question_that_points_back_is_a_follow_up(question: str) -> None:
    assert is_follow_up(question)


@pytest.mark.parametrize(
    "question",
    [
        "Hoeveel hectare telt het natuurreservaat van Manu?",
        "Which company runs the railway between Lima and Huancayo?",
        "Combien de langues parle-t-on en Bolivie orientale ?",
        "¿Cuántos habitantes tiene la ciudad de Arequipa?",
    ],
)
def test_a_question_that_names_things_stands_alone(question: str) -> None:
    assert not is_follow_up(question)


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
