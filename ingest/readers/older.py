"""Older kinds: files that are not read; but those of another kind than their name says are read as that."""

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.formats import reader
from rodedraad.ingest.lines import Content
from rodedraad.ingest.zip_limits import LimitedZip

_FOLDERS = {"word": ".docx", "xl": ".xlsx", "ppt": ".pptx"}
_START = 2_000  # bytes in which a web page says what it is


def read_older(data: bytes, advice: str) -> Content:
    """A file with the name of an older kind, as programs write for what is rich text or a web page.

    Raises UnreadableDocument with the advice if it is of the kind that its name says.
    """
    suffix = kind_of(data)
    if suffix is None:
        raise UnreadableDocument(advice)
    return reader(suffix)(data)


def kind_of(data: bytes) -> str | None:
    """The suffix for what the bytes are; None if they are nothing that is read."""
    start = data[:_START].lstrip().lower()
    if start.startswith(b"{\\rtf"):
        return ".rtf"
    if start.startswith(b"<") and b"<html" in start:
        return ".html"
    if start.startswith(b"pk\x03\x04"):
        try:
            folders = {name.partition("/")[0] for name in LimitedZip(data)}
        except UnreadableDocument:
            return None
        return next((suffix for folder, suffix in _FOLDERS.items() if folder in folders), None)
    return None
