"""Spreadsheets: a row names the column of each cell, shown as in the sheet; what is hidden is named."""

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter

from rodedraad.ingest.errors import UnreadableDocument
from tests.ingest.readers.made_files import zipped
from tests.ingest.readers.reading import headings, read


def xlsx(write: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        write(book)
    return file.getvalue()


def of_rows(*rows: list[object], bold: int | None = None) -> bytes:
    """A workbook of one sheet; the row with the number `bold` is."""

    def write(book: xlsxwriter.Workbook) -> None:
        sheet, formats = book.add_worksheet("Blad1"), {True: book.add_format({"bold": True}), False: None}
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, formats[number == bold])

    return xlsx(write)


def text_of(data: bytes, suffix: str = ".xlsx") -> str:
    return read(f"a{suffix}", data).text


def test_each_sheet_is_a_section_and_each_cell_follows_the_name_of_its_column():
    def write(book):
        prices, towns = book.add_worksheet("Prijzen"), book.add_worksheet("Plaatsen")
        euro, share = book.add_format({"num_format": '"€" #,##0.00'}), book.add_format({"num_format": "0%"})
        day = book.add_format({"num_format": "d mmmm yyyy"})
        prices.write_row("A1", ["Artikel", "Prijs", "Btw", "Vanaf"])
        for row, (name, price, since) in enumerate(
            [("Fiets huren", 12.5, date(2026, 5, 4)), ("Bakfiets huren", 1250, date(2026, 6, 1))], 1
        ):
            prices.write(row, 0, name)
            prices.write(row, 1, price, euro)
            prices.write(row, 2, 0.21, share)
            prices.write_datetime(row, 3, datetime.combine(since, datetime.min.time()), day)
        towns.write_row("A1", ["Gemeente", 2019, 2020])
        towns.write_row("A2", ["Hoorn", 351, 362])

    document = read("a.xlsx", xlsx(write))
    assert document.text == (
        "Prijzen\n\nArtikel: Fiets huren; Prijs: € 12,50; Btw: 21%; Vanaf: 4 mei 2026\n"
        "Artikel: Bakfiets huren; Prijs: € 1.250,00; Btw: 21%; Vanaf: 1 juni 2026\n\n"
        "Plaatsen\n\nGemeente: Hoorn; 2019: 351; 2020: 362"
    )
    assert headings(document) == ["Prijzen", "Plaatsen"]
    assert document.title == "a.xlsx"
    assert document.unread == ()


def test_a_title_above_the_names_and_an_empty_row_in_a_table():
    data = of_rows(
        ["Begroting 2026"],
        [],
        ["Post", "Bedrag"],
        ["Huur", 100],
        [],
        ["Energie", 50],
        [],
        ["Opgesteld", "Ans"],
        bold=2,
    )
    assert text_of(data) == (
        "Blad1\n\nBegroting 2026\n\nPost: Huur; Bedrag: 100\n\nPost: Energie; Bedrag: 50\n\nOpgesteld | Ans"
    )


def test_the_fields_of_a_form_keep_their_values():
    data = of_rows(["Naam:", "Tessa Kuipers"], ["Leeftijd:", 41], ["Plaats:", "Hoorn"])
    assert text_of(data) == "Blad1\n\nNaam: Tessa Kuipers\nLeeftijd: 41\nPlaats: Hoorn"
    data = of_rows(["Naam", "Tessa Kuipers"], ["Leeftijd", 41], ["Plaats", "Hoorn"])
    assert text_of(data) == "Blad1\n\nNaam | Tessa Kuipers\nLeeftijd | 41\nPlaats | Hoorn"


def test_names_may_come_again_but_a_row_of_another_colour_is_no_names():
    def write(book):
        grey = book.add_format({"bg_color": "#dddddd"})
        again, striped = book.add_worksheet("Weer"), book.add_worksheet("Strepen")
        for number, row in enumerate(
            [["Les", "Zaal"], ["Zang", "A"], ["Dans", "B"], ["Cursus", "Plek"], ["Koken", "C"]]
        ):
            again.write_row(number, 0, row, grey if number in (0, 3) else None)
        for number, row in enumerate([["Les", "Zaal"], ["Zang", "A"], ["Dans", "B"], ["Koor", "C"]]):
            striped.write_row(number, 0, row, None if number % 2 else grey)

    assert text_of(xlsx(write)) == (
        "Weer\n\nLes: Zang; Zaal: A\nLes: Dans; Zaal: B\nCursus: Koken; Plek: C\n\n"
        "Strepen\n\nLes: Zang; Zaal: A\nLes: Dans; Zaal: B\nLes: Koor; Zaal: C"
    )


