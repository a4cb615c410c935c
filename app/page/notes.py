"""Notes: a paragraph that reports what was done, or why it was not."""

from collections.abc import Callable

from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase
from rodedraad.texts.refusal import Refusal
from rodedraad.texts.translated_reasons import translated_reason

STATUS = "element.setAttribute('role', 'status')"
"""What the browser does with a part for notes, so that a screen reader announces them."""


def why(error: RodeDraadError, language: str, told: Callable[[RodeDraadError], str]) -> str:
    """Why something failed: refusals and unread files in the page's language, others as `told` gives it."""
    if isinstance(error, UnreadableDocument):
        return translated_reason(error.reason, language)
    return phrase(error.why, language, **error.given) if isinstance(error, Refusal) else told(error)


def note(text: str, kind: str = "") -> str:
    """The text as a paragraph of HTML; `kind` is its class, such as "refused"."""
    return render("page/note.html", text=text, kind=kind)
