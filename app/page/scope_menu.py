"""Scope menu: where a reader chooses which documents are searched."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rodedraad.index.scope import NothingInScope, Scope, period
from rodedraad.index.store.manifest import Entry
from rodedraad.page.accent_folding import looked_for
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

MOST_CHOICES_SHOWN = 100  # documents and folders


@dataclass(frozen=True, slots=True)
class _Row:
    """A folder or document to choose."""

    id: str  # of a folder with a slash at its end
    title: str
    count: int = 0  # of the documents in a folder


def menu_html(entries: Sequence[Entry], language: str) -> str:
    """The menu, closed: the languages and dates that there are; its list is fetched when it is opened."""
    return render(
        "page/scope.html",
        language=language,
        count=len(entries),
        languages=Counter(entry.language for entry in entries).most_common(),
        has_dates=any(period(entry.date) for entry in entries),
    )


def choices(entries: Sequence[Entry], scope: Scope, find: str, language: str) -> dict[str, Any]:
    """The documents and folders that match `find`, as HTML; and how many documents are in the scope."""
    try:
        count = len(scope.numbers(entries))
        told = phrase("scope_some", language, count=f"{count:,}", total=f"{len(entries):,}")
    except NothingInScope:
        count, told = 0, phrase("scope_nothing", language)
    rows = _rows(entries, scope, find)
    shown = render(
        "page/choices.html",
        rows=rows[:MOST_CHOICES_SHOWN],
        more=len(rows) > MOST_CHOICES_SHOWN,
        chosen=scope.documents,
        most=MOST_CHOICES_SHOWN,
        language=language,
    )
    return {"rows": shown, "told": told, "count": count}


def _rows(entries: Sequence[Entry], scope: Scope, find: str) -> list[_Row]:
    """What is chosen first, then folders, then documents."""
    folders = Counter(
        entry.path[: at + 1] for entry in entries for at, letter in enumerate(entry.path) if letter == "/"
    )
    rows = [_Row(folder, folder, count) for folder, count in sorted(folders.items())]
    rows += [_Row(entry.path, entry.title) for entry in entries]
    is_meant = looked_for(find)
    found = [row for row in rows if is_meant(row.id, row.title)]
    return sorted(found, key=lambda row: row.id not in scope.documents)
