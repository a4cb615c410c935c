"""Source pane: the whole source beside the answer, with its quotes marked."""

from collections.abc import Sequence

from rodedraad.answering.answer import Answer
from rodedraad.answering.citation_formats import FORMATS, position
from rodedraad.answering.place import Place
from rodedraad.ingest.formats import PICTURES
from rodedraad.page.permalink import link
from rodedraad.texts.html_templates import render

NEAREST = 3
"""How many passages an abstention shows."""


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
    """The whole document that holds one of the places, all of them in it marked.

    The place with `number` has the class "chosen"; `turn` counts the answers from 0 and is -1
    for a place that a link names. `nearest`: the places are not an answer. `language` is the
    page's. `count` tells how many places there were, if some are no longer in the documents.
    """
    count = count or len(shown)
    chosen = next((place for place in shown if place.number == number), None)
    if chosen is None:
        why = "quote_gone" if 1 <= number <= count else "source_empty"
        return render("page/source_empty.html", why=why, language=language)
    marks = sorted(
        (place for place in shown if place.document.id == chosen.document.id), key=lambda place: place.start
    )
    ends = [0, *(place.end for place in marks)]
    return render(
        "page/source.html",
        chosen=chosen,
        count=count,
        turn=turn,
        nearest=nearest,
        language=language,
        link=link(chosen),
        printed=is_printed(chosen),
        byline=_byline(chosen),
        recognised=chosen.document.is_recognised_at(chosen.start),
        copies={name: write(chosen) for name, write in FORMATS.items()},
        marks=[
            (chosen.document.text[end : place.start], place) for end, place in zip(ends, marks, strict=False)
        ],
        rest=chosen.document.text[ends[-1] :],
    )


def is_printed(place: Place) -> bool:
    """Whether a place is on a page of a PDF or picture, which can be shown as it is printed."""
    return bool(place.page) and place.document.id.lower().endswith((".pdf", *PICTURES))


def _byline(place: Place) -> str:
    citation = place.document.citation
    where = position(place.document, place.start)
    known = (citation.author, citation.publisher, citation.date, *where, citation.url, place.document.id)
    return " · ".join(filter(None, known))
