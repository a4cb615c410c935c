"""Source pane: it marks what was quoted, and a link leads back to it."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.answering.answer import answer
from rodedraad.answering.place import Place
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from rodedraad.ingest.documents import Citation, Document
from rodedraad.page.permalink import follow, permalink_of
from rodedraad.page.source_pane import places, source_html

TAG = re.compile(r"<[^>]*>")
DRYING = "Wat drogen ze in de productie-eenheid in Cajamarca?"


def a_place(text: str, start: int, end: int) -> Place:
    return Place(1, Document("a.txt", "", "nl", Citation(title=text), text, ()), start, end)


@settings(deadline=None)
@given(text=st.text(min_size=1), data=st.data())
def test_the_source_pane_shows_the_text_to_the_letter(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    html = source_html([a_place(text, start, end)])
    shown = re.split('<div class="text"[^>]*>', html)[1].removesuffix("</div></article>")
    unescaped = TAG.sub("", shown)
    for entity, character in (
        ("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&"),
    ):  # fmt: skip
        unescaped = unescaped.replace(entity, character)
    assert unescaped == text


def test_the_chosen_quote_is_marked_among_those_of_its_document(searcher: Searcher) -> None:
    shown = places(answer(searcher, DRYING))
    here = [place for place in shown if place.document.id == shown[0].document.id]
    html = source_html(shown, 1)
    assert html.count("<mark ") == len(here)
    assert html.count('class="chosen"') == 1


def test_a_place_that_is_not_there_shows_nothing() -> None:
    nothing = '<div class="source empty"><p>The source appears here, with every quote highlighted.</p></div>'
    assert source_html([]) == nothing
    assert source_html([a_place("abc", 0, 3)], 7) == nothing


def test_the_first_quote_has_none_before_it_and_the_last_none_after() -> None:
    document = Document("a.txt", "", "nl", Citation(), "een twee drie", ())
    shown = [Place(1, document, 0, 3), Place(2, document, 4, 8), Place(3, document, 9, 13)]
    disabled = [re.findall(r'class="step (\w+)"[^>]* disabled', source_html(shown, n)) for n in (1, 2, 3)]
    assert disabled == [["previous"], [], ["next"]]


def test_an_abstention_points_to_the_nearest_passages_and_says_that_they_are_no_answer(
    searcher: Searcher,
) -> None:
    given_answer = answer(searcher, "Who wrote the Iliad and the Odyssey?")
    assert given_answer.abstained
    shown = places(given_answer)
    assert [place.text for place in shown] == [hit.passage.text for hit in given_answer.hits[:3]]
    html = source_html(shown, 2, 0, nearest=True, language="fr")
    assert "Sans réponse : passage 2 sur 3" in html
    assert '<article class="source nearest"' in html


def test_every_link_leads_to_its_quote(searcher: Searcher) -> None:
    for place in places(answer(searcher, DRYING)):
        query = dict(parse_qsl(permalink_of(place).removeprefix("?")))
        found = follow(searcher.generation, query)
        assert found is not None
        assert (found.document.id, found.text) == (place.document.id, place.text)


def test_a_link_finds_a_quote_that_moved_and_says_when_it_is_gone(tmp_path: Path) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    file = corpus / "bessen.txt"
    file.write_text("De bessen worden in mei geplukt. Daarna gaan ze naar de markt.", "utf-8")
    reindex(corpus, home)
    generation = Searcher.open(home).generation
    document, _ = generation.document(0)
    query = dict(parse_qsl(permalink_of(Place(1, document, 33, 62))[1:]))
    found = follow(generation, query)
    assert found is not None
    assert found.text == "Daarna gaan ze naar de markt."
    file.write_text("Nieuw begin. De bessen zijn rijp. Daarna gaan ze naar de markt. Einde.", "utf-8")
    reindex(corpus, home)
    moved = follow(Searcher.open(home).generation, query)
    assert moved is not None
    assert (moved.start, moved.text) == (34, "Daarna gaan ze naar de markt.")
    file.write_text("De bessen worden in mei geplukt. Daarna is het stil.", "utf-8")
    reindex(corpus, home)
    assert follow(Searcher.open(home).generation, query) is None


@given(
    st.dictionaries(
        st.sampled_from(["document", "start", "end", "check", "other"]),
        st.sampled_from(["vijf-projecten-in-peru.txt", "-1", "0", "9" * 30, "x", "", "../..", "12"]),
    )
)
def test_a_forged_link_leads_nowhere(searcher: Searcher, query: dict[str, str]) -> None:
    assert follow(searcher.generation, query) is None


def test_a_link_to_more_than_a_quote_leads_nowhere(searcher: Searcher) -> None:
    document, _ = searcher.generation.document(0)
    whole = Place(1, document, 0, len(document.text))
    beyond = Place(1, document, len(document.text) - 20, 99_999_999)
    for place in (whole, beyond):
        assert follow(searcher.generation, dict(parse_qsl(permalink_of(place)[1:]))) is None
