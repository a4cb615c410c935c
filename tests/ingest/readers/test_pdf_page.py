"""PDF page: its picture stays within bounds, and its boxes lie over the words of a text and no others."""

import io
import re
from collections.abc import Iterator

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageOps
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from rodedraad.index.evidence_match import squash
from rodedraad.ingest.documents import Picture
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.parser_pool import Limits, ParserPool
from rodedraad.ingest.readers.pdf_page import draw_page
from tests.ingest.readers.hostile import FILES
from tests.ingest.readers.made_files import SENTENCE, locked_pdf, pdf, shown
from tests.ingest.readers.printed import Print, print_pages
from tests.ingest.readers.reading import read

WIDE, HIGH = 600, 800
NOT_DRAWN = {"half.pdf", "only-a-head.pdf", "text.pdf", "locked.pdf"}
VILLAGE = (
    "In het dorp aan de rivier wonen boeren die koffie en cacao telen. Zij verkopen hun oogst aan de "
    "coöperatie, die ze naar de haven brengt. Van de ontwikkelingssamenwerking werd een school gebouwd. "
)


def numbered(number: int) -> str:
    return f"Zin {number} gaat over aardappelverbouwers, wolverwerkers en de mijnwerkersvereniging."


PRINTED = [(1, "Peru"), *((0, VILLAGE + numbered(n) + " " + VILLAGE) for n in range(24))]


def typed(*lines: tuple[float, float, str]) -> bytes:
    """A page of 600 by 800 points with lines of 12 points at places from the left and the bottom."""
    file = io.BytesIO()
    canvas = Canvas(file, (WIDE, HIGH))
    for left, bottom, text in lines:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(left, bottom, text)
    canvas.save()
    return file.getvalue()


def drawn(data: bytes, text: str) -> tuple[Picture, int]:
    """The picture of the page where a text of a PDF begins, the text marked; and the page's number."""
    document = read("a.pdf", data)
    start = document.text.index(text)
    number = document.page_at(start)
    assert number
    return draw_page(data, number, document.text[document.page_starts[number - 1] : start], text), number


def under(data: bytes, number: int, picture: Picture) -> str:
    """The letters in the boxes."""
    with pdfium.PdfDocument(data) as document:
        page = document[number - 1]
        width, height = page.get_size()
        textpage = page.get_textpage()
        return squash(
            "".join(
                textpage.get_text_bounded(
                    left * width / 100,
                    height - (top + tall) * height / 100,
                    (left + wide) * width / 100,
                    height - top * height / 100,
                )
                for left, top, wide, tall in picture.boxes
            )
        )


def test_a_box_lies_over_the_words_and_over_ink():
    data = typed((100, 600, "Eerst dit."), (100, 580, "Daarna de haven van Callao. En dan de rest."))
    picture, _ = drawn(data, "Daarna de haven van Callao.")
    ((left, top, width, height),) = picture.boxes
    assert left * WIDE / 100 == pytest.approx(100, abs=2)
    assert width * WIDE / 100 == pytest.approx(
        stringWidth("Daarna de haven van Callao.", "Helvetica", 12), abs=3
    )
    assert HIGH - (top + height) * HIGH / 100 < 580 < 588 < HIGH - top * HIGH / 100 < 600
    image = Image.open(io.BytesIO(picture.png))
    assert image.format == "PNG"
    assert image.size == (picture.width, picture.height)
    across, down = picture.width / 100, picture.height / 100
    crop = (left * across, top * down, (left + width) * across, (top + height) * down)
    assert image.convert("L").crop(tuple(map(round, crop))).getextrema()[0] < 60


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("sentence", range(0, 24, 3))
def test_words_broken_at_a_lines_end_are_marked_whole_in_any_column(columns, sentence):
    data = print_pages(PRINTED, Print(columns=columns, running_head="Jaarverslag 2024", language="nl_NL"))
    text = numbered(sentence)
    picture, number = drawn(data, text)
    assert under(data, number, picture) == squash(text)
    assert len(picture.boxes) >= columns


def test_a_text_that_runs_on_in_the_next_column_is_marked_in_both():
    data = print_pages(PRINTED, Print(columns=2, language="nl_NL"))
    document = read("a.pdf", data)
    text = document.text[: document.page_starts[1]]
    picture = draw_page(data, 1, "", text)
    assert under(data, 1, picture) == squash(text)
    assert {round(left) for left, _, _, _ in picture.boxes} == {8, 52}


def test_columns_that_were_drawn_row_by_row_are_marked_down_one_column():
    left = ["De kabelbaan van Chachapoyas vervoert", "per uur twaalfhonderd reizigers omhoog", "naar de"]
    left += ["ruinen van Kuelap en weer naar beneden", "langs de hellingen van het gebergte."] * 3
    right = ["Het museum aan de kust toont weefsels", "uit graven van vier eeuwen geleden en"] * 5
    rows = [(y, a, b) for y, (a, b) in enumerate(zip(left, right, strict=False))]
    data = typed(*((x, 700 - 15 * y, t) for y, a, b in rows for x, t in ((40, a), (320, b))))
    text = "De kabelbaan van Chachapoyas vervoert per uur twaalfhonderd reizigers omhoog"
    picture, _ = drawn(data, text)
    assert under(data, 1, picture) == squash(text)
    assert len(picture.boxes) == 2


