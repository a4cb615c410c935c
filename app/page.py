"""Page: answers and sources as HTML, with every character of theirs escaped."""

from collections.abc import Sequence
from html import escape

from app.answer import Answer, Quote
from app.phrases import phrase, reference
from ingest.documents import Document

NEAREST = 3
"""How many passages an abstention shows."""


def conversation_html(answers: Sequence[Answer]) -> str:
    """The talk so far: each question, and its quotes as links to the source pane."""
    turns = "".join(_turn(number, answer) for number, answer in enumerate(answers))
    return f'<div class="talk" role="log" aria-live="polite">{turns}</div>'


def _turn(number: int, answer: Answer) -> str:
    understood = ""
    if answer.understood_as != answer.question:
        label = phrase("understood_as", answer.language)
        understood = f'<p class="understood">{label}: {escape(answer.understood_as)}</p>'
    body = _abstention(number, answer) if answer.abstained else _quotes(number, answer)
    return (
        f'<section class="turn" lang="{answer.language}">'
        f'<p class="question">{escape(answer.question)}</p>{understood}{body}</section>'
    )


def _quotes(number: int, answer: Answer) -> str:
    quotes = "".join(
        f'<blockquote lang="{quote.document.language}">{escape(quote.text)} '
        f"{_link(number, quote.citation)}</blockquote>"
        for quote in answer.quotes
    )
    sources = "".join(
        f"<li>{_link(number, quote.citation)} {escape(reference(quote.document, quote.page))}</li>"
        for quote in answer.quotes
    )
    title = phrase("sources", answer.language)
    return f'{quotes}<p class="sources">{title}</p><ul class="sources">{sources}</ul>'


def _abstention(number: int, answer: Answer) -> str:
    nearest = "".join(
        f'<blockquote class="nearest" lang="{hit.document.language}">{escape(hit.passage.text)}'
        f"<cite>{escape(reference(hit.document, hit.passage.page))}</cite></blockquote>"
        for hit in answer.hits[:NEAREST]
    )
    return (
        f'<p class="abstained">{phrase("no_answer", answer.language)}</p>'
        f"<details><summary>{phrase('nearest', answer.language)}</summary>{nearest}</details>"
    )


def _link(turn: int, citation: int) -> str:
    return (
        f'<a class="citation" href="#quote-{citation}" data-turn="{turn}" '
        f'data-citation="{citation}">[{citation}]</a>'
    )


def source_html(answer: Answer | None, citation: int = 1) -> str:
    """The whole document that a citation of the answer names, its quotes marked.

    The mark of the citation itself has the class "chosen".
    """
    quotes = answer.quotes if answer else ()
    chosen = next((quote for quote in quotes if quote.citation == citation), None)
    if chosen is None:
        return '<div class="source empty"></div>'
    document = chosen.document
    here = [quote for quote in quotes if quote.document.id == document.id]
    return (
        f'<article class="source" lang="{document.language}">'
        f'<header><a class="back" href="#conversation" aria-label="Back to the answer">↑</a>'
        f"<h2>{escape(document.title)}</h2><p>{escape(_byline(document))}</p></header>"
        f'<div class="text">{_marked(document.text, here, chosen)}</div></article>'
    )


def _byline(document: Document) -> str:
    citation = document.citation
    known = (citation.author, citation.publisher, citation.date, citation.url)
    return " · ".join(filter(None, (*known, document.id)))


def _marked(text: str, quotes: Sequence[Quote], chosen: Quote) -> str:
    parts, end = [], 0
    for quote in sorted(quotes, key=lambda quote: quote.start):
        kind = ' class="chosen"' if quote is chosen else ""
        parts.append(
            f'{escape(text[end : quote.start])}<mark id="quote-{quote.citation}"{kind} '
            f'data-citation="{quote.citation}">{escape(quote.text)}</mark>'
        )
        end = quote.end
    return "".join(parts) + escape(text[end:])
