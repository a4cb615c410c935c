"""PDF parts: what a page holds besides its text, and pages that cannot be read."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfgen.canvas import Canvas

from rodedraad.answering.citation_formats import reference
from rodedraad.index.files.segments import Record
from rodedraad.index.store.manifest import Entry
from rodedraad.index.store.records import pack_text, unpack_text
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers.recognition import _languages
from tests.ingest.readers.made_files import pdf, shown
from tests.ingest.readers.reading import read

CASES = Path(__file__).parent / "cases"
SENTENCE = "De boeren aan de rivier telen koffie, en verkopen die op de markt van het dorp. "


@pytest.fixture(autouse=True)
def _no_tesseract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", "")
    _languages.cache_clear()
    yield
    _languages.cache_clear()


def case(name: str) -> str:
    return read(name, (CASES / name).read_bytes()).text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("100-form.pdf", "Naam aanvrager | Mevrouw Tessa Kuipers\n"),
        ("102-owner-aes256.pdf", "De sluis van Terherne is dicht tot de paasdagen."),
        ("107-ocr-layer.pdf", "honderdvier treden"),
        ("109-wordy-table.pdf", "\nWat kost een tweede afvalpas? | Een tweede pas kost vijftien euro.\n"),
        ("111-footnote-page.pdf", "stapte de familie over op het maken van jenever"),
        ("111-footnote-page.pdf", "\n\n1 Stadsarchief, notariële akten, doos 44, blad 12.\n\n"),
        ("112-letters.pdf", "Hiltje Zandstra penningmeester van de volkstuin"),
        ("113-rotated-page.pdf", "Bij peilschaal Ossenwaard stond het water op 3,17 meter."),
        ("120-table.pdf", "\nBox 17 | 4 m2 | 37 euro\n"),
    ],
)
def test_the_text_holds(name: str, text: str) -> None:
    assert text in case(name)


def test_pages_without_text_are_named() -> None:
    document = read("a.pdf", (CASES / "105-mixed-scan.pdf").read_bytes())
    assert [str(reason) for reason in document.unread] == [
        "it holds no text, only pictures, on these pages: 2–4; "
        "install tesseract, or run text recognition (OCR) on it first"
    ]


def pages(*draw: str, stamp: str = "") -> bytes:
    """A PDF with a page for each text; a picture where it is empty."""
    file = io.BytesIO()
    canvas = Canvas(file, A4)
    picture = ImageReader(Image.new("L", (60, 80), 90))
    for number, text in enumerate(draw, 1):
        canvas.setFont("Helvetica", 11)
        for place, line in enumerate(simpleSplit(text, "Helvetica", 11, 470)):
            canvas.drawString(60, 700 - 14 * place, line)
        if not text:
            canvas.drawImage(picture, 0, 0, *A4)
        canvas.drawString(500, 20, stamp and f"{stamp} {number}")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_a_scan_with_a_page_number_is_no_text() -> None:
    document = read("a.pdf", pages(SENTENCE * 3, "", "", SENTENCE * 3, "", stamp="Pagina"))
    assert document.unread[0].values == {"pages": "2–3, 5"}
    assert "Pagina" not in document.text


def shifted(text: str, by: int) -> str:
    return "".join(chr(ord(letter) + by) if letter.isalpha() else letter for letter in text)


@pytest.mark.parametrize("by", [-1, 1, 3])
def test_letters_that_the_page_does_not_show_are_not_read(by: int) -> None:
    document = read("a.pdf", pages(SENTENCE * 3, shifted(SENTENCE * 3, by), SENTENCE))
    assert document.text == f"{(SENTENCE * 3).strip()}\n\n{SENTENCE.strip()}"
    assert [str(reason) for reason in document.unread] == [
        "its fonts do not give the letters that they draw on these pages: 2; "
        "install tesseract, or run text recognition (OCR) on it first"
    ]
    with pytest.raises(UnreadableDocument, match="its fonts do not give the letters that they draw"):
        read("a.pdf", pages(shifted(SENTENCE * 3, by)))


def test_a_list_of_names_and_a_language_that_is_not_known_are_read() -> None:
    names = "Anneke de Vries, Piet Jansen, Fatima Bouzid, Joris Tan, Xander Quist, Zita Wijngaard. " * 3
    polish = "Wszyscy ludzie rodza sie wolni i rowni pod wzgledem swej godnosci i swych praw, obdarzeni. " * 3
    codes = "AMS RTM EIN GRQ MST BRU CRL ANR LGG OST CDG ORY LYS MRS NCE TLS LHR LGW STN LTN MAN EDI GLA DUB "
    assert read("a.pdf", pages(names, polish, codes * 2)).unread == ()


FORM = "/Annots[6 0 R]"


def test_typed_text_over_a_page_is_read() -> None:
    note = b"<</Type/Annot/Subtype/FreeText/Rect[50 600 300 620]/Contents(Akkoord, wethouder De Boer)>>"
    assert read("a.pdf", pdf(shown("Vergunning voor een steiger."), page=FORM, more=(note,))).text == (
        "Vergunning voor een steiger.\n\nAkkoord, wethouder De Boer"
    )
    hidden = note.replace(b"/FreeText", b"/FreeText/F 2")
    assert "Akkoord" not in read("a.pdf", pdf(shown(SENTENCE), page=FORM, more=(hidden,))).text


def test_ticked_and_unticked_boxes_stand_before_their_labels() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, A4)
    canvas.drawString(90, 630, "kan zwemmen")
    canvas.drawString(90, 600, "eet vegetarisch")
    canvas.acroForm.checkbox(name="zwemt", checked=True, x=60, y=626, size=14)
    canvas.acroForm.checkbox(name="eet", checked=False, x=60, y=596, size=14)
    canvas.save()
    assert read("a.pdf", file.getvalue()).text == "☒ kan zwemmen\n\n☐ eet vegetarisch"


@pytest.mark.parametrize(
    ("text", "catalog"),
    [
        (
            "Please wait... If this message is not eventually replaced by the proper contents",
            "",
        ),
        ("Please wait...", "/AcroForm<</Fields[]/XFA 6 0 R>>"),
        ("Een ogenblik geduld...", "/AcroForm<</Fields[]/XFA 6 0 R>>"),
        ("Formulier", "/NeedsRendering true/AcroForm<</Fields[]/XFA 6 0 R>>"),
    ],
)
def test_a_form_that_is_not_in_the_pages_is_told(text: str, catalog: str) -> None:
    xfa = b"<</Length 5>>stream\n<xdp>\nendstream"
    with pytest.raises(UnreadableDocument, match="Adobe Reader alone"):
        read("a.pdf", pdf(shown(text), catalog=catalog, more=(xfa,)))


def attached(text: str, folder: Path) -> bytes:
    (folder / "begroting.xlsx").write_bytes(b"PK")
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=11)
    made.multi_cell(0, 6, text)
    made.embed_file(str(folder / "begroting.xlsx"))
    return bytes(made.output())


def test_attached_files_are_named(tmp_path: Path) -> None:
    document = read("a.pdf", attached("Nota van de raad over de kade.", tmp_path))
    assert [str(reason) for reason in document.unread] == [
        "its attached files are not read: begroting.xlsx; save them from it into the corpus folder"
    ]
    with pytest.raises(UnreadableDocument, match=r"portfolio of other files: begroting\.xlsx; save them"):
        read("a.pdf", attached("For the best experience, open this PDF portfolio in Acrobat X.", tmp_path))


def column_pages(notes: str, size: float, columns: int) -> tuple[bytes, str]:
    """Pages of a text that runs on, each column with a note at its foot; and that text."""
    text = " ".join(
        f"Zin {n} gaat over de boeren, de wevers en de mijnwerkers van het dorp." for n in range(70)
    )
    lines = simpleSplit(text, "Times-Roman", 11, 490 / columns - 20)
    file = io.BytesIO()
    canvas = Canvas(file, A4)
    for number, start in enumerate(range(0, len(lines), 20)):
        left = 50 + (number % columns) * 490 / columns
        canvas.setFont("Times-Roman", 11)
        for place, line in enumerate(lines[start : start + 20]):
            canvas.drawString(left, 700 - 14 * place, line)
        canvas.setFont("Times-Roman", size)
        canvas.drawString(left, 380, notes.format(number + 1))
        if number % columns == columns - 1:
            canvas.showPage()
    canvas.save()
    return file.getvalue(), text


@pytest.mark.parametrize("columns", [1, 2])
def test_a_note_at_the_foot_does_not_part_a_sentence(columns: int) -> None:
    data, text = column_pages("{} Archief, doos {}.".replace("{}", "{0}"), 8, columns)
    read_text = read("a.pdf", data).text
    assert [s for s in text.split(". ") if s.rstrip(".") not in read_text] == []
    assert "1 Archief, doos 1." in read_text.split("\n\n")


def test_running_heads_stand_once_and_page_numbers_not_at_all() -> None:
    text = read("a.pdf", pages(*(SENTENCE * 3 for _ in range(4)), stamp="IJsclub Thialf, blad")).text
    assert text.count("IJsclub Thialf") == 1


def test_roman_page_numbers_are_no_text() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, A4)
    for number in ("iii", "iv", "v"):
        canvas.drawString(60, 600, SENTENCE.strip())
        canvas.drawString(300, 30, number)
        canvas.showPage()
    canvas.save()
    assert read("a.pdf", file.getvalue()).text == " ".join([SENTENCE.strip()] * 3)


def labelled(*texts: str) -> bytes:
    """A PDF whose first two pages are numbered in Roman, from iii, and the others from 1."""
    pages = "".join(f"{8 + 2 * n} 0 R " for n in range(len(texts)))
    more = []
    for n, text in enumerate(texts):
        content = shown(text)
        more.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F 5 0 R>>>>>>" % (9 + 2 * n)
        )
        more.append(b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream")
    labels = "/PageLabels<</Nums[0<</S/r/St 3>>2<</S/D>>]>>"
    return pdf(
        b"",
        catalog=labels,
        pages=f"/Type/Pages/Kids[{pages}]/Count {len(texts)}",
        more=(b"null", b"null", *more),
    )


def test_a_page_is_cited_by_what_is_printed_on_it() -> None:
    document = read("a.pdf", labelled("Het voorwoord.", "De inhoud.", "Het eerste hoofdstuk."))
    starts = [document.text.index(text) for text in ("voorwoord", "inhoud", "eerste")]
    assert [document.page_label_at(start) for start in starts] == ["iii", "iv", "1"]
    assert [document.page_at(start) for start in starts] == [1, 2, 3]
    assert reference(document, starts[1]) == "a.pdf, p. iv"
    entry = Entry("a.pdf", "", 0, 0, None, "nl", Citation(), None, 0.0, 0, Record("", 0, 0, 0, 0, ""))
    assert unpack_text(pack_text(document, []), entry)[0].page_labels == ("iii", "iv", "1")


def test_pages_that_count_from_one_have_no_labels() -> None:
    assert read("a.pdf", pages(SENTENCE, SENTENCE)).page_labels == ()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_is_read_as_its_text_runs_however_it_is_shown(turned: int) -> None:
    content = b"\n".join(
        shown(text, f"1 0 0 1 {left} {700 - 20 * n} Tm")
        for n, row in enumerate([("Put", "Stand"), ("A1", "1,20 m"), ("B2", "0,85 m")])
        for left, text in zip((50, 200), row, strict=True)
    )
    assert read("a.pdf", pdf(content, page=f"/Rotate {turned}")).text.endswith("A1 | 1,20 m\nB2 | 0,85 m")


def test_text_drawn_across_the_page_is_read_along_its_lines() -> None:
    content = b"\n".join(
        shown(text, f"0 1 -1 0 {100 + 20 * n} {left} Tm")
        for n, row in enumerate([("Peilbuis", "Diepte"), ("PB-01", "3,20 m"), ("PB-02", "2,75 m")])
        for left, text in zip((50, 250), row, strict=True)
    )
    assert read("a.pdf", pdf(content)).text == "Peilbuis | Diepte\nPB-01 | 3,20 m\nPB-02 | 2,75 m"


def test_raised_digits_do_not_change_the_number_before_them() -> None:
    parts = shown("In 1740", "1 0 0 1 50 700 Tm"), shown("3", "1 0 0 1 91.5 706 Tm", "7")
    text = read("a.pdf", pdf(b"\n".join((*parts, shown(" begon het werk.", "1 0 0 1 95.5 700 Tm"))))).text
    assert text == "In 1740³ begon het werk."


def test_an_initial_and_spaced_words_are_read_as_words() -> None:
    content = b"\n".join(
        (
            shown("D", "1 0 0 1 50 670 Tm", "40"),
            shown("e eerste zin begint met een grote letter,", "1 0 0 1 80 690 Tm"),
            shown("en loopt dan door tot hier.", "1 0 0 1 80 676 Tm"),
            shown("G E M E E N T E", "1 0 0 1 50 600 Tm"),
        )
    )
    text = read("a.pdf", pdf(content)).text
    assert "De eerste zin begint met een grote letter, en loopt dan door tot hier." in text
    assert "GEMEENTE" in text


def test_notes_that_differ_by_their_numbers_are_kept() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, A4)
    for number in (1, 2):
        canvas.drawString(60, 700, f"Bladzijde {'een' if number == 1 else 'twee'} van het verslag.")
        canvas.drawString(60, 60, f"{number} Archief van de polder, inv. nr. {11 + number}.")
        canvas.showPage()
    canvas.save()
    text = read("a.pdf", file.getvalue()).text
    assert [f"inv. nr. {n}." in text for n in (12, 13)] == [True, True]
