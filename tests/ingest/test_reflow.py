"""Reflow: raw text becomes the reading text."""

import textwrap
import time
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rodedraad.ingest.reflow import reflow, text_lines

LANGUAGES = st.sampled_from(["nl", "en", "fr", "es", "de"])


def reflowed(*pages: str, language: str = "nl") -> str:
    return reflow(text_lines(pages), language).text


def read(pages: Sequence[str], language: str = "nl") -> tuple[str, tuple[int, ...]]:
    """The reading text of pages, and where each starts in it."""
    text, starts, _ = reflow(text_lines(pages), language)
    return text, starts if len(pages) > 1 else ()


def squash(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


# Any input

RAW = st.one_of(
    st.text(st.characters()),  # lone surrogates and control characters among them
    st.text("ab AB.-–•1)\n\r\f\t\v\x00\x85\u00ad\u2028\u0301", max_size=120),
    st.lists(
        st.sampled_from(
            "koffie struc- turen De Peru. • 12. – \n \n\n Imprimer\n \u00ad \ufeff \x9f \x1d".split(" ")
        ),
        max_size=60,
    ).map(" ".join),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(RAW, max_size=5), LANGUAGES)
@example(["a\x80b", "\x1b\x9f"], "nl")
@example(["e\u00ad\u0301"], "fr")
@example(["\ud800", "", " \n\f"], "en")
def test_the_reading_text_of_any_pages_is_clean(pages: list[str], language: str) -> None:
    text, starts = read(pages, language)
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n"}
    assert not any(c in text for c in "\u00ad\u200b\ufeff\u2028\u2029")
    assert unicodedata.is_normalized("NFC", text)
    assert "\n\n\n" not in text
    assert text == text.strip()
    for line in text.split("\n"):
        assert line == " ".join(line.split())
    assert list(starts) == sorted(starts)
    assert len(starts) <= len(pages)
    assert all(0 <= start < len(text) for start in starts)
    assert bool(starts) == (bool(text) and len(pages) > 1)


WORDS = st.text("abcdefgéëoiu", min_size=1, max_size=14)
SENTENCES = st.lists(WORDS, min_size=1, max_size=40).map(lambda w: " ".join(w).capitalize() + ".")


@settings(deadline=None, max_examples=100)
@given(st.lists(SENTENCES, min_size=1, max_size=12), st.integers(40, 90), st.booleans())
def test_wrapped_text_loses_nothing(paragraphs: list[str], width: int, spaced: bool) -> None:
    lines = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in paragraphs)
    raw = lines.replace("\n", "\n\n") if spaced else lines
    assert squash(reflowed(raw)) == squash(raw)


@settings(deadline=None, max_examples=200)
@given(st.text("ab AB.-–•1)éß\n\r\f\t\v\x00\x85\u00ad\u2028", max_size=400), LANGUAGES)
def test_reflow_loses_no_letter_or_digit(page: str, language: str) -> None:
    assert squash(reflowed(page, language=language)) == squash(page)


# Hard-wrapped text

PARAGRAPHS = (
    "Peru is al sinds 1965 een partnerland van de Belgische ontwikkelingssamenwerking, en dat "
    "blijft het ook in de jaren die nog komen.",
    "De overheden van beide landen ondertekenden toen een akkoord voor technische en "
    "wetenschappelijke samenwerking. Peru staat gerangschikt als een middeninkomensland, maar "
    "de zeer uiteenlopende realiteit van het land spreekt dit eerder tegen.",
    "Zo pleit ze voor een universele zorgverzekering.",
)


@pytest.mark.parametrize("width", [45, 60, 72, 80])
def test_single_spaced_lines_become_whole_paragraphs(width: int) -> None:
    raw = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in PARAGRAPHS)
    assert reflowed(raw) == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\u2028", "\x0b"])
def test_every_kind_of_line_end_is_one(ending: str) -> None:
    raw = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in PARAGRAPHS)
    assert reflowed(raw.replace("\n", ending)) == "\n\n".join(PARAGRAPHS)


def test_double_spaced_lines_become_whole_paragraphs() -> None:
    raw = "\n".join(textwrap.fill(paragraph, 60) for paragraph in PARAGRAPHS)
    assert reflowed(raw.replace("\n", " \n\n")) == "\n\n".join(PARAGRAPHS)


