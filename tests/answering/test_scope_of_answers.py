"""Scope of answers: the conversation, the command line and Python search only what is chosen."""

import json
from pathlib import Path

import pytest

import rodedraad
from rodedraad.answering.conversation import ask
from rodedraad.cli import main
from rodedraad.index.scope import NothingInScope, Scope
from rodedraad.index.search import Searcher
from rodedraad.texts.scope_words import scope_in_words

PERU = "peru-partnerland.txt"
FIFTY = "50-jaar-ontwikkelingssamenwerking-in-peru.txt"
COFFEE = "Hoeveel gezinnen werken er in de koffiesector?"


def test_a_conversation_stays_in_its_scope(searcher: Searcher) -> None:
    scope = Scope((PERU,))
    first = ask(searcher, "Sinds wanneer is Peru een partnerland?", scope=scope)
    assert "1965" in first.quotes[0].text
    second = ask(searcher, "En met hoeveel gezinnen?", [first], scope=scope)
    greeting = ask(searcher, "Hallo!", [first, second], scope=scope)
    assert greeting.documents == ("Peru",)
    for answer in (first, second, greeting):
        assert answer.scope == scope
        assert {hit.document.id for hit in answer.hits} <= {PERU}
    assert ask(searcher, COFFEE).quotes
    assert not ask(searcher, COFFEE, scope=scope).quotes


def test_python_chooses_by_name_folder_language_and_date(searcher: Searcher) -> None:
    answer = rodedraad.ask(
        searcher, COFFEE, documents=["50-*"], languages=["nl"], date_from="2015", date_to="2015"
    )
    assert {hit.document.id for hit in answer.hits} == {FIFTY}
    for question in (COFFEE, "Hallo!"):
        with pytest.raises(NothingInScope):
            rodedraad.ask(searcher, question, date_from="2016")


def test_the_command_line_chooses_and_tells_what_was_chosen(
    corpus: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--corpus", str(corpus), "--home", str(home)]
    assert main(["ask", COFFEE, "--documents", "50-*", "--from", "2015-06", *folders]) == 0
    assert capsys.readouterr().out.startswith("Alleen gezocht in: 50-* · vanaf 2015-06\n\n[1] “In de koffie")
    assert main(["ask", COFFEE, "--json", "--language", "nl", "--to", "2015", *folders]) == 0
    [turn] = json.loads(capsys.readouterr().out)["turns"]
    assert {passage["document"] for passage in turn["passages"]} == {FIFTY}
    assert turn["scope"] == {"documents": [], "languages": ["nl"], "date_from": "", "date_to": "2015"}
    (tmp_path / "vragen.jsonl").write_text(json.dumps({"question": COFFEE}), "utf-8")
    assert main(["ask", "--batch", str(tmp_path / "vragen.jsonl"), "--documents", PERU, *folders]) == 0
    [turn] = json.loads(capsys.readouterr().out)["turns"]
    assert turn["scope"]["documents"] == [PERU]
    for wrong, message in (
        (["--documents", "goud"], "There is no document or folder 'goud' in the index."),
        (["--language", "fr"], "No document matches what was chosen: fr."),
        (["--language", "it"], "The language of a document is one of nl, en, fr, es, de."),
        (["--from", "ooit"], "A date must be like 2015, 2015-06 or 2015-06-01."),
    ):
        assert main(["ask", COFFEE, *wrong, *folders]) == 2
        assert message in capsys.readouterr().err


def test_a_scope_is_told_in_words() -> None:
    assert scope_in_words(Scope(("a.md", "b/"), ("nl", "de"), "2015", "2016"), "en") == (
        "a.md, b/ · Dutch, German · from 2015, until 2016"
    )
    assert scope_in_words(Scope(tuple("abcde")), "de") == "a, b, c, + 2"
    assert scope_in_words(Scope(tuple("abcd")), "de") == "a, b, c, d"