def test_dates_and_years_can_be_names_but_not_over_more_of_them():
    def write(book):
        month = book.add_format({"num_format": "mmm yyyy"})
        sheet = book.add_worksheet("Kas")
        sheet.write("A1", "Post")
        sheet.write_datetime("B1", datetime(2026, 1, 1), month)
        sheet.write_datetime("C1", datetime(2026, 2, 1), month)
        sheet.write_row("A2", ["Huur", 100, 110])
        sheet.write_row("A4", ["De Brink", 1912])
        sheet.write_row("A5", ["De Spil", 1934])

    assert text_of(xlsx(write)) == (
        "Kas\n\nPost: Huur; jan 2026: 100; feb 2026: 110\n\nDe Brink | 1912\nDe Spil | 1934"
    )


def test_a_name_over_no_cell_is_not_lost():
    assert text_of(of_rows(["Taak", "Wie", "Klaar"], ["Poetsen", "Ans"])) == (
        "Blad1\n\nTaak | Wie | Klaar\nTaak: Poetsen; Wie: Ans"
    )


def test_merged_cells_label_their_rows_and_columns():
    def write(book):
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Leden")
        sheet.merge_range("A1:E1", "Leden per afdeling", bold)
        sheet.write("A2", "Plaats", bold)
        sheet.merge_range("B2:C2", "2025", bold)
        sheet.merge_range("D2:E2", "2026", bold)
        sheet.write_row("B3", ["jeugd", "ouderen", "jeugd", "ouderen"], bold)
        sheet.merge_range("A4:A5", "Hoorn")
        sheet.write_row("B4", [1, 2, 3, 4])
        sheet.write_row("B5", [5, 6, 7, 8])

    assert text_of(xlsx(write)) == (
        "Leden\n\nLeden per afdeling\n"
        "Plaats: Hoorn; 2025 jeugd: 1; 2025 ouderen: 2; 2026 jeugd: 3; 2026 ouderen: 4\n"
        "Plaats: Hoorn; 2025 jeugd: 5; 2025 ouderen: 6; 2026 jeugd: 7; 2026 ouderen: 8"
    )


def test_what_is_hidden_by_hand_is_left_out_and_named_but_not_what_a_filter_hides():
    def write(book):
        for name in ("Zaken", "Lijst"):
            sheet = book.add_worksheet(name)
            sheet.write_row("A1", ["Zaak", "Stand"])
            sheet.write_row("A2", ["Brug", "open"])
            sheet.write_row("A3", ["Sluis", "dicht"])
            sheet.set_row(2, None, None, {"hidden": True})
            if name == "Zaken":
                sheet.autofilter("A1:B3")
                sheet.filter_column("B", "x == open")
        book.add_worksheet("Salarissen").hide()

    document = read("a.xlsx", xlsx(write))
    assert document.text == (
        "Zaken\n\nZaak: Brug; Stand: open\nZaak: Sluis; Stand: dicht\n\nLijst\n\nZaak: Brug; Stand: open"
    )
    assert [str(reason) for reason in document.unread] == [
        "its hidden sheets Salarissen are left out; unhide them to have them read",
        "its hidden rows and columns in Lijst are left out; unhide them to have them read",
    ]


def test_the_saved_result_of_a_formula_is_read_and_a_missing_one_is_named():
    def write(book):
        sheet = book.add_worksheet("Som")
        sheet.write_row("A1", ["Post", "Bedrag"])
        sheet.write("A2", "Samen")
        sheet.write_formula("B2", "=1+1", None, 2)
        sheet.write("A3", "Verschil")
        sheet.write_formula("B3", "=1-1", None, "")

    data = xlsx(write)
    assert text_of(data) == "Som\n\nPost: Samen; Bedrag: 2\nPost: Verschil"
    sheet = (
        '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Samen</t></is></c><c r="B1">'
        "<f>1+1</f><v/></c>"
        "</row></sheetData></worksheet>"
    )
    document = read("a.xlsm", by_hand(sheet))
    assert document.text == "Som\n\nSamen"
    assert [str(reason) for reason in document.unread] == [
        "its formulas in Som have no saved result; open it in a spreadsheet program and save it"
    ]


