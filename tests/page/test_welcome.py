"""Welcome: an empty page shows what the documents are, and suggests only what they answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from rodedraad.answering.conversation import ask
from rodedraad.index.search import Searcher
from rodedraad.index.store.manifest import Entry
from rodedraad.ingest.corpus_folder import Example, load_sources
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.welcome import Suggestions, about_html, is_right

BEGAN = "In de zomer van 1965 begon de Belgische Ontwikkelingssamenwerking met haar werk in Peru."
COCOA = "In 2006 exporteerde Cepicafe voor het eerst 32 ton cacao, in 2014 was dat al 700 ton."
WOMEN = (
    "Bovendien kunnen de vrouwen dit weef- en breiwerk thuis doen, waardoor ze een eigen inkomen verwerven "
    "zonder dat ze hun huishouden in de steek moeten laten."
)
GROWERS = "Coopagros is een coöperatie van aardappelboeren met 266 producenten."
COFFEE = (
    "In de koffiesector in Peru zijn 225.000 gezinnen werkzaam die 425.000 hectare bewerken, zonder meer "
    "dus een strategische sector waarin producenten investeren."
)
KNIT = (
    "Sinds 2012 steunt TDC hier een project van Royal Knit, een Peruviaans familiebedrijf dat het als haar "
    "missie ziet om indígenas op te leiden in traditionele weef- en breitechnieken en daarna de kans te "
    "geven mee te werken aan haar collecties."
)
ANSWERED = {
    "nl": {
        "Wanneer begon de Belgische Ontwikkelingssamenwerking in Peru?": BEGAN,
        "Hoeveel ton cacao exporteerde Cepicafe in 2014?": COCOA,
        "Hoe komen vrouwen aan een eigen inkomen?": WOMEN,
    },
    "en": {
        "When did Belgian development cooperation in Peru begin?": BEGAN,
        "How many tonnes of cocoa did Cepicafe export in 2014?": COCOA,
        "How do women earn an income of their own?": WOMEN,
    },
    "fr": {
        "Combien de producteurs compte la coopérative Coopagros ?": GROWERS,
        "Quand la coopération belge au développement a-t-elle commencé au Pérou ?": BEGAN,
        "Combien de familles travaillent dans le secteur du café ?": COFFEE,
    },
    "es": {
        "¿Cuándo empezó la cooperación belga en el Perú?": BEGAN,
        "¿Cuántos productores tiene Coopagros?": GROWERS,
        "¿Desde cuándo apoya el TDC el proyecto de Royal Knit?": KNIT,
    },
    "de": {
        "Wann begann die belgische Entwicklungszusammenarbeit in Peru?": BEGAN,
        "Wie viele Tonnen Kakao exportierte Cepicafe 2014?": COCOA,
        "Wie kommen Frauen zu einem eigenen Einkommen?": WOMEN,
    },
}


@pytest.mark.slow
def test_each_example_that_ships_gets_its_quote(searcher: Searcher, home: Path, corpus: Path) -> None:
    examples = load_sources(corpus).examples
    asked = {question for questions in ANSWERED.values() for question in questions}
    assert {example.question for example in examples} == asked
    suggestions = Suggestions(LiveIndex(home), examples)
    for language, questions in ANSWERED.items():
        assert suggestions.questions(language) == list(questions)
        for question, quote in questions.items():
            assert quote in " ".join(ask(searcher, question).quotes[0].text.split())


@pytest.mark.parametrize(
    ("example", "right"),
    [
        (Example("How many families work in the coffee sector?", "225.000 gezinnen"), True),
        (Example("How many families work in the coffee sector?", "850 families"), False),
        (Example("How many families work in the coffee sector?"), True),
        (Example("How many hectares of coffee are there in Bolivia?"), False),
        (Example("Hello!"), False),
        (Example("?"), False),
    ],
)
def test_an_example_is_right_if_it_gets_the_quote_that_is_meant(
    searcher: Searcher, example: Example, right: bool
) -> None:
    assert is_right(searcher, example) is right


def test_examples_of_other_languages_fill_up_and_wrong_ones_are_left_out(home: Path) -> None:
    examples = [
        Example("Hoeveel gezinnen werken er in de koffiesector?", "225.000 gezinnen"),
        Example("Hoeveel hectare koffie is er in Bolivia?"),
        Example("How many families work in the coffee sector?", "225.000 gezinnen"),
    ]
    suggestions = Suggestions(LiveIndex(home), examples)
    assert suggestions.questions("en") == [examples[2].question, examples[0].question]
    assert suggestions.questions("nl") == [examples[0].question, examples[2].question]
    assert Suggestions(LiveIndex(home), []).questions("en") == []


def test_the_documents_are_counted_with_their_languages_and_dates(searcher: Searcher) -> None:
    entries = searcher.generation.manifest.documents
    assert told(entries) == "3 documents, in Dutch. Dates, where known: 2015-12-01."
    old = replace(entries[1], own_date="2006", language="fr")
    assert told([*entries, old]) == "4 documents, in Dutch, French. Dates, where known: 2006–2015."
    assert told([old]) == "One document, in French. Dates, where known: 2006."
    assert told([replace(old, own_date=None)]) == "One document, in French."
    assert told([]) == ""


def told(entries: list[Entry] | tuple[Entry, ...]) -> str:
    return about_html(entries, "en").replace("<p>", "").replace("</p>", "").strip()
