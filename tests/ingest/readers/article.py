"""Article: one text of the corpus, written as a file of every kind that is read."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

import xlsxwriter
from docx import Document as Word
from pptx import Presentation

from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes
from rodedraad.ingest.sentences import is_heading
from tests.ingest.readers.printed import Print, print_pages

CORPUS = Path(__file__).parents[3] / "corpus"
NAME = "50-jaar-ontwikkelingssamenwerking-in-peru"
TITLE, AUTHOR, DATE = "50 jaar ontwikkelingssamenwerking in Peru", "Noémie Nyst", "2015-12-01"


class Block(NamedTuple):
    """A part of an article: its title, a heading, a paragraph, or an item of a numbered list."""

    kind: Literal["title", "heading", "paragraph", "item"]
    text: str


def reading_texts() -> dict[str, str]:
    """The reading text of each file of the corpus, by its name without the suffix."""
    return {s.path.stem: read_documents(s, read_bytes(s))[0].text for s in scan(CORPUS)[0]}


def blocks_of(text: str) -> list[Block]:
    """A reading text in parts; its first heading is the title."""
    blocks: list[Block] = []
    for line in text.split("\n"):
        if item := re.match(r"\d{1,2}\. |• ", line):
            blocks.append(Block("item", line[item.end() :]))
        elif line:
            kind = "paragraph" if not is_heading(line) else "heading" if blocks else "title"
            blocks.append(Block(kind, line))
    return blocks


def as_text(blocks: Sequence[Block]) -> bytes:
    return "\n\n".join(f"• {text}" if kind == "item" else text for kind, text in blocks).encode()


def as_markdown(blocks: Sequence[Block]) -> bytes:
    marks = {"title": "# ", "heading": "## ", "paragraph": "", "item": "1. "}
    front = f"---\ntitle: {TITLE}\nauthor: {AUTHOR}\ndate: {DATE}\n---\n"
    return (front + "\n\n".join(marks[kind] + text for kind, text in blocks)).encode()


def _xhtml(blocks: Sequence[Block]) -> str:
    tags = {"title": "h1", "heading": "h2", "paragraph": "p", "item": "li"}
    html = "".join(f"<{tags[kind]}>{escape(text)}</{tags[kind]}>" for kind, text in blocks)
    return re.sub("((<li>[^<]*</li>)+)", r"<ol>\1</ol>", html)


def as_html(blocks: Sequence[Block]) -> bytes:
    return (
        f'<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta name="author" content="{AUTHOR}"><meta name="date" content="{DATE}"></head><body>'
        '<nav><ul><li><a href="/">Thuis</a></li><li><a href="/nieuws">Nieuws</a></li></ul></nav>'
        f"<main><article>{_xhtml(blocks)}</article></main>"
        "<aside><p>Lees ook: vijf projecten.</p></aside><footer><p>Alle rechten.</p></footer></body></html>"
    ).encode()


def as_epub(blocks: Sequence[Block]) -> bytes:
    chapters: list[list[Block]] = [[]]
    for block in blocks:
        if block.kind == "heading":
            chapters.append([])
        chapters[-1].append(block)
    names = [f"chapter{n}.xhtml" for n in range(len(chapters))]
    items = "".join(
        f'<item id="{name}" href="text/{name}" media-type="application/xhtml+xml"/>' for name in names
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{TITLE}</dc:title><dc:creator>{AUTHOR}</dc:creator><dc:date>{DATE}</dc:date>"
        "<dc:language>nl</dc:language></metadata>"
        f'<manifest>{items}<item id="toc" href="toc.xhtml" media-type="application/xhtml+xml" '
        f'properties="nav"/></manifest><spine><itemref idref="toc"/>{spine}</spine></package>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        archive.writestr("OEBPS/book.opf", package)
        archive.writestr("OEBPS/toc.xhtml", "<html><body><nav>Inhoud</nav></body></html>")
        for name, chapter in zip(names, chapters, strict=True):
            html = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{_xhtml(chapter)}</body></html>'
            archive.writestr(f"OEBPS/text/{name}", f'<?xml version="1.0" encoding="utf-8"?>{html}')
    return file.getvalue()


def as_word(blocks: Sequence[Block]) -> bytes:
    styles = {"title": "Title", "heading": "Heading 1", "paragraph": None, "item": "List Number"}
    document = Word()
    document.core_properties.title = TITLE
    document.core_properties.author = AUTHOR
    document.core_properties.created = datetime.fromisoformat(DATE)
    document.sections[0].header.paragraphs[0].text = "Glo.be"
    for kind, text in blocks:
        document.add_paragraph(text, styles[kind])
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_open_document(blocks: Sequence[Block]) -> bytes:
    forms = {
        "title": '<text:p text:style-name="Title">{}</text:p>',
        "heading": '<text:h text:outline-level="1">{}</text:h>',
        "paragraph": "<text:p>{}</text:p>",
        "item": "<text:list-item><text:p>{}</text:p></text:list-item>",
    }
    body = "".join(forms[kind].format(escape(text)) for kind, text in blocks)
    item = "<text:list-item><text:p>[^<]*</text:p></text:list-item>"
    body = re.sub(f"(({item})+)", r"<text:list>\1</text:list>", body)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "meta")
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
        )
        archive.writestr(
            "meta.xml",
            f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
            f"<dc:title>{TITLE}</dc:title><meta:initial-creator>{AUTHOR}</meta:initial-creator>"
            f"<meta:creation-date>{DATE}T09:00:00</meta:creation-date></office:meta></office:document-meta>",
        )
    return file.getvalue()


def as_slides(blocks: Sequence[Block]) -> bytes:
    show = Presentation()
    show.core_properties.title = TITLE
    show.core_properties.author = AUTHOR
    show.core_properties.created = datetime.fromisoformat(DATE)
    frame = None
    for kind, text in blocks:
        if kind in ("title", "heading"):
            slide = show.slides.add_slide(show.slide_layouts[kind == "heading"])
            slide.shapes.title.text = text
            frame = slide.placeholders[1].text_frame
            paragraph = frame.paragraphs[0]
        else:
            assert frame is not None
            paragraph = frame.add_paragraph() if frame.paragraphs[0].text else frame.paragraphs[0]
            paragraph.text = text
    file = io.BytesIO()
    show.save(file)
    return file.getvalue()


def as_pdf(blocks: Sequence[Block]) -> bytes:
    levels = {"title": 1, "heading": 2, "paragraph": 0, "item": 0}
    return print_pages(
        [(levels[kind], f"• {text}" if kind == "item" else text) for kind, text in blocks],
        Print(title=TITLE, running_head="Glo.be"),
    )


def as_table(blocks: Sequence[Block]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([("soort", "tekst"), *blocks])
    return file.getvalue().encode()


def as_rich_text(blocks: Sequence[Block]) -> bytes:
    styles = {"title": r"\s9 ", "heading": r"\s1 ", "paragraph": "", "item": r"{\pntext\'95\tab}"}
    body = "".join(
        rf"\pard\plain{styles[kind]} {escaped}\par" + "\n"
        for kind, text in blocks
        for escaped in ["".join(c if c.isascii() else rf"\u{ord(c)}?" for c in text)]
    )
    return (
        r"{\rtf1\ansi{\stylesheet{\s9 Title;}{\s1 heading 1;}}{\info"
        rf"{{\title {TITLE}}}{{\author No\'e9mie Nyst}}{{\creatim\yr2015\mo12\dy1}}}}"
        rf"{{\header Glo.be\par}}{body}}}"
    ).encode()


def as_sheet(blocks: Sequence[Block]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Artikel")
        for number, row in enumerate([("soort", "tekst"), *blocks]):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def as_open_sheet(blocks: Sequence[Block]) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table")
    )
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = "".join(
        f"<table:table-row>{''.join(cell.format(escape(text)) for text in row)}</table:table-row>"
        for row in [("soort", "tekst"), *blocks]
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Artikel">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return file.getvalue()


MAKERS: dict[str, Callable[[Sequence[Block]], bytes]] = {
    ".txt": as_text,
    ".md": as_markdown,
    ".html": as_html,
    ".epub": as_epub,
    ".docx": as_word,
    ".odt": as_open_document,
    ".pptx": as_slides,
    ".pdf": as_pdf,
    ".csv": as_table,
    ".rtf": as_rich_text,
    ".xlsx": as_sheet,
    ".ods": as_open_sheet,
}
