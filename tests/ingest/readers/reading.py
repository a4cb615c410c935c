"""Reading: a file's bytes as the document that they become."""

from pathlib import Path

from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Citation, Document
from rodedraad.ingest.read_file import read_document


def read(name: str, data: bytes) -> Document:
    """The document in a file of that name."""
    return read_document(Source(name, Path(name), len(data), 0, None, Citation()), data)


def headings(document: Document) -> list[str]:
    """Its headings, in order."""
    return [document.text[heading.start : heading.end] for heading in document.headings]
