"""Welcome: an empty page shows what the documents are."""

from dataclasses import replace

from rodedraad.index.search import Searcher
from rodedraad.index.store.manifest import Entry
from rodedraad.page.welcome import about_html


def test_the_documents_are_counted_with_their_languages_and_dates(searcher: Searcher) -> None:
    entries = searcher.generation.manifest.documents
    assert told(entries) == "3 documents, in Dutch. Dates, where known: 2015-12-01."
    old = replace(entries[1], own_date="2006", language="fr")
    assert told([*entries, old]) == "4 documents, in Dutch, French. Dates, where known: 2006–2015."
    assert told([old]) == "One document, in French. Dates, where known: 2006."
    assert told([replace(old, own_date=None)]) == "One document, in French."
    assert told([]) == ""


def told(entries: list[Entry] | tuple[Entry, ...]) -> str:
    return about_html(entries, "en").replace("<p>", "").replace("</p>", "").strip()
