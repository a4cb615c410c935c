"""Permalink: a lasting link to a quote, and the way back from a link to the quote."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from rodedraad.answering.place import Place
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.documents import Document, Passage

CHECKED = 12
"""Hexadecimal digits of a quote's SHA-256 in its link."""

LONGEST_QUOTE = 4
"""How many times as long as the longest passage of its document a quote may be.

It holds sentences of one passage, and at most MOST_QUOTED characters of its neighbours.
"""


def permalink_of(place: Place) -> str:
    """A lasting link to a place, relative to the page's address."""
    return link_to(place.document.id, place.start, place.end, place.text)


def link_to(document: str, start: int, end: int, text: str) -> str:
    """A lasting link to a place of a document, where it reads so."""
    return f"?{urlencode(query_of(document, start, end, text))}"


def query_of(document: str, start: int, end: int, text: str) -> dict[str, str]:
    """The query of such a link."""
    return {"document": document, "start": str(start), "end": str(end), "check": _check(text)}


def follow(generation: Snapshot, query: Mapping[str, str]) -> Place | None:
    """The place that a link's query names in the documents as they are now, or None.

    A quote that moved within its document is found where one of its sentences begins. Nothing is longer
    than a quote can be, or ends beyond the text: each sentence costs a hash of that length.
    """
    try:
        id, check = query["document"], query["check"]
        start, end = int(query["start"]), int(query["end"])
    except (KeyError, ValueError):
        return None
    found = find_document(generation, id) if 0 <= start < end else None
    if found is None:
        return None
    document, passages = found
    length = end - start
    if length > LONGEST_QUOTE * max((passage.end - passage.start for passage in passages), default=0):
        return None
    begins = (begin for passage in passages for begin, _ in (*passage.sentences, (passage.start, 0)))
    for begin in (start, *begins):
        place = Place(1, document, begin, begin + length)
        if place.end <= len(document.text) and _check(place.text) == check:
            return place
    return None


def find_document(generation: Snapshot, id: str) -> tuple[Document, list[Passage]] | None:
    """The document with this id, and its passages; None if the index has none."""
    entries = generation.manifest.documents
    number = next((number for number, entry in enumerate(entries) if entry.path == id), None)
    return None if number is None else generation.document(number)


def document_link(id: str, start: int = 0) -> str:
    """A link to a document by itself, from a character on, relative to the page's address."""
    return f"?{urlencode({'document': id, **({'start': start} if start else {})})}"


def page_link(id: str, page: int) -> str:
    """What asks for a page of a document as it is printed, relative to the address of pages."""
    return f"?{urlencode({'document': id, 'page': page})}"


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:CHECKED]
