"""Hyphens: the hyphen at the end of a line stays or goes, by the language and the rest of the document."""

import pytest

from rodedraad.ingest.hyphens import before_join
from rodedraad.ingest.reflow import reflow, text_lines


@pytest.mark.parametrize(
    ("line", "following", "language", "expected"),
    [
        ("de zwakke struc-", "turen en de", "nl", "de zwakke struc"),
        ("Arme boerengemeen-", "schappen proberen", "nl", "Arme boerengemeen"),
        ("het ca\u00adcao\u2010", "project van", "nl", "het ca\u00adcao"),
        ("the environ-", "ment of", "en", "the environ"),
        ("le développe-", "ment durable", "fr", "le développe"),
        ("las comuni-", "dades de", "es", "las comuni"),
        ("die Gemein-", "schaft der", "de", "die Gemein"),
        ("op de bio-", "en de fairtrademarkt", "nl", "op de bio- "),
        ("de weef-", "of breitechnieken", "nl", "de weef- "),
        ("pre-", "and post-war", "en", "pre- "),
        ("des micro-", "et macroprojets", "fr", "des micro- "),
        ("micro-", "y macroproyectos", "es", "micro- "),
        ("Land-", "und Forstwirtschaft", "de", "Land- "),
        ("Ein-", "oder Ausfuhr", "de", "Ein- "),
        ("in de jaren 2014-", "2015 en", "nl", "in de jaren 2014-"),
        ("de top-", "10 van", "nl", "de top-"),
        ("in Noord-", "Holland en", "nl", "in Noord-"),
        ("een BTC-", "project in", "nl", "een BTC-"),
        ("een gewone regel", "en nog een", "nl", "een gewone regel "),
        ("een streepje -", "en meer", "nl", "een streepje - "),
        ("de bio-", "(en fairtrade)markt", "nl", "de bio- "),
        ("-", "turen", "nl", "- "),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(line: str, following: str, language: str, expected: str) -> None:
    assert before_join(line, following, {}, language) == expected


def test_the_document_s_own_spelling_decides() -> None:
    plain, hyphenated = {"cacaoproject": 2}, {"cacao-project": 1}
    assert before_join("het cacao-", "project", plain, "nl") == "het cacao"
    assert before_join("het cacao-", "project", hyphenated, "nl") == "het cacao-"
    assert before_join("het Cacao-", "Project", plain, "nl") == "het Cacao"
    assert before_join("het cacao-", "project", plain | hyphenated, "nl") == "het cacao"
    assert before_join("een BTC-", "project", {"btcproject": 1}, "nl") == "een BTC"
    # Dutch would break struc-turen here; this document writes it with a hyphen.
    assert before_join("struc-", "turen", {"struc-turen": 1}, "nl") == "struc-"


def test_the_spelling_is_found_elsewhere_in_the_document() -> None:
    wrapped = (
        "In deze regio werd van oudsher ook koffie en thee-\n"
        "cultuur bedreven door de boeren die er nu nog een\n"
        "eigen zaak hebben en die daarvan moeten leven met\n"
        "hun gezin. {} noemen ze dat daar.\n"
    )
    assert "koffie en theecultuur" in reflow(text_lines([wrapped.format("Theecultuur")]), "nl").text
    assert "koffie en thee-cultuur" in reflow(text_lines([wrapped.format("Thee-cultuur")]), "nl").text