def test_an_indented_line_starts_a_paragraph() -> None:
    raw = """
De overheden van beide landen ondertekenden toen een akkoord over
samenwerking in de techniek en in de wetenschap, voor vele jaren nog.
   Peru staat gerangschikt als een land met een middeninkomen, al is
de werkelijkheid van het land zeer uiteenlopend en is er nog heel wat
armoede buiten de hoofdstad, in de bergen en in het woud, waar vooral
inheemse gemeenschappen wonen, die van de landbouw en van hun kuddes
moeten leven en die daar vaak niet meer mee rondkomen, omdat de prijs
van hun wol en van hun koffie al jaren daalt en er geen ander werk is
dan in de mijnen, waar dan ook vooral de mannen en de jongens naartoe
trekken, zodat de vrouwen alleen voor het land en de dieren instaan.
"""
    text = reflowed(raw)
    assert text.count("\n\n") == 1
    assert "voor vele jaren nog.\n\nPeru staat gerangschikt" in text


def test_a_short_line_that_ends_no_sentence_is_a_heading() -> None:
    raw = "Een partnerland\n" + textwrap.fill(PARAGRAPHS[0], 60)
    assert reflowed(raw) == f"Een partnerland\n\n{PARAGRAPHS[0]}"


BULLETS = (
    "• De Belgische ambassade nam, samen met de verschillende actoren, het initiatief om in "
    "Lima de resultaten te tonen.",
    "• Een wedstrijd werd uitgeschreven voor het ontwerp van een gemeenschappelijk logo van Peru en België.",
    "• Een documentaire.",
)


@pytest.mark.parametrize("hanging", ["", "  "])
@pytest.mark.parametrize("width", [50, 60, 72])
def test_wrapped_bullets_become_a_line_each(hanging: str, width: int) -> None:
    bullets = "\n".join(textwrap.fill(b, width, subsequent_indent=hanging) for b in BULLETS)
    raw = "\n\n".join([textwrap.fill(PARAGRAPHS[1], width), bullets, textwrap.fill(PARAGRAPHS[0], width)])
    assert reflowed(raw) == "\n\n".join([PARAGRAPHS[1], "\n".join(BULLETS), PARAGRAPHS[0]])


def test_an_indented_line_of_a_bullet_with_a_capital_runs_on() -> None:
    raw = textwrap.fill(PARAGRAPHS[1] + " " + PARAGRAPHS[0], 45) + (
        "\n\n"
        "• Een prijs van de Belgische ambassade in\n"
        "  Lima en van de Belgische Technische\n"
        "  Coöperatie voor de beste foto.\n"
        "• Een debat."
    )
    assert reflowed(raw).endswith(
        "• Een prijs van de Belgische ambassade in Lima en van de Belgische Technische "
        "Coöperatie voor de beste foto.\n• Een debat."
    )


def test_a_line_that_begins_with_a_dash_in_mid_sentence_is_no_list_item() -> None:
    raw = """Voor deze gemeenschappen was de aguaymanto uit de Andes
– bij ons gekend als de incabes – altijd al een bron van
vitaminen, maar nu zijn de bessen ook handelswaar, en het
bedrijf zoekt er klanten voor in heel Europa."""
    assert reflowed(raw) == raw.replace("\n", " ")


def test_a_list_of_dashes_under_wrapped_text_stays_a_list() -> None:
    raw = textwrap.fill(PARAGRAPHS[1], 60) + "\nZe verkopen er:\n- koffie\n- cacao\n- goud\n"
    assert reflowed(raw).endswith("\n\n- koffie\n- cacao\n- goud")


@pytest.mark.parametrize(
    "text",
    [
        "De koning zat op hoge troon,\nHij droeg een mantel en een kroon,\n"
        "Zijn dochter speelde bij de haard,\nZijn zoon reed uit op 't witte paard.",
        "De koning van het hoge land zat op zijn troon,\n"
        "En droeg een mantel van hermelijn en een kroon,\n"
        "Zijn dochters speelden in de zaal bij de haard,\n"
        "Zijn zonen reden uit te velde op 't witte paard.",
        "de zon gaat onder achter de bergen\nen niemand\ndie nog weet hoe laat het is\n"
        "wij wachten\ntot de avond valt",
        "appels\nperen\nbananen\npruimen\nkersen\naardbeien",
        "- koffie\n- cacao\n- goud",
        "Jan Janssen\nPiet Pieters\nAnna Peeters\nEls Willems",
        "koffie\n\ncacao\n\nbessen\n\nhout",
    ],
    ids=["poem", "long lines", "free verse", "words", "dashes", "names", "spaced words"],
)
def test_short_lines_are_not_joined(text: str) -> None:
    assert reflowed(text) == text


def test_a_line_a_paragraph_stays_so() -> None:
    assert reflowed("  ".join(PARAGRAPHS[:2]) + " \n\n\n\n" + PARAGRAPHS[2]) == (
        " ".join(PARAGRAPHS[:2]) + "\n\n" + PARAGRAPHS[2]
    )


