"""Formats: which kinds of files are read, and by what."""

from collections.abc import Callable
from importlib import import_module

from rodedraad.ingest.lines import Content

_READERS = {
    ".txt": "text.read_text",
    ".csv": "text.read_csv",
    ".md": "markdown.read_markdown",
    ".html": "html.read_html",
    ".htm": "html.read_html",
    ".pdf": "pdf.read_pdf",
    ".docx": "office.read_docx",
    ".odt": "office.read_odt",
    ".pptx": "office.read_pptx",
    ".epub": "epub.read_epub",
}

SUFFIXES = tuple(_READERS)
"""How the names of files end that are read, in lower case."""


def reader(suffix: str) -> Callable[[bytes], Content]:
    """What reads the files whose names end in `suffix`, one of `SUFFIXES`.

    It raises UnreadableDocument for bytes that are no such file. Only its own libraries are
    imported.
    """
    module, _, function = _READERS[suffix].partition(".")
    read: Callable[[bytes], Content] = getattr(import_module(f"rodedraad.ingest.readers.{module}"), function)
    return read