def by_hand(sheet: str, more: str = "") -> bytes:
    """A workbook with one sheet, "Som", or more that have no part."""
    spaces = 'xmlns:r="http://x/relationships"'
    return zipped(
        {
            "xl/workbook.xml": (
                f'<workbook {spaces}><sheets><sheet name="Som" r:id="r1"/>{more}</sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": (
                '<r><Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
                '<Relationship Id="r2" Target="worksheets/sheet2.xml"/></r>'
            ),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def test_texts_beside_the_cells_are_read():
    def write(book):
        sheet = book.add_worksheet("Som")
        sheet.write("A1", "Een cel.")
        sheet.insert_textbox("D2", "Lever dit formulier in bij de balie.")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Som!$A$1:$A$2"})
        chart.set_title({"name": "Groei van de afdelingen"})
        sheet.insert_chart("D9", chart)

    text = text_of(xlsx(write))
    assert text.startswith("Som\n\nEen cel.\n\n")
    assert "Lever dit formulier in bij de balie." in text
    assert "Groei van de afdelingen" in text


def test_comments_are_named_and_are_no_text():
    def write(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("Blad")
        sheet.write("A1", "Koffie")
        sheet.write_comment("A1", "Schatting")

    comment = "<office:annotation><text:p>Schatting</text:p></office:annotation>"
    commented = cell("Koffie").replace("<text:p>", f"{comment}<text:p>", 1)
    sheet = f'<table:table table:name="Blad">{row(commented)}</table:table>'
    for document in (read("a.xlsx", xlsx(write)), read("a.ods", ods(sheet))):
        assert document.text == "Blad\n\nKoffie"
        assert [str(reason) for reason in document.unread] == ["its comments are left out"]


def test_a_damaged_sheet_costs_that_sheet():
    sheet = '<worksheet><sheetData><row><c t="str"><v>Heel.</v></c></row></sheetData></worksheet>'
    document = read("a.xlsx", by_hand(sheet, more='<sheet name="Kwijt" r:id="r2"/>'))
    assert document.text == "Som\n\nHeel."
    assert [str(reason) for reason in document.unread] == [
        "its parts xl/worksheets/sheet2.xml are missing or damaged"
    ]


NAMES = "office text table style draw"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES.split()
)


def ods(tables: str) -> bytes:
    return zipped(
        {
            "content.xml": (
                f'<office:document-content {SPACES}><style:style style:name="uit"><style:table-properties '
                'table:display="false"/></style:style><office:body><office:spreadsheet>'
                f"{tables}</office:spreadsheet></office:body></office:document-content>"
            )
        }
    )


def row(*cells: str, more: str = "") -> str:
    """A row of cells, each its text or its XML."""
    made = (each if each.startswith("<") else cell(each) for each in cells)
    return f"<table:table-row{more}>{''.join(made)}</table:table-row>"


def cell(text: str, more: str = ' office:value-type="string"') -> str:
    return f"<table:table-cell{more}><text:p>{text}</text:p></table:table-cell>"


COVERED = "<table:covered-table-cell/>"
HIDDEN = ' table:visibility="collapse"'


def test_an_open_document_sheet_is_read_as_it_is_shown():
    euro = cell("€ 19,50", ' office:value-type="currency" office:value="19.5"')
    tables = (
        '<table:table table:name="Rooster">'
        + row("Dag", "Tijd", "Prijs")
        + row(cell("Maandag", ' table:number-rows-spanned="2"'), "9<text:s/>uur", euro)
        + row(COVERED, "14 uur", euro)
        + row("Dinsdag", "10 uur", euro, more=' table:visibility="filter"')
        + f"<table:table-row-group>{row('Woensdag', '8 uur', more=HIDDEN)}</table:table-row-group>"
        + row("Nooit", "7 uur", more=HIDDEN)
        + row("<table:table-cell/>", more=' table:number-rows-repeated="1048000"')
        + '</table:table><table:table table:name="Geheim" table:style-name="uit">'
        + row("salaris")
        + "</table:table>"
    )
    document = read("a.ods", ods(tables))
    assert document.text == (
        "Rooster\n\nDag: Maandag; Tijd: 9 uur; Prijs: € 19,50\nDag: Maandag; Tijd: 14 uur; Prijs: € 19,50\n"
        "Dag: Dinsdag; Tijd: 10 uur; Prijs: € 19,50\nDag: Woensdag; Tijd: 8 uur"
    )
    assert [str(reason) for reason in document.unread] == [
        "its hidden sheets Geheim are left out; unhide them to have them read",
        "its hidden rows and columns in Rooster are left out; unhide them to have them read",
    ]


ROWS, COLUMNS = ' table:number-{}-{}="1048576"', ' table:number-{}-{}="16384"'


@pytest.mark.parametrize("how", ["repeated", "spanned"])
def test_a_sheet_that_grows_without_end_is_refused(how):
    down, over = ROWS.format("rows", how), COLUMNS.format("columns", how)
    many = (
        row(cell("x", over), more=down) * 99
        if how == "repeated"
        else row(*[cell("x", over + down)] * 999) * 9
    )
    with pytest.raises(UnreadableDocument, match="it holds more than 2,000,000 cells; split it"):
        read("a.ods", ods(f'<table:table table:name="A">{many}</table:table>'))
