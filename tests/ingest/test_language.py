"""Language: of a sentence, and of the parts of a text."""

from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from rodedraad.ingest.language import LANGUAGE_MODEL, LANGUAGES, detect_language, language_spans
from rodedraad.ingest.language_model import LanguageModel

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De vrouwen breien truien van de wol van hun alpaca's.", "nl"),
        ("The women knit sweaters from the wool of their alpacas.", "en"),
        ("Les femmes tricotent des pulls avec la laine de leurs alpagas.", "fr"),
        ("Las mujeres tejen suéteres con la lana de sus alpacas.", "es"),
        ("Die Frauen stricken Pullover aus der Wolle ihrer Alpakas.", "de"),
    ],
)
def test_the_language_of_a_sentence_is_known(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_languages_of_a_text_begin_where_their_paragraphs_do() -> None:
    dutch = "De vrouwen breien truien van de wol van hun alpaca’s. " * 4
    french = "Les femmes tricotent des pulls avec la laine de leurs alpagas. " * 4
    text = f"{dutch.strip()}\n\n{french.strip()}\nEncore une ligne.\n\n{dutch.strip()}"
    spans = language_spans(text, "nl")
    assert spans == ((0, "nl"), (text.index("Les femmes"), "fr"), (text.rindex("\n\nDe ") + 2, "nl"))


def test_the_five_languages_are_scored_as_by_the_whole_model() -> None:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(list(LANGUAGES))
    model = LanguageModel(LANGUAGE_MODEL)
    texts = [
        "Depuis 1960, la coopération avec “Red Social” — Größe, año y één.",
        "VROUWEN BREIEN IN HUARÁZ",
        "cafe\u0301 con leche \ud83d \x00 日本語",
    ]
    lines = (CORPUS / "peru-partnerland.txt").read_text("utf-8").splitlines()
    for text in [*texts, *filter(None, lines)]:
        scores = dict(zip(LANGUAGES, model.scores(text), strict=True))
        assert scores == pytest.approx(dict(whole.rank(text)), rel=1e-5)


def test_a_text_without_a_known_sequence_is_in_every_language_alike() -> None:
    assert LanguageModel(LANGUAGE_MODEL).scores("\t♥") == [0.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("text", ["", " \n", "12345", "日本語のテキスト", "a" * 2_000_000])
def test_any_text_gets_a_language_that_we_speak(text: str) -> None:
    assert detect_language(text) in LANGUAGES
