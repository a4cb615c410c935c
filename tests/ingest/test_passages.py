"""Passages: a document is split between sentences, with exact offsets."""

import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.documents import Citation, Document, Passage
from rodedraad.ingest.passages import PASSAGE_SIZE, split_passages
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes
from rodedraad.ingest.reflow import reflow, text_lines
from rodedraad.ingest.sentences import sentence_spans

CORPUS = Path(__file__).parents[2] / "corpus"


def document(text: str, page_starts: tuple[int, ...] = ()) -> Document:
    return Document("a.txt", "", "nl", Citation(), text, page_starts)


def read(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    text, starts, _ = reflow(text_lines(pages), "nl")
    return text, starts if len(pages) > 1 else ()


def texts(passages: list[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def check(document: Document, size: int) -> None:
    """Check what is true of the passages of every document."""
    passages = split_passages(document, size)
    end_before = 0
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert end_before <= passage.start < passage.end
        assert len(passage.text) <= size
        assert passage.text == passage.text.strip()
        assert passage.document_id == document.id
        assert passage.page == document.page_at(passage.start)
        end_before = passage.end
        sentence_end = passage.start
        for start, end in passage.sentences:
            assert sentence_end <= start < end <= passage.end
            sentence = document.text[start:end]
            assert sentence == sentence.strip()
            assert "\n" not in sentence
            sentence_end = end
    assert "".join("".join(texts(passages)).split()) == "".join(document.text.split())
    in_passages = "".join(document.text[s:e] for p in passages for s, e in p.sentences)
    in_document = "".join(document.text[s:e] for s, e in sentence_spans(document.text))
    assert "".join(in_passages.split()) == "".join(in_document.split())


SIZES = st.integers(100, 800)
PIECES = st.sampled_from(
    [
        "Een zin. ",
        "Nog een zin met wat meer woorden erin, en dus langer! ",
        "woord ",
        "Kop\n\n",
        "• Een punt\n",
        "\n\n",
        "x" * 130,
        "\u00a0",
        "“Ja.” ",
        "aldoor maar woorden zonder dat er ooit een punt komt of een ander teken " * 12,
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(st.characters()), st.lists(PIECES, max_size=60).map("".join)), SIZES)
@example("\ud800 \x1d a.\x1e B. \x1f", 100)
@example("", 100)
@example(" \n ", 100)
def test_every_passage_of_any_text_is_a_slice_of_it(text: str, size: int) -> None:
    check(document(text), size)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(PIECES, max_size=20).map("".join), max_size=4), SIZES)
def test_every_passage_of_a_reading_text_is_a_slice_of_it(pages: list[str], size: int) -> None:
    check(document(*read(pages)), size)


SENTENCES = st.integers(1, 11).map(lambda words: "Dan " + "koffie " * words + "daar.")


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(SENTENCES, min_size=1, max_size=9), min_size=1, max_size=9), SIZES)
def test_a_passage_ends_where_a_sentence_does(paragraphs: list[list[str]], size: int) -> None:
    text = "\n\n".join(" ".join(sentences) for sentences in paragraphs)
    whole = set(sentence_spans(text))
    for passage in split_passages(document(text), size):
        assert set(passage.sentences) <= whole


@pytest.mark.parametrize("size", [100, 300, 600, 2000])
@pytest.mark.parametrize("number", range(3))
def test_every_passage_of_the_corpus_is_a_slice_of_it(number: int, size: int) -> None:
    source = scan(CORPUS)[0][number]
    check(read_documents(source, read_bytes(source))[0], size)


def test_passages_of_the_corpus_begin_and_end_with_whole_sentences() -> None:
    for source in scan(CORPUS)[0]:
        whole_text = read_documents(source, read_bytes(source))[0]
        whole = set(sentence_spans(whole_text.text))
        for passage in split_passages(whole_text):
            assert set(passage.sentences) <= whole
            assert len(passage.text) <= PASSAGE_SIZE


def test_a_passage_ends_at_the_end_of_a_paragraph_if_it_can() -> None:
    first, second = "Eerst deze zin over koffie. " * 2, "Dan een zin over cacao. " * 3
    text = first.strip() + "\n\n" + second.strip()
    assert texts(split_passages(document(text), 100)) == [first.strip(), second.strip()]
    assert texts(split_passages(document(text), 200)) == [text]


