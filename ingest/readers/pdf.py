"""PDF: the text of printed pages in reading order, with their headings and tables.

A PDF gives the position of each character, and no paragraphs. pdfium gives lines in the order in
which they were drawn; cells side by side become rows or columns, running heads are removed, and the
layout of what remains shows `ingest.reflow` where paragraphs end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.garbled import is_garbled
from rodedraad.ingest.lines import Content, Line, one_line
from rodedraad.ingest.readers.pdf_covers import attached_names, check_is_content
from rodedraad.ingest.readers.pdf_fields import with_fields
from rodedraad.ingest.readers.pdf_layout import laid_out
from rodedraad.ingest.readers.pdf_pictures import FULL, PART, is_picture
from rodedraad.ingest.readers.pdf_print import Printed, printed_lines
from rodedraad.ingest.readers.pdf_rules import Rules, rules
from rodedraad.ingest.readers.pdf_tables import may_hold_tables, with_tables
from rodedraad.ingest.running_heads import running_heads

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_NO_METADATA = re.compile(
    r"(?i)\(?(anonymous|unspecified|unknown)\)?|untitled|naamloos|sans titre"
    r"|(microsoft \w+ - )?\S*\.(docx?|pptx?|indd|qxd|pdf|tex|dvi)"
)

MARGIN = 1 / 8
"""The share of a page's height, at its top and bottom, where running heads and feet stand."""

STAMP = 40
"""A scan may bear a text of fewer characters in its margins, such as a page number."""

LONGEST_LABEL = 20
"""Characters of the longest label of a page."""

_SCANNED = "it holds no text, only pictures, as a scan does; run text recognition (OCR) on it first"
_SCANNED_PAGES = (
    "it holds no text, only pictures, on these pages: {pages}; run text recognition (OCR) on it first"
)
_GARBLED = "its fonts do not give the letters that they draw; run text recognition (OCR) on it first"
_GARBLED_PAGES = (
    "its fonts do not give the letters that they draw on these pages: {pages}; "
    "run text recognition (OCR) on it first"
)
_ATTACHED = "its attached files are not read: {names}; save them from it into the corpus folder"


@dataclass(slots=True)
class _Page:
    """What is read of a page."""

    lines: list[Printed]
    height: float  # points
    rules: Rules | None  # None on a page without tables
    scanned: bool  # it shows a picture in place of text
    garbled: bool  # its text is not what it shows


def read_pdf(data: bytes) -> Content:
    """A PDF; raises UnreadableDocument if it is damaged, encrypted, or has no page with a text."""
    with open_pdf(data) as document:
        if document.get_formtype() in (raw.FORMTYPE_ACRO_FORM, raw.FORMTYPE_XFA_FOREGROUND):
            document.init_forms()
        attached = attached_names(document)
        pages = [_read(document, number) for number in range(len(document))]
        check_is_content(document, "\n".join(line.text for page in pages for line in page.lines), attached)
        metadata, labels = document.get_metadata_dict(), _labels(document)
    scanned = [number for number, page in enumerate(pages) if page.scanned]
    garbled = [number for number, page in enumerate(pages) if page.garbled]
    lines: list[Printed] = []
    for page, kept in zip(pages, _without_running_heads(pages), strict=True):
        if not (page.scanned or page.garbled):
            lines += kept if page.rules is None else with_tables(kept, page.rules)
    if not lines:
        raise UnreadableDocument(_GARBLED if garbled else _SCANNED)
    unread = [
        Reason(text, {"pages": page_ranges(numbers, labels)})
        for text, numbers in ((_SCANNED_PAGES, scanned), (_GARBLED_PAGES, garbled))
        if numbers
    ]
    if attached:
        unread.append(Reason(_ATTACHED, {"names": ", ".join(attached)}))
    return Content(
        list(laid_out(lines)),
        paged=True,
        citation=_citation(metadata),
        unread=tuple(unread),
        page_labels=labels if any(label != str(n) for n, label in enumerate(labels, 1)) else (),
    )


def _labels(document: pdfium.PdfDocument) -> tuple[str, ...]:
    """What is printed for each page, such as iv; its number where the file does not say."""
    labels = (one_line(document.get_page_label(number)) for number in range(len(document)))
    return tuple(
        label if 0 < len(label) <= LONGEST_LABEL else str(number) for number, label in enumerate(labels, 1)
    )


def page_ranges(numbers: Sequence[int], labels: Sequence[str]) -> str:
    """Pages, counted from 0, as a person writes them: 2–4, 7."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ", ".join("–".join(labels[n] for n in dict.fromkeys((run[0], run[-1]))) for run in ranges)


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


def _read(document: pdfium.PdfDocument, number: int) -> _Page:
    """A page; `number` counts from 0."""
    try:
        page = document[number]
        textpage = page.get_textpage()
    except pdfium.PdfiumError as error:
        raise UnreadableDocument("it is damaged: its page {page} cannot be read", page=number + 1) from error
    lines = list(printed_lines(page, textpage, number))
    textpage.close()
    height = page.get_height()
    text = "\n".join(line.text for line in lines)
    lines = with_fields(lines, document, page, number)
    bare = len(text) < STAMP and all(_in_margin(line, height) for line in lines)
    read = _Page(
        lines=lines,
        height=height,
        rules=rules(page) if may_hold_tables(lines) else None,
        scanned=bare and is_picture(page, FULL if lines else PART),
        garbled=is_garbled(text),
    )
    page.close()
    return read


def _in_margin(line: Printed, height: float) -> bool:
    return not MARGIN * height < line.bottom < (1 - MARGIN) * height - line.size


def _without_running_heads(pages: Sequence[_Page]) -> list[list[Printed]]:
    """The lines of each page, without those in the margins that pages share."""
    on_page = [sorted(page.lines, key=lambda line: -line.bottom) for page in pages]
    in_margin = [
        line
        for page, lines in zip(pages, on_page, strict=True)
        for line in lines
        if _in_margin(line, page.height)
    ]
    outer = {id(line) for line in in_margin}
    inner = "\n".join(line.text for lines in on_page for line in lines if id(line) not in outer)
    found = running_heads([Line(one_line(line.text), line.page, size=line.size) for line in in_margin], inner)
    heads = {id(in_margin[place]): kept for place, kept in found.items()}
    for line in in_margin:
        line.aside = heads.get(id(line), False)
    for number, lines in enumerate(on_page, 1):
        if lines and lines[-1].text == str(number):
            heads[id(lines[-1])] = False  # a page number, even of the only page
    return [[line for line in page.lines if heads.get(id(line), True)] for page in pages]
