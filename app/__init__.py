"""Rode Draad: ask your documents, and get verbatim quotes with citations.

    import rodedraad

    rodedraad.update_index("corpus", ".rodedraad")
    index = rodedraad.open_index(".rodedraad")
    answer = rodedraad.ask(index, "Sinds wanneer bestaat de coöperatie Cepicafe?")
    for quote in answer.quotes:
        print(f"[{quote.citation}] {quote.text} ({quote.document.title})")

What a function or a name needs is imported when it is used: `import rodedraad` alone loads no model.
"""

from collections.abc import Sequence
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rodedraad.answering.answer import Answer
    from rodedraad.answering.quotes import Quote
    from rodedraad.index.report import Report
    from rodedraad.index.search import Searcher
    from rodedraad.ingest.documents import Passage
    from rodedraad.ingest.errors import RodeDraadError

__all__ = ["Answer", "Passage", "Quote", "RodeDraadError", "ask", "open_index", "update_index"]

_VALUES = {
    "Answer": "rodedraad.answering.answer",
    "Passage": "rodedraad.ingest.documents",
    "Quote": "rodedraad.answering.quotes",
    "RodeDraadError": "rodedraad.ingest.errors",
}


def update_index(corpus: str | PathLike[str], home: str | PathLike[str]) -> "Report":
    """Build the index in the folder `home`, or bring it up to date with the documents in `corpus`.

    The report lists the ids of the documents that were added, changed, removed and left as they were,
    and the reason for each that could not be read. Raises RodeDraadError when there is nothing to index,
    when another process is indexing, or when the index is damaged.
    """
    from rodedraad.index.build import reindex

    return reindex(Path(corpus), Path(home))


def open_index(home: str | PathLike[str]) -> "Searcher":
    """Open the index in the folder `home` for questions; it stays as it is while it is open.

    Raises RodeDraadError when there is none, when it is damaged, or when another model made it.
    """
    from rodedraad.index.search import Searcher

    return Searcher.open(Path(home))


def ask(
    index: "Searcher",
    question: str,
    before: "Sequence[Answer]" = (),
    *,
    documents: Sequence[str] = (),
    languages: Sequence[str] = (),
    date_from: str = "",
    date_to: str = "",
) -> "Answer":
    """Answer a question by quotes from the documents; `before` holds the answers of the conversation so far.

    It looks in some of the documents alone: those that `documents` names by id, folder or pattern such as
    `reports/*.pdf`, in these languages (ISO 639-1), dated from and to a day, month or year (ISO 8601).
    An answer's `kind` is "answer", "no answer" where the documents hold none, or "not a question". Raises
    RodeDraadError for a question that is empty or too long, and where no document is within the choice.
    """
    from rodedraad.answering import conversation
    from rodedraad.index.scope import Scope

    scope = Scope(tuple(documents), tuple(languages), date_from, date_to)
    return conversation.ask(index, question, before, scope=scope)


def __getattr__(name: str) -> Any:
    """Import a value's class (PEP 562)."""
    if name not in _VALUES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_VALUES[name]), name)
