"""Evidence: the whole source beside the answer, its quotes marked, and a lasting link to each."""

import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from rodedraad.answering.answer import Answer
from rodedraad.answering.citation_formats import FORMATS, Place
from rodedraad.index.store.generation import Generation
from rodedraad.texts.phrases import phrase, position

NEAREST = 3
"""How many passages an abstention shows."""

CHECKED = 12
"""Hexadecimal digits of a quote's SHA-256 in its link."""


def places(answer: Answer) -> list[Place]:
    """What an answer points to: its quotes, or the nearest passages where it abstained."""
    if answer.abstained:
        nearest = enumerate(answer.hits[:NEAREST], 1)
        return [Place(n, hit.document, hit.passage.start, hit.passage.end) for n, hit in nearest]
    return [Place(quote.citation, quote.document, quote.start, quote.end) for quote in answer.cited]


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

    A quote that moved within its document is found where one of its sentences begins.
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
    begins = (begin for passage in passages for begin, _ in (*passage.sentences, (passage.start, 0)))
    for begin in (start, *begins):
        place = Place(1, document, begin, begin + end - start)
        if _check(place.text) == check:
            return place
    return None


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:CHECKED]


def source_html(
    shown: Sequence[Place], number: int = 1, turn: int = -1, nearest: bool = False, language: str = "en"
) -> str:
    """The whole document that holds one of the places, all of them in it marked.

    The place with `number` has the class "chosen"; `turn` counts the answers from 0 and is -1
    for a place that a link names. `nearest` says that the places are no answer; `language` is
    that of the page's own words.
    """
    chosen = next((place for place in shown if place.number == number), None)
    if chosen is None:
        return f'<div class="source empty"><p>{phrase("source_empty", language)}</p></div>'
    document = chosen.document
    here = [place for place in shown if place.document.id == document.id]
    return (
        f'<article class="source{" nearest" if nearest else ""}" data-turn="{turn}" '
        f'data-number="{number}" data-link="{escape(link(chosen))}" lang="{document.language}" '
        f'aria-label="{phrase("source", language)}">'
        f'<header lang="{language}">{_tools(chosen, len(shown), nearest, language)}'
        f'<h2 lang="{document.language}">{escape(document.title)}</h2>'
        f"<p>{escape(_byline(chosen))}</p></header>"
        f'<div class="text" tabindex="0">{_marked(document.text, here, chosen)}</div>'
        f"{_sheet(language) if is_printed(chosen) else ''}</article>"
    )


def _tools(chosen: Place, count: int, nearest: bool, language: str) -> str:
    """Where we are among the quotes, how to go on, and the ways to copy this one."""

    def say(name: str) -> str:
        return escape(phrase(name, language))

    where = say("nearest_number" if nearest else "quote_number").format(number=chosen.number, count=count)
    steps = "".join(
        f'<button type="button" class="step {name}" data-number="{to}" aria-label="{say(name)}"'
        f"{'' if 1 <= to <= count else ' disabled'}>{arrow}</button>"
        for name, to, arrow in (("previous", chosen.number - 1, "‹"), ("next", chosen.number + 1, "›"))
    )
    views = "".join(
        f'<button type="button" data-view="{name}" aria-pressed="{"true" if name == "text" else "false"}">'
        f"{say(f'view_{name}')}</button>"
        for name in ("text", "page")
    )
    view = f'<div class="view" role="group" aria-label="{say("view")}">{views}</div>'
    copies = "".join(
        f'<button type="button" data-copy="{escape(write(chosen))}">{say(f"copy_{name}")}</button>'
        for name, write in FORMATS.items()
    )
    return (
        f'<div class="tools" role="group" aria-label="{say("quotes")}">'
        f"<span>{where}</span>{steps}{view if is_printed(chosen) else ''}"
        f'<details class="copy" data-copied="{say("copied")}"><summary>{say("copy")}</summary><div>{copies}'
        f'<button type="button" data-copy="" class="link">{say("copy_link")}</button></div></details>'
        f'<button type="button" class="close" aria-label="{say("close")}" title="Esc">×</button></div>'
    )


def is_printed(place: Place) -> bool:
    """Whether a place stands on a page of a PDF, which can be shown as it is printed."""
    return bool(place.page) and place.document.id.lower().endswith(".pdf")


def _sheet(language: str) -> str:
    """Where the browser puts the page of a PDF, and what it says until then, or if it never comes."""
    drawing, failed = (escape(phrase(name, language)) for name in ("page_drawing", "page_not_had"))
    return (
        f'<div class="sheet" tabindex="0" aria-live="polite" lang="{language}" '
        f'data-drawing="{drawing}" data-failed="{failed}"></div>'
    )


def _byline(place: Place) -> str:
    citation = place.document.citation
    where = position(place.document, place.start)
    known = (citation.author, citation.publisher, citation.date, *where, citation.url, place.document.id)
    return " · ".join(filter(None, known))


def _marked(text: str, here: Sequence[Place], chosen: Place) -> str:
    parts, end = [], 0
    for place in sorted(here, key=lambda place: place.start):
        kind = ' class="chosen" tabindex="-1"' if place is chosen else ""
        parts.append(
            f'{escape(text[end : place.start])}<mark data-number="{place.number}"{kind}>'
            f"{escape(place.text)}</mark>"
        )
        end = place.end
    return "".join(parts) + escape(text[end:])
