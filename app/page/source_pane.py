"""Source pane: the whole source beside the answer, with its quotes marked."""

from collections.abc import Sequence

from rodedraad.answering.answer import Answer
from rodedraad.answering.citation_formats import FORMATS, position
from rodedraad.answering.place import Place
from rodedraad.ingest.documents import Document
from rodedraad.ingest.formats import PICTURES
from rodedraad.page.document_glosses import gloss_query, has_glosses
from rodedraad.page.permalink import document_link, page_link, permalink_of
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

NEAREST = 3
"""How many passages an abstention shows."""

WINDOW = 40_000
"""Characters of a document that are shown at once; of a longer one, the rest is leafed to."""

SHOWN_BEFORE = 10_000
"""Of these, the characters before a place that is shown."""

LINE = 1_000
"""Characters after which a window begins within a line, if none begins sooner."""


def places(answer: Answer) -> list[Place]:
    """The places that an answer cites: its quotes, or the nearest passages if it abstained."""
    if answer.abstained:
        nearest = enumerate(answer.hits[:NEAREST], 1)
        return [Place(n, hit.document, hit.passage.start, hit.passage.end) for n, hit in nearest]
    return [Place(quote.citation, quote.document, quote.start, quote.end) for quote in answer.cited]


def source_html(
    shown: Sequence[Place],
    number: int = 1,
    turn: int = -1,
    nearest: bool = False,
    language: str = "en",
    count: int = 0,
) -> str:
    """The document that holds one of the places, all of them in it marked; a window of a long one.

    The place with `number` has the class "chosen"; `turn` counts the answers from 0 and is -1
    for a place that a link names. `nearest`: the places are not an answer. `language` is the
    page's. `count`: how many places there were, if some are no longer in the documents.
    """
    count = count or len(shown)
    chosen = next((place for place in shown if place.number == number), None)
    if chosen is None:
        why = "quote_gone" if 1 <= number <= count else "source_empty"
        return render("page/source_empty.html", why=why, language=language)
    label = phrase("nearest_number" if nearest else "quote_number", language, number=number, count=count)
    here = [place for place in shown if place.document.id == chosen.document.id]
    return pane_html(
        chosen.document, chosen.start - SHOWN_BEFORE, here, chosen, language,
        label=label, count=count, turn=turn, nearest=nearest,
    )  # fmt: skip


def pane_html(
    document: Document,
    start: int,
    shown: Sequence[Place],
    chosen: Place | None,
    language: str,
    label: str = "",
    count: int = 0,
    turn: int = -1,
    nearest: bool = False,
    words: str = "",
) -> str:
    """A document, or a window of a long one from `start` on, with places in it marked.

    `label` names the chosen one of `count` places; `words` are those that were looked for.
    """
    text = document.text
    start, end = window(text, start)
    marks = sorted((p for p in shown if start <= p.start and p.end <= end), key=lambda place: place.start)
    ends = [start, *(place.end for place in marks)]
    at = chosen.start if chosen else start
    return render(
        "page/source.html",
        document=document,
        chosen=chosen,
        label=label,
        count=count,
        turn=turn,
        nearest=nearest,
        language=language,
        link=permalink_of(chosen) if chosen else document_link(document.id, start),
        printed=has_printed_pages(document),
        page=permalink_of(chosen) if chosen else page_link(document.id, document.page_at(at) or 1),
        byline=_byline(document, at),
        recognised=document.is_recognised_at(at),
        copies={name: write(chosen) for name, write in FORMATS.items()} if chosen else {},
        marks=[(text[end : place.start], place) for end, place in zip(ends, marks, strict=False)],
        rest=text[ends[-1] : end],
        start=start,
        earlier=max(start - WINDOW, 0) if start else None,
        later=end if end < len(text) else None,
        share=(start, end, len(text)),
        words=words,
        gloss=gloss_query(document.id, start, end) if has_glosses(document.language, language) else "",
    )


def window(text: str, start: int) -> tuple[int, int]:
    """The stretch of a text to show from about `start` on: all of a short one, else from line to line."""
    if len(text) <= WINDOW:
        return 0, len(text)
    start = max(min(start, len(text) - 1), 0)
    return _line(text, start), _line(text, start + WINDOW)


def _line(text: str, at: int) -> int:
    """Where the first line begins that begins at a character or soon after it; else that character."""
    if at <= 0 or at >= len(text):
        return min(max(at, 0), len(text))
    return text.find("\n", at - 1, at + LINE) + 1 or at


def is_printed(place: Place) -> bool:
    """Whether a place is on a page of a PDF or picture, which can be shown as it is printed."""
    return bool(place.page) and has_printed_pages(place.document)


def has_printed_pages(document: Document) -> bool:
    """Whether a document is a PDF or picture, whose pages can be shown as they are printed."""
    return bool(document.page_starts) and document.id.lower().endswith((".pdf", *PICTURES))


def _byline(document: Document, at: int) -> str:
    citation = document.citation
    where = position(document, at)
    known = (citation.author, citation.publisher, citation.date, *where, citation.url, document.id)
    return " · ".join(filter(None, known))
