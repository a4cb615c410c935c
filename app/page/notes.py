"""Notes: a paragraph that reports what was done, or why it was not."""

from rodedraad.texts.html_templates import render


def note(text: str, kind: str = "") -> str:
    """The text as a paragraph of HTML; `kind` is its class, such as "refused"."""
    return render("page/note.html", text=text, kind=kind)
