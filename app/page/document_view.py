"""Document view: a document opened by itself, from some place on, or where words in it were found."""

import re
from bisect import bisect_left
from itertools import islice
from unicodedata import normalize

from rodedraad.answering.place import Place
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.documents import Document
from rodedraad.page.permalink import find_document
from rodedraad.page.source_pane import SHOWN_BEFORE, pane_html
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

MOST_FOUND = 1_000
"""Places at which words are found, at most."""

LONGEST_WORDS = 200  # characters

_LETTERS = {
    code: normalize("NFKD", letter)[0]
    for code in range(0xC0, 0x250)
    if len(normalize("NFKD", letter := chr(code))) > 1
} | {ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("\u00a0"): " "}
"""Letters without their accents, and quotation marks as they are typed: one character for one."""


def document_html(
    generation: Snapshot, id: str, language: str, start: int = 0, words: str = "", number: int = 0
) -> str:
    """The source pane with a document of the index from a character on; or with the words marked in it.

    `number` counts the places of the words from 1; 0 is the first from `start` on.
    """
    found = find_document(generation, id)
    if found is None:
        return render("page/source_empty.html", why="document_gone", language=language)
    document, words = found[0], words.strip()[:LONGEST_WORDS]
    places = find(document, words)
    if not places:
        label = phrase("found_nothing", language, words=words) if words else ""
        return pane_html(document, start, [], None, language, label=label, words=words)
    number = number or bisect_left(places, start, key=lambda place: place.start) % len(places) + 1
    chosen = places[min(number, len(places)) - 1]
    name = "found_most" if len(places) == MOST_FOUND else "found_number"
    label = phrase(name, language, number=chosen.number, count=len(places))
    return pane_html(
        document, chosen.start - SHOWN_BEFORE, places, chosen, language,
        label=label, count=len(places), words=words,
    )  # fmt: skip


def find(document: Document, words: str) -> list[Place]:
    """Where the words follow one another in a document, ignoring capitals, accents and spaces."""
    pattern = r"\s+".join(map(re.escape, words.translate(_LETTERS).split()))
    if not pattern:
        return []
    matches = re.finditer(pattern, document.text.translate(_LETTERS), re.IGNORECASE)
    return [
        Place(number, document, match.start(), match.end())
        for number, match in enumerate(islice(matches, MOST_FOUND), 1)
    ]
