"""Kept turns: what a browser gives back is a conversation as far as it is one, and never markup."""

import json
from typing import Any

import pytest

from rodedraad.answering.answer import answer
from rodedraad.answering.conversation import ask
from rodedraad.evaluation.votes import answer_id
from rodedraad.index.scope import Scope
from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.page.answer_html import conversation_html
from rodedraad.page.export_formats import EXPORT_FORMATS
from rodedraad.page.kept_turns import MOST_TURNS, Talk, as_json, kept_turn, restored, scope_of, talk_of

MINERS = "Wat doet Red Social voor mijnwerkers?"
HOSTILE = "<img src=x onerror=alert(1)>\"'</section><script>alert(2)</script>"


@pytest.fixture(scope="module")
def turn(searcher: Searcher) -> dict[str, Any]:
    """A turn as a browser keeps it."""
    found: dict[str, Any] = json.loads(as_json(kept_turn(answer(searcher, MINERS))))
    return found


def test_a_talk_comes_back_as_it_was_given(searcher: Searcher, turn: dict[str, Any]) -> None:
    given = answer(searcher, MINERS)
    talk = talk_of(json.dumps({"id": "a", "turns": [turn, turn]}))
    assert (talk.id, len(talk.turns)) == ("a", 2)
    back = restored(talk.turns[1], searcher.generation)
    assert [quote.text for quote in back.quotes] == [quote.text for quote in given.quotes]
    assert back.hits[0].passage == given.hits[0].passage
    assert answer_id(back) == answer_id(given) == turn["id"]


def test_a_follow_up_of_a_reopened_talk_is_answered_as_in_the_open_one(
    searcher: Searcher, turn: dict[str, Any]
) -> None:
    before = restored(talk_of(json.dumps({"turns": [turn]})).turns[0], searcher.generation)
    found = [ask(searcher, "En waarom?", [one]) for one in (before, answer(searcher, MINERS))]
    assert found[0].understood_as == found[1].understood_as == f"{MINERS} En waarom?"
    assert found[0].quotes == found[1].quotes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"turns": 7}',
        '{"turns": [null, 7, {}, []]}',
        '{"id": "\\ud800"}',
        "[" * 9999,
        "\ud800",
    ],
)
def test_what_is_no_talk_is_an_empty_one(text: str) -> None:
    assert talk_of(text).turns == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("kind", "poem"), ("cited", [{}]), ("cited", None), ("confidence", "high"), ("question", 7)),
        *(("question", "a" * 20_001), ("documents", ["a"] * 31), ("best", ["a", -1]), ("matched", [["a"]])),
        *(("scope", {"languages": ["xx"]}), ("scope", {"date_to": "2015-13"}), ("scope", {"documents": [7]})),
    ],
)
def test_a_damaged_turn_is_left_out_and_the_others_stay(
    turn: dict[str, Any], name: str, value: object
) -> None:
    turns = [{**turn, name: value}, turn]
    assert len(talk_of(json.dumps({"turns": turns})).turns) == 1


def test_what_was_chosen_is_kept_shown_and_taken_along(searcher: Searcher) -> None:
    scope = Scope(languages=("nl",), date_from="2015")
    given = answer(searcher, MINERS, scope=scope)
    talk = talk_of(f'{{"turns": [{as_json(kept_turn(given))}]}}')
    assert restored(talk.turns[0], searcher.generation).scope == scope
    told = "Alleen gezocht in: Nederlands · vanaf 2015"
    assert told in conversation_html(talk, "nl")
    assert 'class="votes"' not in conversation_html(talk)
    for form in ("plain", "markdown", "html"):
        assert told in EXPORT_FORMATS[form](talk.turns, searcher.generation, "nl")


def test_a_choice_that_is_none_is_all_documents_and_a_wrong_one_an_error() -> None:
    assert scope_of('{"documents": ["2016/"], "date_to": "2016"}') == Scope(("2016/",), date_to="2016")
    for text in ("", "7", "{", '{"documents": 7}', "[" * 9999):
        assert scope_of(text) == Scope()
    for text in ('{"languages": ["xx"]}', '{"date_from": "soon"}', json.dumps({"documents": ["a"] * 201})):
        with pytest.raises(RodeDraadError):
            scope_of(text)


