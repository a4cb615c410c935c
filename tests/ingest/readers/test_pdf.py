"""PDF: titles, headings and running heads of printed pages."""

import pytest

from rodedraad.ingest.passages import split_passages
from tests.ingest.readers.printed import Print, print_by_fpdf, print_pages
from tests.ingest.readers.reading import headings, read

VILLAGE = (
    "In het dorp aan de rivier wonen boeren die koffie en cacao telen. Zij verkopen hun oogst aan de "
    "coöperatie, die ze naar de haven brengt. Van de winst werd een school gebouwd. "
)
LONG = "Een lange kop over de mijnbouw in de bergen. En over de boeren die daar wonen en werken"


def chapters(title, *heads):
    return [(1, title), *((level, text) for head in heads for level, text in ((2, head), (0, VILLAGE * 9)))]


def test_a_title_that_later_pages_repeat_above_their_text_stays():
    blocks = chapters("Peru in cijfers", *(f"Streek {n}" for n in range(9)))
    document = read("a.pdf", print_pages(blocks, Print(running_head="Peru in cijfers", first_head=False)))
    assert len(document.page_starts) == 3
    assert document.title == "Peru in cijfers"
    assert document.text.startswith("Peru in cijfers\n\nStreek 0\n\nIn het dorp")
    assert document.text.count("Peru in cijfers") == 1


def test_the_title_in_the_file_is_the_title_but_for_what_programs_put_there():
    blocks = chapters("Peru in cijfers", "Streek")
    assert read("a.pdf", print_pages(blocks, Print(title="Jaarverslag"))).title == "Jaarverslag"
    for none in (None, "Untitled", "Microsoft Word - verslag.docx"):
        document = read("a.pdf", print_pages(blocks, Print(title=none)))
        assert (document.title, document.own.author) == ("Peru in cijfers", None)


def test_the_one_heading_above_all_others_is_the_title_also_under_a_line_of_text():
    blocks = chapters("Peru in cijfers", "Streek", "Kust")
    assert read("a.pdf", print_pages([(0, "Glo.be, december 2015"), *blocks])).title == "Peru in cijfers"
    two = [(0, "Glo.be, december 2015"), (1, "Kust"), (0, VILLAGE), (1, "Gebergte"), (0, VILLAGE)]
    assert read("a.pdf", print_pages(two)).title == "a.pdf"


@pytest.mark.parametrize("leading", [1.0, 1.4, 2.0])
@pytest.mark.parametrize("align", ["L", "C"])
def test_a_heading_of_two_lines_is_one_however_far_they_stand_apart(leading, align):
    blocks = [(1, "Peru"), (2, LONG), (0, VILLAGE), (2, "Slot"), (0, VILLAGE)]
    document = read("a.pdf", print_by_fpdf(blocks, leading, align))
    assert headings(document) == ["Peru", LONG, "Slot"]


def test_a_heading_stays_with_its_section_and_is_one_sentence():
    blocks = chapters("Peru", *(f"{n}. {LONG}" for n in range(1, 7)))
    document = read("a.pdf", print_pages(blocks))
    passages = split_passages(document, 400)
    assert len(document.headings) == 7
    for heading in document.headings:
        (passage,) = (p for p in passages if p.start <= heading.start < p.end)
        assert passage.end > heading.end
        assert sum(start < heading.end and end > heading.start for start, end in passage.sentences) == 1
