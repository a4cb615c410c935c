"""Reading: a file's bytes as the document that they become."""

from pathlib import Path

from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Citation, Document
from rodedraad.ingest.read_documents import read_documents


def read(name: str, data: bytes) -> Document:
    """The document in a file of that name, without those of the files inside it."""
    return read_documents(Source(name, Path(name), len(data), 0, None, Citation()), data)[0]


def read_inside(name: str, data: bytes) -> dict[str, Document]:
    """The documents with text in a file of that name, by id."""
    documents = read_documents(Source(name, Path(name), len(data), 0, None, Citation()), data)
    return {document.id: document for document in documents if document.text}


def headings(document: Document) -> list[str]:
    """Its headings, in order."""
    return [document.text[heading.start : heading.end] for heading in document.headings]
