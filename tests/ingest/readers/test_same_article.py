"""The same article in every format gives the same sentences, headings, citation and answers."""

from difflib import SequenceMatcher

import pytest

from rodedraad.answering.answer import answer
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from rodedraad.ingest.sentences import sentence_spans
from tests.ingest.readers.article import AUTHOR, DATE, MAKERS, NAME, TITLE, blocks_of, reading_texts
from tests.ingest.readers.reading import headings, read

QUESTIONS = {
    "Hoeveel rapporten schreef de Defensoría del Pueblo?": "meer dan 60 rapporten",
    "Sinds wanneer werkt de Belgische Ontwikkelingssamenwerking in Peru?": "In de zomer van 1965",
    "How many reports did the Defensoría del Pueblo write?": "meer dan 60 rapporten",
    "Since when has Belgian development cooperation worked in Peru?": "In de zomer van 1965",
}
"""What is asked, and what the quotes hold."""


TABLES = (".csv", ".xlsx", ".ods")
ASKED = [suffix for suffix in MAKERS if suffix not in (".xlsx", ".ods", ".rtf")]
"""What is asked; the others have the same sentences as one of these."""


@pytest.fixture(scope="module")
def blocks():
    return blocks_of(reading_texts()[NAME])


@pytest.fixture(scope="module")
def documents(blocks):
    return {suffix: read(f"artikel{suffix}", make(blocks)) for suffix, make in MAKERS.items()}


def sentences(document):
    found = [document.text[start:end] for start, end in sentence_spans(document.text)]
    if document.id.endswith(TABLES):  # a row names the column of each cell
        return [sentence.partition("; tekst: ")[2] or sentence for sentence in found]
    return found


@pytest.mark.parametrize("suffix", MAKERS)
def test_the_sentences_are_the_same(blocks, documents, suffix):
    expected = [text[start:end] for _, text in blocks for start, end in sentence_spans(text)]
    found = sentences(documents[suffix])
    assert len(expected) > 80
    assert SequenceMatcher(None, expected, found, autojunk=False).ratio() >= 0.99


@pytest.mark.parametrize("suffix", [suffix for suffix in MAKERS if suffix not in (".txt", *TABLES)])
def test_the_headings_and_the_citation_are_the_same(blocks, documents, suffix):
    document = documents[suffix]
    assert headings(document) == [text for kind, text in blocks if kind in ("title", "heading")]
    assert document.section_at(document.text.index("Wie milieuprojecten zegt")) == (TITLE, "Milieu")
    assert document.title == TITLE
    if suffix != ".pdf":  # the printer knows no author, and the date of the print
        assert (document.citation.author, document.citation.date) == (AUTHOR, DATE)


@pytest.fixture(scope="module")
def answers(blocks, documents, tmp_path_factory):
    """What is quoted for each question, by the suffix of the article that was asked.

    Files that become the same text, headings and pages have the same index, which is made once.
    """
    by_reading = {}
    found = {}
    for suffix in ASKED:
        document = documents[suffix]
        reading = document.text, document.headings, document.page_starts
        if reading not in by_reading:
            folder = tmp_path_factory.mktemp("article")
            by_reading[reading] = quotes_of(f"artikel{suffix}", MAKERS[suffix](blocks), folder)
        found[suffix] = by_reading[reading]
    return found


def quotes_of(name, data, folder):
    (folder / "corpus").mkdir()
    (folder / "corpus" / name).write_bytes(data)
    reindex(folder / "corpus", folder / "home")
    searcher = Searcher.open(folder / "home")
    return [[quote.text for quote in answer(searcher, question).quotes] for question in QUESTIONS]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ASKED)
def test_the_answers_are_the_same(answers, suffix):
    for quotes, answer_text in zip(answers[suffix], QUESTIONS.values(), strict=True):
        assert answer_text in " ".join(quotes)
    if suffix not in (".pptx", ".csv"):  # slides and rows are cut into other passages
        assert answers[suffix] == answers[".txt"]
