"""Printed: articles set as PDF pages, as people print them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph


@dataclass(frozen=True)
class Print:
    """How pages are set; lengths in points."""

    columns: int = 1
    running_head: str = ""
    first_head: bool = True  # whether the first page has the running head
    title: str | None = None  # in the file's metadata
    language: str | None = None  # by whose rules words are broken at a line's end


MARGIN, GUTTER = 50, 20


def print_pages(blocks: Sequence[tuple[int, str]], how: Print = Print()) -> bytes:
    """A PDF by reportlab; each block is the level of a heading, or 0, and its text."""
    width, height = A4
    column = (width - 2 * MARGIN - (how.columns - 1) * GUTTER) / how.columns

    def furnish(canvas, document):
        canvas.setFont("Times-Italic", 9)
        if how.running_head and (how.first_head or document.page > 1):
            canvas.drawString(MARGIN, height - 40, how.running_head)
        canvas.drawRightString(width - MARGIN, 30, str(document.page))

    hyphens = {"hyphenationLang": how.language, "uriWasteReduce": 0.3} if how.language else {}
    styles = {
        level: ParagraphStyle(
            str(level),
            fontName="Times-Bold" if level else "Times-Roman",
            fontSize=size,
            leading=1.2 * size,
            spaceBefore=size if level else 0,
            spaceAfter=6,
            keepWithNext=level > 0,
            **hyphens,
        )
        for level, size in enumerate((10, 18, 14, 12))
    }
    frames = [
        Frame(MARGIN + n * (column + GUTTER), 60, column, height - 130, leftPadding=0, rightPadding=0)
        for n in range(how.columns)
    ]
    file = io.BytesIO()
    template = BaseDocTemplate(file, pagesize=A4, title=how.title)
    template.addPageTemplates([PageTemplate(frames=frames, onPage=furnish)])
    template.build([Paragraph(text, styles[level]) for level, text in blocks])
    return file.getvalue()


def print_by_fpdf(blocks: Sequence[tuple[int, str]], leading: float = 1.2, align: str = "L") -> bytes:
    """A PDF by fpdf2; headings of several lines have `leading` times their size between lines."""
    pdf = FPDF(unit="pt")
    pdf.add_page()
    for level, text in blocks:
        size = (11, 20, 14, 12)[level]
        pdf.set_font("Helvetica", "B" if level else "", size)
        distance = size * (leading if level else 1.2)
        pdf.multi_cell(0, distance, text, align=align if level else "L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(size / 2)
    return bytes(pdf.output())
