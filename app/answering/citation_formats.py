"""Citation formats: what a citation prints, and a quote with its citation for pasting elsewhere."""

import re
from collections.abc import Callable, Mapping
from textwrap import shorten
from typing import Final

from rodedraad.answering.place import Place
from rodedraad.ingest.documents import Document

LONGEST_CITED_HEADING = 80
"""Characters of a heading that a reference prints at most."""


def reference(document: Document, start: int) -> str:
    """What a citation prints: title, author, publisher and date, the section and page, the address.

    Of a file inside another it also prints that one, such as: report.pdf, p. 3, in mail.eml.
    """
    citation = document.citation
    known = filter(None, (citation.author, citation.publisher, citation.date))
    address = [citation.url] if citation.url else []
    return ", ".join([document.title, *known, *position(document, start), *_held(document), *address])


def _held(document: Document) -> list[str]:
    return [f"in {document.container}"] if document.container else []


def position(document: Document, start: int) -> list[str]:
    """Where in a document a character is: the heading above it and its page, if there are any; and OCR."""
    heading, page = document.heading_above(start), document.page_label_at(start)
    return [
        *([f"§ {shorten(heading, LONGEST_CITED_HEADING, placeholder='…')}"] if heading else ()),
        *([f"p. {page}"] if page else ()),
        *(["OCR"] if document.is_recognised_at(start) else ()),
    ]


def plain(place: Place) -> str:
    """The quote between quotation marks, and its source in parentheses."""
    return f"“{single_spaced(place.text)}” ({single_spaced(reference(place.document, place.start))})"


def markdown(place: Place) -> str:
    """The quote as a block quotation, every character of it literal.

    Of several spaces at the end of a line one is left: Markdown would break the line there.
    """
    lines = "\n".join(f"> {literal(re.sub(' {2,}$', ' ', line))}" for line in place.text.splitlines())
    return f"{lines}\n>\n> — {literal(single_spaced(reference(place.document, place.start)))}"


def bibtex(place: Place) -> str:
    """A BibTeX entry of type misc; the quote is its note."""
    citation = place.document.citation
    fields = {
        "title": place.document.title,
        "author": citation.author,
        "publisher": citation.publisher,
        "date": citation.date,
        "pages": place.page_label,
        "howpublished": "".join(_held(place.document)),
        "url": citation.url,
        "langid": place.document.language,
        "note": f"“{place.text}”",
    }
    lines = [f"  {name} = {{{_tex(single_spaced(value))}}}" for name, value in fields.items() if value]
    return f"@misc{{{_key(place)},\n" + ",\n".join(lines) + "\n}"


def ris(place: Place) -> str:
    """A RIS record; the quote is its note."""
    citation = place.document.citation
    year, *rest = (citation.date or "").split("-")
    fields = [
        ("TY", "ELEC" if citation.url else "GEN"),
        ("TI", place.document.title),
        ("AU", citation.author),
        ("PB", citation.publisher),
        ("PY", year),
        ("DA", "/".join([year, *rest]) if rest else None),
        ("SP", place.page_label),
        ("LA", place.document.language),
        ("UR", citation.url),
        ("N1", f"“{place.text}”"),
    ]
    return "\n".join([*(f"{tag}  - {single_spaced(value)}" for tag, value in fields if value), "ER  - "])


FORMATS: Final[Mapping[str, Callable[[Place], str]]] = {
    "plain": plain,
    "markdown": markdown,
    "bibtex": bibtex,
    "ris": ris,
}
"""How a quote can be copied."""


def single_spaced(text: str) -> str:
    """Text with its white space made plain."""
    return " ".join(text.split())


def literal(text: str) -> str:
    """Text in which Markdown finds no markup (CommonMark 2.4: any punctuation can be escaped)."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", text)
    escaped = re.sub(r"^(\s*)([-+=])", r"\1\\\2", escaped)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", escaped)


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _key(place: Place) -> str:
    """A citation key: the file's name in ASCII and the place in it."""
    name = re.sub(r"[^a-z0-9]+", "-", place.document.id.rsplit(".", 1)[0].lower()).strip("-")
    return f"{name or 'document'}-{place.start}"
