"""Phrases: every language has the same, each is used, and what is not there is not found."""

from pathlib import Path
from string import Formatter

import pytest

from rodedraad.texts.phrases import SPOKEN, named, page_phrases, pattern, phrase, texts

APP = Path(__file__).parents[2] / "app"
COMPOSED = {
    *("vote_up", "vote_down", "copy_plain"),
    *("state_indexed", "state_changed", "state_new", "state_gone", "state_unread"),
    *("language_nl", "language_en", "language_fr", "language_es", "language_de"),
    *("recall_x", "recall_y", "risk_x", "risk_y"),
    *("refusals_x", "refusals_y", "reliability_x", "reliability_y", "high"),
}
"""Names that the code puts together from two parts, or reads in a gold line."""


def placeholders(text: str) -> set[tuple[str | None, str | None]]:
    return {(name, form) for _, name, form, _ in Formatter().parse(text) if name is not None}


def test_no_language_lacks_a_phrase_and_german_has_those_beside_the_page() -> None:
    english = texts("en")
    assert list(english) == ["answer", "login", "page", "report", "names"]
    for language in SPOKEN:
        assert {section: list(phrases) for section, phrases in texts(language).items()} == {
            section: list(phrases) for section, phrases in english.items()
        }
    assert list(texts("de")) == ["answer", "login"]
    for section in ("answer", "login"):
        assert list(texts("de")[section]) == list(english[section])


def test_a_name_is_in_one_section() -> None:
    names = [name for section in ("answer", "login", "page", "report") for name in texts("en")[section]]
    assert sorted(names) == sorted(set(names))


def test_every_phrase_is_used() -> None:
    code = "".join(file.read_text("utf-8") for file in APP.rglob("*") if file.suffix in (".py", ".html"))
    names = [name for phrases in texts("en").values() for name in phrases]
    assert {name for name in names if f'"{name}"' not in code} == COMPOSED


@pytest.mark.parametrize("language", ["nl", "fr", "es", "de"])
def test_a_phrase_fills_in_the_same_in_every_language(language: str) -> None:
    for section, phrases in texts(language).items():
        for name, text in phrases.items():
            assert placeholders(text) == placeholders(texts("en")[section][name]), name


def test_translations_differ_but_for_names_that_are_the_same_everywhere() -> None:
    said = {name: {phrases[name] for phrases in page_phrases().values()} for name in texts("en")["page"]}
    assert {name for name, texts in said.items() if len(texts) < 3} == {
        "copy_markdown",
        "copy_bibtex",
        "copy_ris",
        "passages",
    }


def test_an_unknown_name_is_an_error() -> None:
    for language in (*SPOKEN, "de", "xx"):
        with pytest.raises(KeyError, match="no_such_phrase"):
            pattern("no_such_phrase", language)
    with pytest.raises(KeyError, match="count"):
        phrase("votes", "en")


def test_a_language_without_a_phrase_gets_the_english_one() -> None:
    assert phrase("sources", "de") == "Quellen"
    assert phrase("votes", "de", count=2) == phrase("votes", "xx", count=2) == phrase("votes", "en", count=2)


def test_names_of_others_stay_as_they_are() -> None:
    assert named("milliseconds", "nl") == "milliseconden"
    assert named("question", "nl") == "question"
