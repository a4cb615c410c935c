"""Document view: a document is opened, leafed through and searched, and never sent whole if it is long."""

import re

import pytest

from rodedraad.answering.place import Place
from rodedraad.index.search import Searcher
from rodedraad.ingest.documents import Citation, Document
from rodedraad.page.document_view import document_html, find
from rodedraad.page.source_pane import WINDOW, pane_html, source_html, window

FIFTY = "50-jaar-ontwikkelingssamenwerking-in-peru.txt"
LINES = "".join(f"Regel {n} van een lang verslag over de wol van lama {n}.\n" for n in range(100_000))
LONG = Document("lang.txt", "", "nl", Citation(), LINES, ())


def shown(html: str) -> str:
    """The text in a pane."""
    return re.sub("<[^>]*>", "", re.split('<div class="text"[^>]*>', html)[1].split("</div>")[0])


def test_of_a_long_document_a_window_is_sent_and_the_rest_is_leafed_to() -> None:
    assert len(LINES) > 5_000_000
    start, read = 0, ""
    while True:
        html = pane_html(LONG, start, [], None, "en")
        assert len(html) < WINDOW + 10_000
        read += shown(html)
        later = re.search(r'<button type="button" data-start="(\d+)">Later text', html)
        if not later:
            break
        start = int(later[1])
    assert read == LINES
    assert re.search(r'<button type="button" data-start="0" disabled>Later', html)


def test_leafing_back_misses_nothing_and_windows_begin_with_a_line() -> None:
    start, end = window(LINES, 3_000_000)
    assert (LINES[start - 1], LINES[end - 1]) == ("\n", "\n")
    earlier = window(LINES, start - WINDOW)
    assert earlier[1] >= start
    assert window(LINES, 10**9)[1] == window(LINES, len(LINES))[1] == len(LINES)
    assert window("a" * 100_000, 50_000) == (50_000, 90_000)
    assert window("kort", 3) == (0, 4)


def test_a_quote_far_into_a_long_document_is_marked_with_text_around_it() -> None:
    at = LINES.index("Regel 90000 ")
    html = source_html([Place(1, LONG, at, at + 20), Place(2, LONG, 0, 5)], 1)
    assert len(html) < WINDOW + 10_000
    assert re.findall(r"<mark [^>]*>([^<]*)</mark>", html) == [LINES[at : at + 20]]
    assert "Regel 89990 " in shown(html)
    assert "Quote 1 of 2" in html


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("cafe", ["Café", "CAFE"]),
        ("  in   de\tkade", ["in de\nkade"]),
        ("d'été", ["d’été"]),
        ("a.c", []),
        ("", []),
        (" ", []),
        ("((((", []),
    ],
)
def test_words_are_found_whatever_their_capitals_accents_and_spaces(words: str, places: list[str]) -> None:
    document = Document("a.txt", "", "nl", Citation(), "Café en CAFE, abc in de\nkade d’été.", ())
    assert [place.text for place in find(document, words)] == places


def test_the_first_place_after_what_is_read_is_chosen_and_then_its_neighbours(searcher: Searcher) -> None:
    def opened(**given: int) -> str:
        return document_html(searcher.generation, FIFTY, "en", words="Ontwikkelingssamenwerking", **given)

    count = len(re.findall("ontwikkelingssamenwerking", shown(opened()), re.IGNORECASE))
    assert f"Match 1 of {count}" in opened()
    assert f"Match {count} of {count}" in opened(number=count)
    assert f"Match {count} of {count}" in opened(number=10**9)
    assert "Match 1 of" not in opened(start=5_000)
    assert f"Match 1 of {count}" in opened(start=10**9)
    assert "Not found: kwartslag" in document_html(searcher.generation, FIFTY, "en", words="kwartslag")


def test_places_are_counted_up_to_a_bound() -> None:
    assert len(find(LONG, "lama")) == 1000


def test_a_document_that_is_not_there_is_told(searcher: Searcher) -> None:
    assert document_html(searcher.generation, "../README.md", "en") == (
        '<div class="source empty"><p>This document is no longer in the index.</p></div>'
    )


def test_what_is_looked_for_is_escaped(searcher: Searcher) -> None:
    html = document_html(searcher.generation, FIFTY, "en", words='"><script>alert(1)</script>')
    assert "<script" not in html
