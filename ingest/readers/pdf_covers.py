"""PDF covers: pages that replace a form or files that only some programs show."""

import re

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import one_line

NAMED = 20
"""Attached files that are named at most."""

LONGEST_COVER = 1500
"""Characters of the longest cover."""

_WAIT = re.compile(
    r"(?i)please wait|een ogenblik geduld|wachten|veuillez patienter|espere|bitte warten"
    r"|not eventually replaced by the proper contents"
)
_PORTFOLIO = re.compile(
    r"(?i)pdf.?(portfolio|package|portefeuille|paket|pakket)|portafolio|cartera pdf|acrobat|adobe reader"
)


def attached_names(document: pdfium.PdfDocument) -> list[str]:
    """The names of the files that are attached to a PDF, without those of its pages."""
    names = []
    for number in range(min(document.count_attachments(), NAMED)):
        try:
            names.append(one_line(document.get_attachment(number).get_name()))
        except pdfium.PdfiumError:
            continue
    return list(filter(None, names))


def check_is_content(document: pdfium.PdfDocument, text: str, attached: list[str]) -> None:
    """Raise UnreadableDocument if the text of the whole PDF is that of a cover."""
    if len(text) > LONGEST_COVER:
        return
    kind = document.get_formtype()
    xfa = kind in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND)
    if kind == raw.FORMTYPE_XFA_FULL or (_WAIT.search(text) and (xfa or "eventually replaced" in text)):
        raise UnreadableDocument(
            "its form is shown by Adobe Reader alone (XFA); open it there and print it to a new PDF"
        )
    if attached and _PORTFOLIO.search(text):
        raise UnreadableDocument(
            "it is a portfolio of other files: {names}; save them from it into the corpus folder",
            names=", ".join(attached),
        )
