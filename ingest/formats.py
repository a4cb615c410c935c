"""Formats: the kinds of files that can be read, and the reader of each."""

from collections.abc import Callable
from importlib import import_module

from rodedraad.ingest.lines import Content

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""The suffixes of pictures, whose text is recognised."""

_READERS = {
    ".txt": "text.read_text",
    ".csv": "text.read_csv",
    ".md": "markdown.read_markdown",
    ".html": "html.read_html",
    ".htm": "html.read_html",
    ".pdf": "pdf.read_pdf",
    **dict.fromkeys(PICTURES, "picture.read_picture"),
    ".docx": "office.read_docx",
    ".odt": "office.read_odt",
    ".pptx": "office.read_pptx",
    ".epub": "epub.read_epub",
}

SUFFIXES = tuple(_READERS)
"""The file name suffixes that can be read, in lower case."""


def reader(suffix: str) -> Callable[[bytes], Content]:
    """The function that reads files with this suffix, one of `SUFFIXES`.

    It raises UnreadableDocument for bytes that are not such a file. Only the libraries of that reader
    are imported.
    """
    module, _, function = _READERS[suffix].partition(".")
    read: Callable[[bytes], Content] = getattr(import_module(f"rodedraad.ingest.readers.{module}"), function)
    return read
