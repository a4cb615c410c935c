"""Formats: the kinds of files that can be read, and the reader of each."""

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePosixPath

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
    ".eml": "mail.read_eml",
    ".mbox": "mail.read_mbox",
    ".msg": "outlook.read_msg",
    ".zip": "archive.read_zip",
}

SUFFIXES = tuple(_READERS)
"""The file name suffixes that can be read, in lower case."""

_MEDIA_TYPES = {
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/markdown": ".md",
    "text/html": ".html",
    "text/rtf": ".rtf",
    "application/xhtml+xml": ".html",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/vnd.ms-outlook": ".msg",
    "application/mbox": ".mbox",
    "message/rfc822": ".eml",
}

CONTAINERS = (".eml", ".mbox", ".msg", ".zip")
"""The suffixes of files that hold other files, each under a heading with its name."""


def suffix_of(name: str, media_type: str) -> str:
    """The suffix of a kind that is read, by a file's name or else its media type; empty if there is none."""
    own = PurePosixPath(name).suffix.lower()
    suffix = own if own in SUFFIXES else _MEDIA_TYPES.get(media_type.lower(), "")
    return suffix if suffix in SUFFIXES else ""


def reader(suffix: str) -> Callable[[bytes], Content]:
    """The function that reads files with this suffix, one of `SUFFIXES`.

    It raises UnreadableDocument for bytes that are not such a file. Only the libraries of that reader
    are imported.
    """
    module, _, function = _READERS[suffix].partition(".")
    read: Callable[[bytes], Content] = getattr(import_module(f"rodedraad.ingest.readers.{module}"), function)
    return read