def test_text_of_nothing() -> None:
    assert read([], "nl") == ("", ())
    assert read([""], "nl") == ("", ())
    assert read([" \n\t\u00a0", "\x00\ufeff"], "nl") == ("", ())


def test_invisible_characters_are_taken_out_and_accents_composed() -> None:
    assert reflowed("\ufeffgemeen\u00adschap\u200bpen  van\u00a0co\x00o\u0308peraties\ud800") == (
        "gemeenschappen van coöperaties"
    )


# Pages


def test_pages_start_where_their_first_character_stands() -> None:
    pages = ["Een kop\n\nDe eerste bladzijde.\n", "De tweede.\n", "", "De vierde.\n"]
    text, starts = read(pages, "nl")
    assert text == "Een kop\n\nDe eerste bladzijde.\n\nDe tweede.\n\nDe vierde."
    assert starts == (0, text.index("De tweede"), *(text.index("De vierde"),) * 2)


def test_a_single_page_has_no_page_starts() -> None:
    assert read(["Een zin."], "nl") == ("Een zin.", ())


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("blank", ["", "\n", "\n\n\n"])
def test_a_sentence_runs_over_the_page_break(at: int, blank: str) -> None:
    paragraph = (
        "De prijs voor de beste foto ging in dat jaar naar Kristien De Frenne, die toen voor de "
        "Belgische ngo TRIAS in Peru en in Ecuador werkte en die in augustus enkele lokale "
        "projecten bezocht, waar de partners van de coöperatie Coopagros aan het oogsten waren."
    )
    lines = textwrap.wrap(paragraph, 50)
    pages = ["\n".join(lines[:at]) + blank, blank + "\n".join(lines[at:]) + "\n"]
    text, starts = read(pages, "nl")
    assert text == paragraph
    assert starts == (0, paragraph.index(lines[at]))


def test_a_word_is_broken_over_the_page_break() -> None:
    first = textwrap.fill(PARAGRAPHS[0], 45) + "\nOndanks de vele en vaak nogal zwakke struc-\n"
    text, starts = read([first, "turen en de slechte infrastructuur is dat\nhun droom."], "nl")
    assert "Ondanks de vele en vaak nogal zwakke structuren en de slechte" in text
    assert text[starts[1] :].startswith("turen en de slechte")


# Navigation


@pytest.mark.parametrize(
    "line",
    [
        "Imprimer",
        "PRINT THIS PAGE",
        "Afdrukken",
        "Delen",
        "Terug naar dossier",
        "Retour à la liste",
        "Back to top",
        "Volver al inicio",
        "Zurück zur Übersicht",
        "Dans la même catégorie",
        "English version",
        "Perú - página en castellano",
    ],
)
def test_navigation_is_taken_out_only_where_it_ends_a_text_with_more_of_it(line: str) -> None:
    assert reflowed(f"Een zin.\nTerug naar lijst\n{line}\nImprimer") == "Een zin."
    assert line in reflowed(f"Een zin.\n{line}\nNog een zin.")
    assert line in reflowed(f"Een zin.\n{line}\nAfdrukken")


def test_a_wrapped_line_that_reads_like_navigation_is_kept() -> None:
    prose = (
        "Toen de oogst voorbij was, brachten de families hun zakken koffie te voet\n"
        "terug naar het begin\n"
        "van het pad, waar de vrachtwagens van de coöperatie al drie dagen wachtten\n"
        "op de laatste kilo's van dat jaar, die nergens anders verkocht raakten dan\n"
        "in de hoofdstad en in de twee havens die nog open waren voor de kleine boer.\n"
    )
    text, _ = read([prose], "nl")
    assert "te voet terug naar het begin van het pad" in text


def test_a_verse_that_starts_like_navigation_is_kept() -> None:
    text, _ = read(["Terug naar de rivier\nwaar wij woonden"], "nl")
    assert text == "Terug naar de rivier\nwaar wij woonden"


# Long text


@pytest.mark.parametrize(
    "text",
    [
        "woord " * 350_000,
        "a" * 2_000_000,
        "a-" * 1_000_000,
        "Dit is een zin van gewone lengte die nog even doorgaat met woor-\n"
        "den zoals het hoort te gaan in een tekst van deze bijzondere le-\n" * 15_000,
        "Dit is een zin van gewone lengte die nog even doorgaat\nmet woorden\n" * 500
        + "a" * 2_000_000
        + "-\nen zo",
    ],
    ids=["words", "one word", "hyphens", "wrapped", "one long line"],
)
def test_a_very_long_text_is_reflowed_soon(text: str) -> None:
    started = time.process_time()
    reflowed(text)
    assert time.process_time() - started < 5
