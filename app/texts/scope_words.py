"""Scope words: the documents that were searched for an answer, described in a language."""

from rodedraad.index.scope import Scope
from rodedraad.texts.phrases import phrase

MOST_CHOICES_NAMED = 3
"""Documents and folders that are named; of more, the rest is counted."""


def scope_in_words(scope: Scope, language: str) -> str:
    """What was chosen: documents and folders, languages and dates."""
    named = list(scope.documents)
    if len(named) > MOST_CHOICES_NAMED + 1:
        named[MOST_CHOICES_NAMED:] = [f"+ {len(named) - MOST_CHOICES_NAMED}"]
    spoken = [phrase(f"language_{code}", language) for code in scope.languages]
    dates = [
        phrase(name, language, date=date)
        for name, date in (("dated_from", scope.date_from), ("dated_to", scope.date_to))
        if date
    ]
    return " · ".join(", ".join(part) for part in (named, spoken, dates) if part)
