"""Sentences: where they start and end, in four languages, and what is a heading."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rodedraad.ingest.sentences import is_heading, sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), st.text("aZ1.!?…:\n \u00a0\t•-2)“”'", max_size=80)))
@example("• \n•\n- .\n")
@example("a.\u2028B. \x1dC.")
def test_spans_are_ordered_disjoint_trimmed_and_within_a_line(text: str) -> None:
    end_before = 0
    for start, end in sentence_spans(text):
        assert end_before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        end_before = end


@settings(deadline=None, max_examples=200)
@given(st.text("aZ.!? \n“”", max_size=80))
def test_spans_hold_every_character_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ze vertrekken. De coöperatie bestaat sinds 1995. En nu? Nu niet!",
            ["Ze vertrekken.", "De coöperatie bestaat sinds 1995.", "En nu?", "Nu niet!"],
        ),
        (
            "“Ze blijven hier.” Dat zei hij. ‘Waarom?’ vroeg zij.",
            ["“Ze blijven hier.”", "Dat zei hij.", "‘Waarom?’ vroeg zij."],
        ),
        (
            "¿Qué es la quinua? ¡Un grano! «Es bueno.» Muy bueno.",
            ["¿Qué es la quinua?", "¡Un grano!", "«Es bueno.»", "Muy bueno."],
        ),
        ("Het is af… Nu verder... En toen.", ["Het is af…", "Nu verder...", "En toen."]),
        ("Hij zei het (ja!). Toen ging hij.", ["Hij zei het (ja!).", "Toen ging hij."]),
    ],
)
def test_a_sentence_ends_at_its_mark(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "De ngo's, o.a. Oxfam en o.a. TRIAS, helpen dhr. De Craen bij Glo.be 1/2015, p. 13 enz.",
        "Meer dan 30.000 mensen kregen 3.5 ton, d.w.z. Alles bij elkaar veel.",
        "Kristien B. De Frenne woont in St. Truiden.",
        "Mr. Smith and Mrs. Jones met Dr. Brown, e.g. Monday.",
        "Voir chap. Deux, selon M. Dupont et Mme. Durand.",
        "La Sra. García y Ud. Mismo viven en EE.UU. Hoy.",
        "Das kostet bzw. Kostete viel, vgl. Seite drei.",
        "Alleen www.cepicafe.com.pe. en verder niets.",
        "Dat wil hij niet... maar het moet.",
    ],
)
def test_a_dot_that_ends_no_sentence(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


def test_lines_headings_and_list_items_are_sentences_of_their_own() -> None:
    text = "Milieu\nGranja Porcón is groot. Heel groot.\n\n• Een logo.\n2. Een debat\n– de rest"
    assert sentences(text) == [
        "Milieu",
        "Granja Porcón is groot.",
        "Heel groot.",
        "Een logo.",
        "Een debat",
        "de rest",
    ]


def test_a_text_without_words() -> None:
    assert sentence_spans("") == []
    assert sentence_spans(" \n\n \t") == []


@pytest.mark.parametrize(
    "heading",
    [
        "Mensenrechten en gender",
        "Bronnen:",
        "Fairmined: www.fairmined.org.",
        "Mensen komen bijeen voor een podium",
    ],
)
def test_a_title_or_label_is_a_heading(heading: str) -> None:
    assert is_heading(heading)


@pytest.mark.parametrize(
    "sentence",
    [
        "Export blijft hierdoor een verre droom.",
        "Wie zien we op de foto?",
        "Hij zei: “Ze blijven hier.”",
        "Een blok zonder punt dat zo lang doorgaat dat niemand het nog voor een kop zou houden, "
        "hoe hij ook keek",
    ],
)
def test_a_sentence_is_no_heading(sentence: str) -> None:
    assert not is_heading(sentence)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["Dit is een zin. " * 125_000, "J. " * 600_000, "." * 2_000_000, ". " * 1_000_000],
    ids=["sentences", "initials", "dots", "spaced dots"],
)
def test_a_very_long_line_is_split_soon(text: str) -> None:
    started = time.perf_counter()
    sentence_spans(text)
    assert time.perf_counter() - started < 30  # by the square of the length it would be hours