def test_of_two_stretches_with_the_same_words_the_quoted_one_is_marked():
    lines = [(100.0, 700.0 - 20 * n, f"{place}: totaal twaalf sol.") for n, place in enumerate("ABCDEFGH")]
    data = typed((100, 760, "Totaal twaalf sol."), *lines)
    before = "".join(f"{text}\n" for _, _, text in lines[:5]) + "F: "
    picture = draw_page(data, 1, before, "totaal twaalf sol.")
    ((_, top, _, height),) = picture.boxes
    assert HIGH - (top + height) * HIGH / 100 < 600 < HIGH - top * HIGH / 100


def test_accents_and_ligatures_are_the_letters_that_they_stand_for():
    data = typed((100, 600, "Café, coöperatie en naïeve vorsten vierden feest"))
    picture = draw_page(
        data, 1, "", "Cafe\u0301, co\u00f6peratie en na\u00efeve vorsten vierden ﬀeest".replace("ﬀ", "f")
    )
    assert under(data, 1, picture) == squash("Café, coöperatie en naïeve vorsten vierden feest")


def test_a_text_that_is_not_on_the_page_is_not_marked():
    data = print_pages(PRINTED)
    assert draw_page(data, 1, "", "De walvis zwemt om Vuurland heen naar het zuiden.").boxes == ()
    assert draw_page(data, 1, "", "…").boxes == ()
    half = numbered(1)[:30] + " maar niemand weet meer wat er toen is gezegd, en ook niet door wie of waarom"
    assert draw_page(data, 1, "", half).boxes == ()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("written", ["1 0 0 1 100 500", "0 1 -1 0 200 300", "-1 0 0 -1 300 500"])
def test_the_boxes_hold_the_ink_however_the_page_and_the_text_are_turned(turned, written):
    data = pdf(shown("De boeren", f"{written} Tm", "40"), page=f"/Rotate {turned}")
    picture = draw_page(data, 1, "", "De boeren")
    assert (picture.width < picture.height) == (turned in (0, 180))
    left, top = (min(box[side] for box in picture.boxes) for side in (0, 1))
    right = max(box[0] + box[2] for box in picture.boxes)
    bottom = max(box[1] + box[3] for box in picture.boxes)
    ink = ImageOps.invert(Image.open(io.BytesIO(picture.png)).convert("L")).getbbox()
    assert ink
    inked = [100 * at / (picture.width, picture.height)[side % 2] for side, at in enumerate(ink)]
    assert left - 1 < inked[0] < left + 4
    assert top - 1 < inked[1] < top + 4
    assert right - 4 < inked[2] < right + 1
    assert bottom - 4 < inked[3] < bottom + 1


def test_a_table_printed_sideways_and_turned_upright_has_a_box_for_its_line():
    data = pdf(shown("Oogst per gezin", "0 1 -1 0 200 300 Tm"), page="/Rotate 90")
    assert len(draw_page(data, 1, "", "Oogst per gezin").boxes) == 1


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [("14400 14400", 1800, 1800), ("200000 1", 1800, 1), ("1 14400", 1, 1800), ("1e38 1e38", 1391, 1801),
     ("0 0", 1391, 1801), ("-5 -5", 1800, 1800), ("1e-9 1e-9", 1391, 1801)],
)  # fmt: skip
def test_the_size_of_a_page_does_not_decide_that_of_its_picture(size, width, height):
    data = pdf(shown(SENTENCE)).replace(b"[0 0 595 842]", f"[0 0 {size}]".encode())
    picture = draw_page(data, 1, "", SENTENCE)
    assert (picture.width, picture.height) == Image.open(io.BytesIO(picture.png)).size == (width, height)


def test_what_cannot_be_drawn_is_told():
    for data, number, why in (
        (locked_pdf(), 1, "it is protected by a password; save it again without one"),
        (b"%PDF-1.7 not", 1, "it is damaged, or not a PDF"),
        (pdf(shown(SENTENCE)), 2, "it is damaged: its page 2 cannot be drawn"),
    ):
        with pytest.raises(UnreadableDocument) as raised:
            draw_page(data, number, "", SENTENCE)
        assert str(raised.value) == why


@pytest.fixture(scope="module")
def parsers() -> Iterator[ParserPool]:
    with ParserPool(Limits(seconds=20, memory=600_000_000), 1) as parsers:
        yield parsers


GOOD = typed((100, 600, SENTENCE))


@pytest.fixture(scope="module")
def good_picture() -> Picture:
    return draw_page(GOOD, 1, "", SENTENCE)


def drawn_or_told(parsers: ParserPool, data: bytes) -> Picture | str:
    try:
        return parsers.draw_page("a.pdf", data, (), 1, "", SENTENCE)
    except UnreadableDocument as error:
        return str(error)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".pdf")])
def test_a_hostile_pdf_is_drawn_or_told_within_limits_and_the_next_is_drawn(parsers, good_picture, name):
    result = drawn_or_told(parsers, FILES[name][0]())
    if isinstance(result, Picture):
        assert max(result.width, result.height) <= 1801
    else:
        assert re.match(r"it is (damaged|protected)|its reader crashed", result)
    assert isinstance(result, str) == ("bomb" in name or name in NOT_DRAWN)
    assert parsers.draw_page("a.pdf", GOOD, (), 1, "", SENTENCE) == good_picture
