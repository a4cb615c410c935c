"""PDF tables: cells side by side become rows, and columns of prose stay columns."""

import io
from collections.abc import Callable, Iterable

import pytest
from fpdf import FPDF
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from rodedraad.ingest.readers.pdf_page import draw_page
from tests.ingest.readers.printed import Print, print_pages
from tests.ingest.readers.reading import read

BODY = getSampleStyleSheet()["BodyText"]
GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
TOP = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP")])
VILLAGE = (
    "In het dorp aan de rivier wonen boeren die koffie en cacao telen. Zij verkopen hun oogst aan de "
    "coöperatie, die ze naar de haven brengt. Van de winst werd een school gebouwd. "
)
QUESTIONS = [
    ("Hoe vraag ik een nieuw paspoort aan bij de gemeente?",
     "Maak een afspraak via de website. U neemt een recente pasfoto mee en uw oude paspoort."),
    ("Wat kost een rijbewijs?",
     "Een rijbewijs kost 51 euro. Voor spoed betaalt u 34 euro extra, en dan ligt het de volgende werkdag na "
     "twee uur klaar."),
    ("Kan iemand anders het ophalen?",
     "Nee, dat kan niet. U moet het zelf ophalen, omdat wij uw handtekening en uw gezicht vergelijken."),
]  # fmt: skip


def flowing(*parts: Flowable) -> bytes:
    file = io.BytesIO()
    SimpleDocTemplate(file, pagesize=A4).build(list(parts))
    return file.getvalue()


def table(rows: Iterable[Iterable[str]], widths: list[int] | None = None, style: TableStyle = TOP) -> bytes:
    """A table, with a paragraph as its cells where widths are given, between two paragraphs."""
    cells = [[Paragraph(text, BODY) if widths else text for text in row] for row in rows]
    return flowing(Paragraph(VILLAGE, BODY), Table(cells, widths, style=style), Paragraph(VILLAGE, BODY))


def placed(*texts: tuple[float, float, str], font: str = "Helvetica") -> bytes:
    """Texts of 10 points at places from the left and the bottom, drawn in this order."""
    file = io.BytesIO()
    canvas = Canvas(file, A4)
    canvas.setFont(font, 10)
    for left, bottom, text in texts:
        canvas.drawString(left, bottom, text)
    canvas.save()
    return file.getvalue()


def text_of(data: bytes) -> str:
    return read("a.pdf", data).text


def rows_of(data: bytes) -> list[str]:
    """The rows of the tables in a PDF."""
    return [line for line in text_of(data).split("\n") if " | " in line]


def by_rows(rows: list[tuple[str, ...]], lefts: tuple[float, ...], step: float = 14) -> bytes:
    return placed(
        *(
            (left, 700 - n * step, text)
            for n, row in enumerate(rows)
            for left, text in zip(lefts, row, strict=True)
            if text
        )
    )


def by_columns(rows: list[tuple[str, ...]], lefts: tuple[float, ...], step: float = 14) -> bytes:
    return placed(
        *(
            (left, 700 - n * step, texts[n])
            for left, texts in zip(lefts, zip(*rows, strict=True), strict=True)
            for n in range(len(rows))
            if texts[n]
        )
    )


HOURS = [("maandag", "gesloten"), ("dinsdag", "10.00 - 17.30 uur"), ("woensdag", "10.00 - 20.00 uur")]


@pytest.mark.parametrize("draw", [by_rows, by_columns])
def test_opening_hours_are_rows_in_whatever_order_they_are_drawn(draw: Callable[..., bytes]) -> None:
    assert text_of(draw(HOURS, (60, 160))) == (
        "maandag | gesloten\ndinsdag | 10.00 - 17.30 uur\nwoensdag | 10.00 - 20.00 uur"
    )


def test_the_cells_of_a_row_are_marked_where_they_stand() -> None:
    text = "dinsdag | 10.00 - 17.30 uur"
    boxes = draw_page(by_columns(HOURS, (60, 160)), 1, "maandag | gesloten\n", text).boxes
    assert [(round(left), round(top)) for left, top, _, _ in boxes] == [(10, 17), (27, 17)]


@pytest.mark.parametrize("style", [TOP, GRID], ids=["no rules", "rules"])
@pytest.mark.parametrize("widths", [[180, 260], [120, 160], [90, 330]])
def test_a_row_of_wrapped_cells_is_one_line(style: TableStyle, widths: list[int]) -> None:
    assert rows_of(table(QUESTIONS, widths, style)) == [
        f"{question} | {reply}" for question, reply in QUESTIONS
    ]