def test_a_place_that_is_not_in_the_documents_is_shown_and_not_found(
    searcher: Searcher, turn: dict[str, Any]
) -> None:
    for change in (
        {"document": "gone.txt"},
        {"text": "Dit staat er niet."},
        {"start": 10**11, "end": 10**11 + 9},
    ):
        cited = [{**turn["cited"][0], **change}]
        talk = talk_of(json.dumps({"turns": [{**turn, "cited": cited}]}))
        assert cited[0]["text"][:20] in conversation_html(talk)
        assert restored(talk.turns[0], searcher.generation).quotes == ()
        assert EXPORT_FORMATS["bibtex"](talk.turns, searcher.generation, "en") == "\n"


def test_hostile_contents_are_text(turn: dict[str, Any], searcher: Searcher) -> None:
    texts = dict.fromkeys(("question", "understood_as", "language", "id", "time"), HOSTILE)
    cited = [
        {**turn["cited"][0], "document": HOSTILE, "text": HOSTILE, "language": HOSTILE, "reference": HOSTILE}
    ]
    hostile = {**turn, **texts, "cited": cited, "matched": [[HOSTILE, HOSTILE]], "documents": [HOSTILE]}
    for kind in ("answer", "no answer", "not a question"):
        talk = talk_of(json.dumps({"id": HOSTILE, "turns": [{**hostile, "kind": kind}]}))
        assert len(talk.turns) == 1
        for html in (conversation_html(talk), EXPORT_FORMATS["html"](talk.turns, searcher.generation, "en")):
            assert "<img" not in html
            assert "<script" not in html


def test_the_oldest_turns_go(turn: dict[str, Any], searcher: Searcher) -> None:
    talk = talk_of(json.dumps({"turns": [turn] * (MOST_TURNS + 5)}))
    assert len(talk.turns) == MOST_TURNS
    longer = talk.followed_by(answer(searcher, "Wat is cacao blanco?"))
    assert len(longer.turns) == MOST_TURNS
    assert longer.turns[-1].question == "Wat is cacao blanco?"


def test_how_a_follow_up_was_understood_is_taken_along(searcher: Searcher) -> None:
    first = answer(searcher, MINERS)
    talk = Talk().followed_by(first).followed_by(ask(searcher, "En waarom?", [first]))
    texts = {
        form: EXPORT_FORMATS[form](talk.turns, searcher.generation, "nl")
        for form in ("plain", "markdown", "html")
    }
    told = "Opgevat als: Wat doet Red Social voor mijnwerkers? En waarom?"
    assert f"\n\nEn waarom?\n\n{told}\n\n" in texts["plain"]
    assert f"\n\n## En waarom?\n\n{told}\n\n" in texts["markdown"]
    html = '<p>Opgevat als: <span lang="nl">Wat doet Red Social voor mijnwerkers? En waarom?</span></p>'
    assert texts["html"].count(html) == 1
    assert all(text.count("Opgevat als:") == 1 for text in texts.values())


def test_an_answer_is_taken_along_with_its_sources(searcher: Searcher) -> None:
    question = "How many families work in the coffee sector?"
    talk = (
        Talk().followed_by(answer(searcher, question)).followed_by(answer(searcher, "Who wrote the Iliad?"))
    )
    texts = {form: write(talk.turns, searcher.generation, "en") for form, write in EXPORT_FORMATS.items()}
    quote = talk.turns[0].cited[0].text
    source = "50 jaar ontwikkelingssamenwerking in Peru, Noémie Nyst, 2015-12-01"
    assert texts["plain"].startswith(f"{question}\n\n“{quote}” [1]\n\nSources\n\n- [1] {source}")
    assert texts["plain"].endswith("Who wrote the Iliad?\n\nThe sources do not answer this question.\n")
    assert f"> {quote} \\[1\\]\n\nSources\n\n- \\[1\\] {source}" in texts["markdown"]
    assert f'<blockquote lang="nl">{quote} [1]</blockquote>' in texts["html"]
    assert "  author = {Noémie Nyst},\n  date = {2015-12-01}," in texts["bibtex"]
    record = "TY  - GEN\nTI  - 50 jaar ontwikkelingssamenwerking in Peru\nAU  - Noémie Nyst\nPY  - 2015\n"
    assert f"{record}DA  - 2015/12/01\n" in texts["ris"]
    assert texts["ris"].endswith("\nER  - \n")
