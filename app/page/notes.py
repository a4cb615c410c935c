"""Notes: a paragraph that reports what was done, or why it was not."""

from collections.abc import Callable

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase
from rodedraad.texts.refusal import Refusal


def why(error: RodeDraadError, language: str, told: Callable[[RodeDraadError], str]) -> str:
    """The message of an error: of a refusal in the page's language, of others as `told` gives it."""
    return phrase(error.why, language, **error.given) if isinstance(error, Refusal) else told(error)


def note(text: str, kind: str = "") -> str:
    """The text as a paragraph of HTML; `kind` is its class, such as "refused"."""
    return render("page/note.html", text=text, kind=kind)