def test_a_heading_stays_with_the_text_under_it() -> None:
    text = (
        "De coöperatie verkoopt al vele jaren koffie aan het buitenland.\n\nMilieu\n\n"
        "Het dorp plant bomen op de hellingen rond het meer."
    )
    assert texts(split_passages(document(text), 100)) == [
        "De coöperatie verkoopt al vele jaren koffie aan het buitenland.",
        "Milieu\n\nHet dorp plant bomen op de hellingen rond het meer.",
    ]


def test_a_sentence_that_leaves_no_room_for_its_heading_is_not_cut() -> None:
    heading = "Mensenrechten en gender in Peru"
    sentence = "De coöperatie " + "verkoopt koffie en " * 4 + "meer."
    assert len(sentence) < 98 < 100 < len(heading) + len(sentence)
    assert texts(split_passages(document(f"{heading}\n\n{sentence}"), 100)) == [heading, sentence]


def test_a_list_of_short_lines_is_cut_between_two_of_them() -> None:
    lines = [f"Een regel nummer {number} van het gedicht" for number in range(10, 50)]
    passages = split_passages(document("\n".join(lines)), 100)
    assert [line for passage in passages for line in passage.text.split("\n")] == lines


def test_a_list_item_keeps_its_marker() -> None:
    items = [f"• Een punt met de naam van het dorp nummer {number}." for number in range(10, 20)]
    passages = split_passages(document("\n".join(items)), 120)
    assert texts(passages) == ["\n".join(items[i : i + 2]) for i in range(0, 10, 2)]
    (start, end), _ = passages[0].sentences
    assert passages[0].text[start:end] == "Een punt met de naam van het dorp nummer 10."


def test_a_sentence_longer_than_a_passage_is_cut_between_two_words() -> None:
    words = ["aldoor", "maar", "woorden", "zonder", "punt"] * 20
    passages = split_passages(document(" ".join(words)), 100)
    assert " ".join(texts(passages)).split() == words
    assert all(passage.sentences == ((passage.start, passage.end),) for passage in passages)


def test_a_word_longer_than_a_passage_is_cut() -> None:
    assert texts(split_passages(document("a" * 250), 100)) == ["a" * 100, "a" * 100, "a" * 50]


def test_equal_passages_keep_their_own_places() -> None:
    sentence = "Dezelfde zin staat er telkens weer, want zo is de tekst nu eenmaal."
    passages = split_passages(document("\n\n".join([sentence] * 3)), 100)
    assert [p.start for p in passages] == [0, len(sentence) + 2, 2 * len(sentence) + 4]
    assert texts(passages) == [sentence] * 3


def test_a_passage_is_on_the_page_of_its_first_character() -> None:
    paragraph = "Een zin op deze bladzijde, die wat langer is dan nodig en dan weer ophoudt."
    paged = document(*read([paragraph, "", f"Nu: {paragraph}\n\nDan: {paragraph}"]))
    assert [p.page for p in split_passages(paged, 100)] == [1, 3, 3]
    assert [p.page for p in split_passages(document(paragraph))] == [None]


def test_pages_of_a_document() -> None:
    paged = document("Een. Twee. Vier.", (0, 5, 11, 11))
    assert [paged.page_at(offset) for offset in (0, 4, 5, 10, 11, 15)] == [1, 1, 2, 2, 4, 4]
    assert document("Een.").page_at(0) is None


def test_a_passage_that_starts_in_the_page_before_says_that_page() -> None:
    lines = textwrap.wrap(
        "De prijs voor de beste foto van dat jaar ging naar Kristien De Frenne, die toen voor de "
        "ngo TRIAS werkte en die daar in augustus enkele projecten bezocht.",
        50,
    )
    paged = document(*read(["\n".join(lines[:2]) + "\n", "\n".join(lines[2:])]))
    (passage,) = split_passages(paged)
    assert passage.text == " ".join(lines)
    assert (passage.page, paged.page_at(passage.end - 1)) == (1, 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "woord " * 350_000,
        "a" * 2_000_000,
        "Dit is een zin van gewone lengte. " * 60_000,
        "Ja. Nee. " * 220_000,
        "J. " * 600_000,
        "kop\n" * 500_000,
    ],
    ids=["words", "one word", "sentences", "short sentences", "initials", "headings"],
)
def test_a_very_long_text_is_cut_soon(text: str) -> None:
    started = time.process_time()
    assert len(split_passages(document(text))) > 2000
    assert time.process_time() - started < 10
