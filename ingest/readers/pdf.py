"""PDF: the text of printed pages in reading order, with their headings and tables.

A PDF gives the position of each character, and no paragraphs. pdfium gives lines in the order in
which they were drawn; cells side by side become rows or columns, running heads are removed, and the
layout of what remains shows `ingest.reflow` where paragraphs end.
"""

import re
from functools import partial

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.garbled import is_garbled
from rodedraad.ingest.lines import Content, one_line
from rodedraad.ingest.readers.pdf_covers import attached_names, check_is_content
from rodedraad.ingest.readers.pdf_fields import with_fields
from rodedraad.ingest.readers.pdf_letters import mended
from rodedraad.ingest.readers.pdf_pictures import FULL, LEAST_COVERED, is_picture_page
from rodedraad.ingest.readers.pdf_print import page_text, parted_by_rules, printed_lines
from rodedraad.ingest.readers.pdf_rules import Rules, rules
from rodedraad.ingest.readers.pdf_tables import may_hold_tables
from rodedraad.ingest.readers.printed_pages import LATE, Page, in_margin, lines_of, take, unread_pages
from rodedraad.ingest.readers.recognition import LARGEST_SIDE, can_recognise, recognised

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_NO_METADATA = re.compile(
    r"(?i)\(?(anonymous|unspecified|unknown)\)?|untitled|naamloos|sans titre"
    r"|(microsoft \w+ - )?\S*\.(docx?|pptx?|indd|qxd|pdf|tex|dvi)"
)

RESOLUTION = 200
"""Dots an inch at which a page is recognised."""

STAMP = 40
"""A scan may bear a text of fewer characters in its margins, such as a page number."""

LONGEST_PAGE_LABEL = 20
"""Characters of the longest label of a page."""

SCANNED = (
    "it holds no text, only pictures, on these pages: {pages}; "
    "install tesseract, or run text recognition (OCR) on it first"
)
GARBLED = (
    "its fonts do not give the letters that they draw on these pages: {pages}; "
    "install tesseract, or run text recognition (OCR) on it first"
)
ALL_SCANNED = (
    "it holds no text, only pictures, as a scan does; "
    "install tesseract, or run text recognition (OCR) on it first"
)
ALL_GARBLED = (
    "its fonts do not give the letters that they draw; "
    "install tesseract, or run text recognition (OCR) on it first"
)
ATTACHED = "its attached files are not read: {names}; save them from it into the corpus folder"


def read_pdf(data: bytes) -> Content:
    """A PDF; raises UnreadableDocument if it is damaged, encrypted, or has no page with a text."""
    with open_pdf(data) as document:
        show_forms(document)
        attached = attached_names(document)
        pages = [_read(document, number) for number in range(len(document))]
        check_is_content(document, "\n".join(line.text for page in pages for line in page.lines), attached)
        metadata, labels = document.get_metadata_dict(), _labels(document)
        unread = [number for number, page in enumerate(pages) if page.unread]
        if can_recognise():
            for number, found in recognised(unread, partial(picture_of, document)):
                take(pages[number], number, found)
    missing = unread_pages(pages, labels)
    if not any(page.lines for page in pages if not page.unread):
        if missing and can_recognise():
            raise UnreadableDocument.of(max(missing, key=lambda reason: reason.text == LATE))
        raise UnreadableDocument(
            ALL_GARBLED if any(page.unread == GARBLED for page in pages) else ALL_SCANNED
        )
    return Content(
        lines_of(pages),
        paged=True,
        citation=_citation(metadata),
        unread=(
            *missing,
            *([Reason(ATTACHED, {"names": ", ".join(attached)})] if attached else ()),
        ),
        page_labels=labels if any(label != str(n) for n, label in enumerate(labels, 1)) else (),
        recognised=tuple(number for number in unread if not pages[number].unread),
    )


def _labels(document: pdfium.PdfDocument) -> tuple[str, ...]:
    """What is printed for each page, such as iv; its number where the file does not say."""
    labels = (one_line(document.get_page_label(number)) for number in range(len(document)))
    return tuple(
        label if 0 < len(label) <= LONGEST_PAGE_LABEL else str(number)
        for number, label in enumerate(labels, 1)
    )


def _citation(metadata: dict[str, str]) -> Citation:
    """The citation in a PDF's metadata."""
    date = _DATE.match(metadata.get("CreationDate", ""))
    title, author = one_line(metadata.get("Title", "")), one_line(metadata.get("Author", ""))
    return Citation(
        title=None if not title or _NO_METADATA.fullmatch(title) else title,
        author=None if not author or _NO_METADATA.fullmatch(author) else author,
        date="-".join(filter(None, date.groups())) if date else None,
    )


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """The PDF in these bytes; raises UnreadableDocument if it is damaged or encrypted."""
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableDocument("it is protected by a password; save it again without one") from error
        raise UnreadableDocument("it is damaged, or not a PDF") from error


def show_forms(document: pdfium.PdfDocument) -> None:
    """Make the values of a document's form, if it has one, known."""
    if document.get_formtype() in (raw.FORMTYPE_ACRO_FORM, raw.FORMTYPE_XFA_FOREGROUND):
        document.init_forms()


def _read(document: pdfium.PdfDocument, number: int) -> Page:
    """A page; `number` counts from 0."""
    try:
        page = document[number]
        textpage, frame = page_text(page)
    except pdfium.PdfiumError as error:
        raise UnreadableDocument("it is damaged: its page {page} cannot be read", page=number + 1) from error
    lines = mended(list(printed_lines(textpage, number, frame)))
    drawn = rules(page, frame) if may_hold_tables(lines) else None
    if drawn and drawn.down:
        lines = [parted_by_rules(line, textpage, frame, drawn.down) for line in lines]
    textpage.close()
    text = "\n".join(line.text for line in lines)
    filled = with_fields(list(lines), document, page, number, frame)
    if drawn is None and filled != lines and may_hold_tables(filled):
        drawn = Rules()
    lines = filled
    read = Page(lines, frame.height, drawn)
    if is_garbled(text):
        read.unread = GARBLED
    elif len(text) < STAMP and all(in_margin(line, read.height) for line in lines):
        read.unread = SCANNED if is_picture_page(page, FULL if lines else LEAST_COVERED) else ""
    page.close()
    return read


def is_unread(document: pdfium.PdfDocument, number: int) -> bool:
    """Whether the text of a page, counted from 0, is recognised from its picture."""
    return bool(_read(document, number).unread)


def picture_of(document: pdfium.PdfDocument, number: int) -> Image.Image:
    """A page as it is recognised; `number` counts from 0."""
    page = document[number]
    scale = min(RESOLUTION / 72, LARGEST_SIDE / max(*page.get_size(), 1.0))
    try:
        picture: Image.Image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    except (pdfium.PdfiumError, ArithmeticError, ValueError):
        picture = Image.new("L", (1, 1), "white")
    page.close()
    return picture
