"""JSON format: answers and documents in the form that docs/api.md describes."""

from dataclasses import asdict
from typing import Any

from rodedraad.answering.answer import Answer
from rodedraad.answering.quotes import Quote
from rodedraad.index.scope import Scope
from rodedraad.index.search import Hit
from rodedraad.ingest.documents import Document


def turn_as_json(answer: Answer, passages: int) -> dict[str, Any]:
    """An answer as the JSON of a turn."""
    return {
        "kind": answer.kind,
        "question": answer.question,
        "understood_as": answer.understood_as,
        "language": answer.language,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "quotes": [
            {**_quote_as_json(quote), "also": [_quote_as_json(other) for other in quote.also]}
            for quote in answer.quotes
        ],
        "passages": [passage_as_json(hit) for hit in answer.hits[:passages]],
        "documents": list(answer.documents),
        "scope": scope_as_json(answer.scope),
        "milliseconds": round(answer.milliseconds, 2),
    }


def scope_as_json(scope: Scope) -> dict[str, Any]:
    """The documents that were chosen, by the names of the parameters that choose them."""
    return {
        "documents": list(scope.documents),
        "languages": list(scope.languages),
        "date_from": scope.date_from,
        "date_to": scope.date_to,
    }


def _quote_as_json(quote: Quote) -> dict[str, Any]:
    return {
        "citation": quote.citation,
        "text": quote.text,
        "document": quote.document.id,
        "start": quote.start,
        "end": quote.end,
        "page": quote.page,
        "section": list(quote.document.section_at(quote.start)),
    }


def passage_as_json(hit: Hit) -> dict[str, Any]:
    """A passage that was found."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "document": hit.document.id,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "page": hit.passage.page,
        "section": list(hit.passage.section),
        "text": hit.passage.text,
    }


def document_as_json(document: Document, start: int, end: int) -> dict[str, Any]:
    """A stretch of a document's reading text, and what a citation prints of it."""
    end = min(end, len(document.text))
    return {
        "document": document.id,
        **asdict(document.citation),
        "title": document.title,
        "language": document.language,
        "characters": len(document.text),
        "start": start,
        "end": end,
        "page": document.page_at(start),
        "text": document.text[start:end],
    }
