"""Glosses: a word of a document in the reader's language, or none."""

from rodedraad.index.words.function_words import is_function_word
from rodedraad.ingest.documents import Citation, Document
from rodedraad.page.document_glosses import LONGEST_GLOSSED, glosses_in


def glossed(text: str, language: str, reader: str) -> dict[str, str]:
    document = Document("a.txt", "", language, Citation(title="t"), text, ())
    return {word: gloss for word, (gloss, _) in glosses_in(document, 0, len(text), reader).items()}


def test_words_are_glossed_for_a_reader_of_another_language_alone() -> None:
    text = "Elke zomer zoeken de kinderen water."
    found = glossed(text, "nl", "en")
    assert (found["zomer"], found["zoeken"], found["kinderen"]) == ("summer", "search", "children")
    assert "de" not in found
    assert glossed(text, "nl", "es")["kinderen"] == "niños"
    assert glossed("La récolte des arbres", "fr", "nl")["arbres"] == "bomen"
    assert glossed("The trees need a harvest", "en", "fr")["trees"] == "arbres"
    assert glossed("Die Bäume und die Ernte", "de", "en")["Bäume"] == "trees"
    for pair in (("nl", "nl"), ("nl", "xx"), ("", "en")):
        assert glossed(text, *pair) == {}


def test_names_numbers_and_parts_of_words_have_no_gloss() -> None:
    text = (
        "In 2014 sprak Zomer met de School van Kinderen. School Zomer won. De zomer-school telt 12 plaatsen."
    )
    assert not {"Zomer", "School", "Kinderen", "zomer", "school", "2014"} & set(glossed(text, "nl", "en"))
    assert glossed("De coo\u0308peratie van kin\u00adderen", "nl", "en") == {}
    assert glossed("Kinderen zoeken.", "nl", "en")["Kinderen"] == "children"


def test_a_dutch_compound_is_glossed_by_its_parts() -> None:
    text = "De mijnbouwsector en de ziekenhuisapotheek, wijst de kwaliteitscontrole uit, zijn mannenwerk."
    assert glossed(text, "nl", "en") | {"wijst": "", "uit": ""} == {
        "wijst": "",
        "uit": "",
        "mijnbouwsector": "mijnbouw: mining + sector: sector",
        "ziekenhuisapotheek": "ziekenhuis: hospital + apotheek: pharmacy",
        "kwaliteitscontrole": "kwaliteit: quality + controle: control",
        "mannenwerk": "mannen: men + werk: work",
    }
    assert glossed("mensenrechten", "nl", "fr") == {"mensenrechten": "mensen: gens + rechten: droits"}
    assert glossed("Der Schulbau", "de", "en") == {}


def test_no_compound_is_glossed_by_parts_that_may_be_others() -> None:
    split_twice, other_sense, unsure = (
        "scholenbouw levenslang",
        "doelpunt hoofdarts weergeven",
        "bodemonderzoek",
    )
    suffixed, name = "gemeenschap merkwaardig", "in Koffiesector"
    for text in (split_twice, other_sense, unsure, suffixed, name, "e" * 50_000, "werk" * 10_000):
        assert not any("+" in gloss for gloss in glossed(text, "nl", "en").values())


def test_a_stretch_is_bounded() -> None:
    document = Document("a.txt", "", "nl", Citation(title="t"), "kinderen " * 9_000 + "zomer", ())
    assert set(glosses_in(document, 0, 10**11, "en")) == {"kinderen"}
    assert set(glosses_in(document, len(document.text) - LONGEST_GLOSSED, 10**11, "en")) == {
        "kinderen",
        "zomer",
    }
    assert glosses_in(document, 10**11, 10**11 + 1, "en") == glosses_in(document, 9, 3, "en") == {}


def test_question_words_articles_and_prepositions_are_function_words() -> None:
    words = (("nl", "Waarom"), ("en", "what"), ("fr", "Combien"), ("es", "Cuántas"), ("de", "wieviele"))
    assert all(is_function_word(word, language) for language, word in words)
    assert is_function_word("langs", "nl")
    assert not is_function_word("langs", "en")
    assert not is_function_word("school", "xx")
