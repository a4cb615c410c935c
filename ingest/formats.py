"""Formats: the kinds of files that can be read, and the reader of each."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import PurePosixPath

from rodedraad.ingest.lines import Content

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""The suffixes of pictures, whose text is recognised."""

_READERS = {
    ".txt": "text.read_text",
    ".csv": "csv_table.read_csv",
    ".tsv": "csv_table.read_csv",
    ".json": "json_values.read_json",
    ".jsonl": "json_values.read_json_lines",
    ".log": "text.read_log",
    ".md": "markdown.read_markdown",
    ".markdown": "markdown.read_markdown",
    ".html": "web_page.read_web_page",
    ".htm": "web_page.read_web_page",
    ".xhtml": "web_page.read_web_page",
    ".pdf": "pdf.read_pdf",
    **dict.fromkeys(PICTURES, "picture.read_picture"),
    ".docx": "docx.read_docx",
    ".docm": "docx.read_docx",
    ".odt": "odt.read_odt",
    ".rtf": "rtf.read_rtf",
    ".xlsx": "xlsx.read_xlsx",
    ".xlsm": "xlsx.read_xlsx",
    ".ods": "ods.read_ods",
    ".pptx": "pptx.read_pptx",
    ".epub": "epub.read_epub",
    ".eml": "mail.read_eml",
    ".mbox": "mail.read_mbox",
    ".msg": "outlook.read_msg",
    ".ics": "calendar_events.read_ics",
    ".zip": "archive.read_zip",
}

_SHOWN = "picture.read_shown"
_ADVICE = {
    "it is of an older kind; open it in Word or LibreOffice and save it as .docx": ".doc .dot .wps .wpd",
    "it is of an older kind; open it in Excel or LibreOffice and save it as .xlsx": ".xls .xlsb",
    "it is of an older kind; open it in PowerPoint or LibreOffice and save it as .pptx": ".ppt .pps",
    "it is of a kind for Pages alone; export it there as Word": ".pages",
    "it is of a kind for Numbers alone; export it there as Excel": ".numbers",
    "it is of a kind for Keynote alone; export it there as PowerPoint": ".key",
    "it is of a kind for Kindle alone; convert it to .epub, as with Calibre": ".mobi .azw .azw3",
    "it holds pictures of pages; convert it to .pdf": ".djvu .djv",
}

SUFFIXES = tuple(_READERS)
"""The file name suffixes that can be read, in lower case."""

REFUSED_SUFFIXES = {suffix: advice for advice, suffixes in _ADVICE.items() for suffix in suffixes.split()}
"""The suffixes of files that are reported, and why they are not read."""
_MEDIA_TYPES = {
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/markdown": ".md",
    "text/calendar": ".ics",
    "application/ics": ".ics",
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


def suffix_of(name: str, media_type: str) -> str:
    """The suffix of a kind that is read or refused, by a file's name or else its media type; else empty."""
    own = PurePosixPath(name).suffix.lower()
    return own if own in (*SUFFIXES, *REFUSED_SUFFIXES) else _MEDIA_TYPES.get(media_type.lower(), "")


def reader(suffix: str, shown: bool = False) -> Callable[[bytes], Content]:
    """The function that reads files with this suffix, one of `SUFFIXES` or `REFUSED_SUFFIXES`.

    `shown`: it is a picture that a text shows in place. The function raises UnreadableDocument for bytes
    that are not such a file. Only the libraries of that reader are imported.
    """
    name = "older.read_older" if suffix in REFUSED_SUFFIXES else _SHOWN if shown else _READERS[suffix]
    module, _, function = name.partition(".")
    read: Callable[..., Content] = getattr(import_module(f"rodedraad.ingest.readers.{module}"), function)
    return partial(read, advice=REFUSED_SUFFIXES[suffix]) if suffix in REFUSED_SUFFIXES else read