def test_paragraphs_around_a_table_stay_whole() -> None:
    parts = text_of(table([("Zone A", "€ 3,20"), ("Zone B", "€ 1,80")], style=GRID)).split("\n\n")
    assert parts == [VILLAGE.strip(), "Zone A | € 3,20\nZone B | € 1,80", VILLAGE.strip()]


def test_an_invoice_keeps_its_empty_cells_out_and_its_total_in() -> None:
    rows = [
        ("Omschrijving", "Aantal", "Bedrag"),
        ("Fiets huren, een dag", "3", "36,00"),
        ("", "Totaal", "36,00"),
    ]
    assert rows_of(table(rows)) == [
        "Omschrijving | Aantal | Bedrag",
        "Fiets huren, een dag | 3 | 36,00",
        "Totaal | 36,00",
    ]


def test_a_table_that_goes_on_has_its_head_once_and_all_its_rows() -> None:
    rows = [
        ("Naam", "Straat", "Tuin"),
        *((f"Bewoner {n}", f"Lindelaan {2 * n}", f"nr. {n + 100}") for n in range(1, 90)),
    ]
    found = rows_of(flowing(Paragraph("Leden", BODY), Table(rows, repeatRows=1)))
    assert found == [" | ".join(row) for row in rows]


def test_a_head_with_an_empty_first_cell_stands_above_its_columns() -> None:
    rows = [("", "K1", "K2", "K3"), *((f"Rij {r}", str(r), str(2 * r), str(3 * r)) for r in range(1, 6))]
    assert rows_of(table(rows))[:3] == ["K1 | K2 | K3", "Rij 1 | 1 | 2 | 3", "Rij 2 | 2 | 4 | 6"]


def test_a_row_of_one_cell_stays_between_the_others() -> None:
    rows = [
        ("Dranken", ""),
        ("Koffie", "€ 2,40"),
        ("Thee", "€ 2,20"),
        ("Gebak", ""),
        ("Appeltaart", "€ 4,10"),
    ]
    assert "\nThee | € 2,20\nGebak\nAppeltaart | € 4,10\n" in text_of(table(rows))


def test_rows_of_dots_part_a_text_from_its_number() -> None:
    lines = (
        "1. Inleiding ..................... 3",
        "2. De molen .................... 12",
        "3. Bijlagen ............ 31",
    )
    data = placed(*((60, 700 - 15 * n, line) for n, line in enumerate(lines)))
    assert rows_of(data) == ["1. Inleiding | 3", "2. De molen | 12", "3. Bijlagen | 31"]


def test_a_timetable_set_with_spaces_is_rows() -> None:
    lines = ("Lijn 4       ma-vr    za", "Hoorn        06:10    07:10", "Wognum       06:21    07:21")
    data = placed(*((60, 700 - 11 * n, line) for n, line in enumerate(lines)), font="Courier")
    assert rows_of(data) == ["Lijn 4 | ma-vr | za", "Hoorn | 06:10 | 07:10", "Wognum | 06:21 | 07:21"]


def test_a_table_of_fpdf_is_rows() -> None:
    rows = (
        ("Vrijwilliger", "Taak", "Telefoon"),
        (
            "Anneke de Vries",
            "Regelt de sleutels van het clubhuis en de zaalhuur voor feesten en markten",
            "06 1111",
        ),
        ("Piet Jansen", "Onderhoudt de tuin", "06 2222"),
    )
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    with pdf.table() as made:
        for row in rows:
            made.row(row)
    assert rows_of(bytes(pdf.output())) == [" | ".join(row) for row in rows]


def sentences(column: int) -> list[str]:
    who = ("bewoners", "leden", "tuinders")[column]
    return [
        f"De {who} van straat {n} kregen {7 * n + 13} euro subsidie voor bomen in hun tuin." for n in range(9)
    ]


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_drawn_row_by_row_are_read_one_after_the_other(columns: int) -> None:
    width = (515 - 14 * (columns - 1)) / columns
    texts = [simpleSplit(" ".join(sentences(c)), "Helvetica", 10, width) for c in range(columns)]
    rows = [tuple(text[n] if n < len(text) else "" for text in texts) for n in range(max(map(len, texts)))]
    text = text_of(by_rows(rows, tuple(40 + c * (width + 14) for c in range(columns))))
    assert text.split() == [w for c in range(columns) for sentence in sentences(c) for w in sentence.split()]


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_pages_of_prose_hold_no_rows(columns: int) -> None:
    blocks = [(level, text) for n in range(9) for level, text in ((2, f"Bericht {n}"), (0, VILLAGE * 2))]
    assert rows_of(print_pages(blocks, Print(columns))) == []


