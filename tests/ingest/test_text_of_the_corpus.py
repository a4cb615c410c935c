"""The text of the corpus: words, paragraphs and lists of its documents read as they were printed."""

from pathlib import Path

import pytest

from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The reading text of each document of the corpus."""
    return {s.id: read_documents(s, read_bytes(s))[0].text for s in scan(CORPUS)[0]}


@pytest.fixture(scope="module")
def projects(texts: dict[str, str]) -> str:
    return texts["vijf-projecten-in-peru.txt"]


@pytest.fixture(scope="module")
def years(texts: dict[str, str]) -> str:
    return texts["50-jaar-ontwikkelingssamenwerking-in-peru.txt"]


@pytest.mark.parametrize(
    "phrase",
    [
        "Ondanks de zwakke structuren en de slechte infrastructuur",
        "Arme boerengemeenschappen proberen",
        "de lokale oude cacaovariëteit, criollo porcelana,",
        "op agro-ecologie en op de bio- en de fairtrademarkt.",
        "een bio- en fairtradecertificatie te behalen.",
        "in de bio-, fairtrade- en andere markten, maar ook",
        "in traditionele weef- en breitechnieken en daarna",
        "dit weef- en breiwerk thuis doen",
        "een productie-eenheid opgezet",
        "de Shipibo Conibo-gemeenschappen in de regio",
        "gekend is voor zijn open-pit mijnen.",
        "zowel het Fairtrade- als het Fairmined label",
        "op (fairtrade)beurzen in binnen- en buitenland",
    ],
)
def test_words_of_the_corpus_are_mended_as_printed(projects: str, phrase: str) -> None:
    assert phrase in projects


def test_the_corpus_has_whole_paragraphs(projects: str) -> None:
    paragraphs = projects.split("\n\n")
    assert paragraphs[0] == (
        "We starten onze tocht in de regio Piura, in het uiterste noordwesten van het land. De "
        "coöperatie Cepicafe (Central Piurana de Cafetaleros) bestaat sinds 1995, maar is al lang "
        "niet meer de kleine groep boeren die op zoek ging naar een betere prijs voor hun "
        "koffieoogst."
    )
    assert paragraphs[1].startswith("De voorbije 20 jaar legden zij")
    starts = [paragraph[:25] for paragraph in paragraphs]
    assert "Onze tweede halte ligt ho" in starts
    assert "Van de hoge Andes dalen w" in starts
    assert "Bronnen:" in paragraphs
    assert (
        "Royal Knit: www.rkperu.com.\nRed Social: www.redsocial.pe.\nARM: www.communitymining.org.\n"
        "Fairgold: www.fairgold.org.\nFairmined: www.fairmined.org."
    ) in paragraphs


def test_no_paragraph_of_the_corpus_starts_in_mid_sentence(projects: str) -> None:
    assert [p for p in projects.split("\n\n") if p[0].islower()] == []
    in_lines = [p for p in projects.split("\n\n") if "\n" in p]
    assert [p.split(" ")[0] for p in in_lines] == ["Cepicafe:", "Royal"]  # the list of sources


def test_remains_of_navigation_are_gone(years: str) -> None:
    raw = (CORPUS / "50-jaar-ontwikkelingssamenwerking-in-peru.txt").read_text("utf-8")
    for remains in ("Imprimer", "Terug naar dossier", "In dezelfde categorie"):
        assert remains in raw
        assert remains not in years
    assert years.endswith("\n\nBelgische Ontwikkelingssamenwerking Peru")


def test_lists_captions_and_headings_of_the_web_page_stay_apart(years: str) -> None:
    assert years.startswith("50 jaar ontwikkelingssamenwerking in Peru\n\nNoémie Nyst\n01 december 2015\n")
    assert "\n\nEen aantal initiatieven:\n\n• Een wedstrijd werd uitgeschreven" in years
    assert "meer dan 2000 leden.\n• In april werd een fotowedstrijd" in years
    assert "via verschillende kanalen:\n\n1. De gouvernementele samenwerking" in years
    assert "\n\nMensen komen bijeen voor een podium\n© Pepe Atocha\n\nMilieu\n" in years
