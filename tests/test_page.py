"""The page's HTML: nothing of a document or a question is ever markup."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.answer import Answer, Quote
from app.page import conversation_html, source_html
from index.build import reindex
from index.search import Hit, Searcher
from ingest.documents import Citation, Document

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'${alert(3)}{{value}}"
TAG = re.compile(r"<[^>]*>")


def an_answer(text: str, title: str, question: str, start: int, end: int) -> Answer:
    document = Document("a.txt", "", "nl", Citation(title=title, author=title), text, ())
    passage = document.passage(0, len(text), [(start, end)])
    hit = Hit(1, 1.0, {}, passage, document)
    quote = Quote(1, text[start:end], document, start, end, None, hit)
    return Answer(question, question + "?", "nl", False, 0.9, (quote,), (hit,), 1.0)


def test_hostile_text_is_escaped_everywhere() -> None:
    answer = an_answer(HOSTILE, HOSTILE, HOSTILE, 0, len(HOSTILE))
    for html in (conversation_html([answer]), source_html(answer)):
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


@settings(deadline=None)
@given(text=st.text(min_size=1), data=st.data())
def test_the_source_pane_shows_the_text_to_the_letter(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    html = source_html(an_answer(text, "t", "q", start, end))
    shown = html.split('<div class="text">')[1].removesuffix("</div></article>")
    unescaped = TAG.sub("", shown)
    for entity, character in (
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&"),
    ):  # fmt: skip
        unescaped = unescaped.replace(entity, character)
    assert unescaped == text


def test_the_chosen_quote_is_marked_among_those_of_its_document(searcher: Searcher) -> None:
    from app.answer import answer

    given_answer = answer(searcher, "Wat drogen ze in de productie-eenheid in Cajamarca?")
    html = source_html(given_answer, 1)
    here = [q for q in given_answer.quotes if q.document.id == given_answer.quotes[0].document.id]
    assert html.count("<mark ") == len(here)
    assert html.count('class="chosen"') == 1


def test_a_citation_that_is_not_there_shows_nothing(searcher: Searcher) -> None:
    assert source_html(None) == '<div class="source empty"></div>'
    assert source_html(an_answer("abc", "t", "q", 0, 3), 7) == '<div class="source empty"></div>'


def test_an_abstention_shows_passages_that_are_marked_as_no_answer(tmp_path: Path) -> None:
    from app.answer import answer

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("De bessen worden in mei geplukt.", "utf-8")
    reindex(corpus, tmp_path / "home")
    given_answer = answer(Searcher(tmp_path / "home"), "Who wrote the Iliad and the Odyssey?")
    html = conversation_html([given_answer])
    assert "The sources hold no answer to this." in html
    assert "What comes nearest, though it is no answer:" in html
    assert "De bessen worden in mei geplukt." in html
    assert "citation" not in html