def test_lists_side_by_side_are_columns() -> None:
    left = ("• Meer bomen langs de kade", "• Minder auto's in de stad,", "vooral op zaterdag")
    right = ("• Nieuwe bankjes aan het water", "• Een speelplek voor kinderen", "tussen vier en tien jaar")
    text = text_of(by_columns(list(zip(left, right, strict=True)), (60, 330)))
    assert "Minder auto's in de stad, vooral op zaterdag\n" in text
    assert "Een speelplek voor kinderen tussen vier en tien jaar" in text


def test_the_numbers_of_a_list_stay_with_their_text() -> None:
    rows = [
        ("1.", "Honden blijven aan de lijn."),
        ("2.", "De poort is om tien uur dicht."),
        ("3.", "Vuur is verboden."),
    ]
    assert text_of(by_rows(rows, (60, 90))) == "\n".join(f"{number} {text}" for number, text in rows)


def test_a_short_list_beside_a_text_does_not_break_its_sentences() -> None:
    lines = simpleSplit(" ".join(sentences(0)), "Helvetica", 10, 330)
    beside = ("Contact", "Bakkerij Smit", "Dorpsstraat 4", "1234 AB Hoorn", "0229 123456")
    data = placed(
        *((60, 700 - 14 * n, line) for n, line in enumerate(lines)),
        *((430, 700 - 14 * n, line) for n, line in enumerate(beside)),
    )
    assert " ".join(sentences(0)) in text_of(data)


def test_a_cell_over_several_rows_stands_in_each_of_them() -> None:
    rows = [
        ["Regio", "Plaats", "Dag", "Uur"],
        ["Noord", "Assen", "ma", "9"],
        ["", "", "di", "10"],
        ["", "Emmen", "wo", "11"],
        ["Zuid", "Goes", "do", "12"],
    ]
    spans = [("SPAN", (0, 1), (0, 3)), ("SPAN", (1, 1), (1, 2))]
    assert rows_of(table(rows, style=TableStyle([*GRID.getCommands(), *spans]))) == [
        "Regio | Plaats | Dag | Uur",
        "Noord | Assen | ma | 9",
        "Noord | Assen | di | 10",
        "Noord | Emmen | wo | 11",
        "Zuid | Goes | do | 12",
    ]


def test_a_table_under_another_of_fewer_columns_has_its_own() -> None:
    rows = [(60.0, 700.0, "Aan:"), (320.0, 700.0, "Factuurdatum: 3 mei 2025")]
    rows += [(60.0, 682.0, "Bakkerij Bos"), (320.0, 682.0, "Klantnummer: 4411")]
    lefts = (60.0, 290.0, 360.0, 440.0)
    for n, cells in enumerate([("Artikel", "Aantal", "Prijs", "Bedrag"), ("Meel", "12", "18,20", "218,40")]):
        rows += [(left, 652.0 - 18 * n, cell) for left, cell in zip(lefts, cells, strict=True)]
    assert rows_of(placed(*rows))[-2:] == ["Artikel | Aantal | Prijs | Bedrag", "Meel | 12 | 18,20 | 218,40"]


def test_rows_at_the_edges_of_pages_are_no_running_heads() -> None:
    task = "Vervangen van het riool en herstraten van vak {}, inclusief huisaansluitingen"
    rows = [[Paragraph(each, BODY) for each in (str(n), task.format(n))] for n in range(1, 60)]
    text = text_of(flowing(Table(rows, [40, 260], style=GRID)))
    assert [n for n in range(1, 60) if f"{n} | {task.format(n)}\n" not in f"{text}\n"] == []


def test_lines_that_fill_their_column_are_no_rows() -> None:
    lines, left = [], 60.0
    for word in ("kanaal,", "die", "al", "jaren", "op", "zich", "laat"):
        lines += [(left, 700.0 - 14 * row, word) for row in range(3)]
        left += stringWidth(word, "Helvetica", 10) + 8
    assert rows_of(placed(*sorted(lines, key=lambda line: -line[1]))) == []


def test_a_head_above_the_first_rule_belongs_to_the_table() -> None:
    rows = [("Onderwerp", "Wie"), ("Afval", "Bewoners"), ("Groen", "Gemeente"), ("Water", "Waterschap")]
    below = TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)])
    assert rows_of(table(rows, style=below)) == [" | ".join(row) for row in rows]
