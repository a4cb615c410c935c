"""Permalink: a lasting link to a quote, and the way back from a link to the quote."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from rodedraad.answering.place import Place
from rodedraad.index.store.generation import Generation

CHECKED = 12
"""Hexadecimal digits of a quote's SHA-256 in its link."""

LONGEST = 4
"""How many times as long as the longest passage of its document a quote may be.

It holds sentences of one passage, and at most MOST_QUOTED characters of its neighbours.
"""


def link(place: Place) -> str:
    """A lasting link to a place, relative to the page's address."""
    query = {
        "document": place.document.id,
        "start": place.start,
        "end": place.end,
        "check": _check(place.text),
    }
    return f"?{urlencode(query)}"


def follow(generation: Generation, query: Mapping[str, str]) -> Place | None:
    """The place that a link's query names in the documents as they are now, or None.

    A quote that moved within its document is found where one of its sentences begins. Nothing is longer
    than a quote can be, or ends beyond the text: each sentence costs a hash of that length.
    """
    try:
        id, check = query["document"], query["check"]
        start, end = int(query["start"]), int(query["end"])
    except (KeyError, ValueError):
        return None
    entries = generation.manifest.documents
    number = next((number for number, entry in enumerate(entries) if entry.path == id), None)
    if number is None or not 0 <= start < end:
        return None
    document, passages = generation.document(number)
    length = end - start
    if length > LONGEST * max((passage.end - passage.start for passage in passages), default=0):
        return None
    begins = (begin for passage in passages for begin, _ in (*passage.sentences, (passage.start, 0)))
    for begin in (start, *begins):
        place = Place(1, document, begin, begin + length)
        if place.end <= len(document.text) and _check(place.text) == check:
            return place
    return None


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:CHECKED]
