"""Phrases: the few sentences of our own around an answer, in the question's language."""

from typing import Final

from ingest.documents import Document

_PHRASES: Final = {
    "no_answer": {
        "nl": "Hierop geven de bronnen geen antwoord.",
        "en": "The sources hold no answer to this.",
        "fr": "Les sources ne répondent pas à cette question.",
        "es": "Las fuentes no responden a esta pregunta.",
        "de": "Darauf geben die Quellen keine Antwort.",
    },
    "nearest": {
        "nl": "Wat er het dichtst bij komt, maar geen antwoord is:",
        "en": "What comes nearest, though it is no answer:",
        "fr": "Ce qui s’en approche le plus, sans être une réponse :",
        "es": "Lo que más se acerca, aunque no es una respuesta:",
        "de": "Was dem am nächsten kommt, aber keine Antwort ist:",
    },
    "sources": {
        "nl": "Bronnen",
        "en": "Sources",
        "fr": "Sources",
        "es": "Fuentes",
        "de": "Quellen",
    },
    "understood_as": {
        "nl": "Begrepen als",
        "en": "Understood as",
        "fr": "Compris comme",
        "es": "Entendido como",
        "de": "Verstanden als",
    },
}


def phrase(name: str, language: str) -> str:
    """The phrase in a language (ISO 639-1); in English where we do not speak it."""
    translations = _PHRASES[name]
    return translations.get(language, translations["en"])


def reference(document: Document, page: int | None = None) -> str:
    """What a citation prints of a document: title, author, publisher, date and page, if given."""
    citation = document.citation
    place = f"p. {page}" if page else None
    parts = (citation.author, citation.publisher, citation.date, place, citation.url)
    return ", ".join([document.title, *filter(None, parts)])
