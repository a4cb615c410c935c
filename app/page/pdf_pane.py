"""PDF pane: the page of a PDF that holds a quote, as a picture, with the quote marked."""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache

from rodedraad.answering.place import Place
from rodedraad.index.settings import load_settings
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.documents import Picture
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.notes import note, why
from rodedraad.page.permalink import find_document, follow
from rodedraad.page.source_pane import is_printed
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

PAGES_CACHED = 8
"""How many drawn pages are cached."""


class FileChanged(RodeDraadError):
    """The file is no longer the one that was indexed."""


class PdfView:
    """The pages of the PDFs behind a running page."""

    def __init__(self, index: LiveIndex, library: LiveCorpus) -> None:
        """Draw nothing yet."""
        self._index = index
        self._library = library
        self._drawn = lru_cache(PAGES_CACHED)(self._draw)

    def html(self, query: Mapping[str, str], language: str) -> str:
        """The page that a link's query leads to, with its quote marked, or a note why it cannot be shown.

        A query of a document and the number of a page, from 1, leads to that page; nothing is marked on it.
        """
        generation = self._index.searcher().generation
        number = query.get("page", "")
        place = _beginning(generation, query, number) if number else follow(generation, query)
        if place is None or not is_printed(place):
            return note(phrase("link_stale", language))
        document, page = place.document, int(number or place.page or 0)
        begin, end = (*document.page_starts, len(document.text))[page - 1 : page + 1]
        before, text = document.text[begin : place.start], document.text[place.start : min(place.end, end)]
        try:
            picture = self._drawn(document.file, document.sha256, document.member, page, before, text)
        except FileChanged:
            return note(phrase("file_changed", language))
        except RodeDraadError as error:
            reason = why(error, language, self._library.told).rstrip(".")
            return note(phrase("page_not_shown", language, why=reason))
        return picture_html(picture, place, page, place.end > end, language)

    def _draw(
        self, file: str, sha256: str, member: tuple[str, ...], page: int, before: str, text: str
    ) -> Picture:
        data = self._library.read(file)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FileChanged
        with ParserPool(load_settings(self._index.home).limits, 1) as parsers:
            return parsers.draw_page(file, data, member, page, before, text)


def _beginning(generation: Snapshot, query: Mapping[str, str], number: str) -> Place | None:
    """The beginning of a page, as a place without text; None if there is no such page."""
    found = find_document(generation, query.get("document", ""))
    starts = found[0].page_starts if found else ()
    if found is None or not re.fullmatch("[0-9]{1,9}", number) or not 1 <= int(number) <= len(starts):
        return None
    start = starts[int(number) - 1]
    return Place(1, found[0], start, start)


def picture_html(picture: Picture, place: Place, page: int, goes_on: bool, language: str) -> str:
    """The picture of a page, with the quote marked; `goes_on` if the quote ends on the next page."""
    return render(
        "page/pdf_page.html",
        picture=picture,
        png=base64.b64encode(picture.png).decode(),
        place=place,
        page=page,
        pages=len(place.document.page_starts),
        goes_on=goes_on,
        language=language,
    )
