"""Shown pictures: text in the pictures of a document is recognised, or the pictures are named."""

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from docx import Document as Word
from PIL import Image
from pptx import Presentation

from rodedraad.answering.citation_formats import reference
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.read_documents import read_documents, read_member
from rodedraad.ingest.readers.pdf_page import draw_page
from rodedraad.ingest.readers.recognition import _languages, can_recognise
from tests.ingest.readers.made_files import epub, odt
from tests.ingest.readers.reading import read, read_inside
from tests.ingest.readers.test_mail import a_message
from tests.ingest.readers.test_pdf_tables import placed
from tests.ingest.readers.test_recognition import SENTENCE, saved, scanned

pytestmark = pytest.mark.slow

SCAN = saved(scanned(placed((60, 700, SENTENCE))))
SMALL = saved(Image.new("L", (90, 60), 90))
with_tesseract = pytest.mark.skipif(not can_recognise(), reason="tesseract is not installed")


@pytest.fixture
def no_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", str(tmp_path))
    _languages.cache_clear()
    yield
    _languages.cache_clear()


def in_word(*pictures: bytes) -> bytes:
    document, file = Word(), io.BytesIO()
    document.add_paragraph("Zie het bord.")
    for picture in pictures:
        document.add_picture(io.BytesIO(picture))
    document.save(file)
    return file.getvalue()


def on_slides() -> bytes:
    slides, file = Presentation(), io.BytesIO()
    for text in ("Zie het bord.", "Nog eens."):
        slide = slides.slides.add_slide(slides.slide_layouts[5])
        slide.shapes.title.text = text
        slide.shapes.add_picture(io.BytesIO(SCAN), 0, 0)
    slides.save(file)
    return file.getvalue()


def in_odt() -> bytes:
    frame = '<text:p>Zie het bord.</text:p><text:p><frame><image href="Pictures/a.png"/></frame></text:p>'
    return with_part(odt(frame), "Pictures/a.png")


def with_part(archive: bytes, name: str) -> bytes:
    file = io.BytesIO(archive)
    with zipfile.ZipFile(file, "a") as added:
        added.writestr(name, SCAN)
    return file.getvalue()


def in_epub() -> bytes:
    chapter = '<p>Zie het bord.</p><svg><image xlink:href="../im%20g/a.png"/></svg><img src="no.png"/>'
    return with_part(epub({"text/a.html": chapter}), "OEBPS/im g/a.png")


def in_html() -> bytes:
    source = f"data:image/png;base64,{base64.b64encode(SCAN).decode()}"
    return f"<p>Zie het bord.</p><img src='no.png'><img src='{source}'>".encode()


def in_sheet() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet("Blad")
        sheet.write("A1", "Zie het bord.")
        sheet.insert_image("C1", "a.png", {"image_data": io.BytesIO(SCAN)})
    return file.getvalue()


def in_mail() -> bytes:
    message = a_message("Zie het bord.")
    message.add_alternative("<p>Zie het bord.</p><img src='cid:a'>", "html")
    message.get_payload()[1].add_related(SCAN, "image", "png", cid="<a>", filename="a.png")
    return bytes(message)


@with_tesseract
@pytest.mark.parametrize(
    ("name", "make", "picture"),
    [
        ("a.docx", lambda: in_word(SCAN, SMALL), "image1.png"),
        ("a.odt", in_odt, "a.png"),
        ("a.epub", in_epub, "a.png"),
        ("a.html", in_html, "picture 2.png"),
        ("a.eml", in_mail, "a.png"),
        ("a.xlsx", in_sheet, "Blad/image1.png"),
    ],
)
def test_a_picture_with_text_is_a_document_beneath_its_file(name, make, picture):
    found = read_inside(name, make())
    assert list(found) == [name, f"{name}/{picture}"]
    assert "Zie het bord." in found[name].text
    assert found[name].unread == ()
    inside = found[f"{name}/{picture}"]
    assert inside.text == SENTENCE
    assert reference(inside, 0).startswith(f"{picture}, p. 1, OCR, in ")


@with_tesseract
def test_a_picture_of_a_slide_is_named_by_it_and_is_drawn_with_the_quote_marked():
    data = on_slides()
    found = read_inside("a.pptx", data)
    assert list(found) == ["a.pptx", "a.pptx/slide 1/image1.png", "a.pptx/slide 2/image1.png"]
    picture, _ = read_member(".pptx", data, found["a.pptx/slide 2/image1.png"].member)
    assert picture == SCAN
    assert len(draw_page(picture, 1, "", SENTENCE).boxes) == 1


@with_tesseract
def test_photographs_and_logos_are_left_out_in_silence():
    photograph = saved(Image.linear_gradient("L"))
    found = read_inside("a.docx", in_word(photograph, saved(scanned(placed((60, 700, "Gemeente")))), SMALL))
    assert list(found) == ["a.docx"]
    assert found["a.docx"].unread == ()


def test_without_the_program_pictures_that_may_hold_text_are_named(no_tesseract):
    assert [str(reason) for reason in read("a.docx", in_word(SCAN, SMALL)).unread] == [
        "its part image1.png: it is a picture; install tesseract to have its text recognised (OCR)"
    ]
    source = Source("a.pptx", Path("a.pptx"), 0, 0, None, Citation())
    (slides,) = read_documents(source, on_slides())
    assert [str(reason)[:29] for reason in slides.unread] == [
        "its part slide 1/image1.png: ", "its part slide 2/image1.png: ",
    ]  # fmt: skip


def test_a_damaged_picture_is_named():
    page = b"<p>Zie het bord.</p><img src='data:image/png;base64,AAAA'><img src='data:image/png;base64,A'>"
    assert [str(reason) for reason in read("a.html", page).unread] == [
        "its part picture 1.png: it is damaged, or not a picture",
        "its part picture 2.png: it is damaged, or not a picture",
    ]
