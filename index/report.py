"""Report: what a re-index did, or would do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rodedraad.index.plan import Decision
from rodedraad.index.states import State
from rodedraad.index.store.manifest import Entry


@dataclass(slots=True)
class Report:
    """Documents by id, in the order of their folders and names; no files that only hold others."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # id → reason
    partial: dict[str, list[str]] = field(default_factory=dict)  # id → what of it was not read
    waiting: list[str] = field(default_factory=list)  # not read yet, for it was cancelled
    passed_over: list[str] = field(default_factory=list)  # files of other kinds
    damaged: list[str] = field(default_factory=list)  # files of the previous generation, rebuilt
    passages: int = 0

    def note(self, decision: Decision) -> None:
        """List the documents that a decision is about."""
        if decision.reason:
            self.failed[decision.source.id] = str(decision.reason)
        lists = {State.NEW: self.added, State.CHANGED: self.changed, State.INDEXED: self.unchanged}
        for fate in decision.fates:
            if fate.has_text and fate.state in lists:
                lists[fate.state].append(fate.source.id)

    def complete(self, entries: Iterable[Entry]) -> None:
        """Put the lists in order, and list of which of the documents parts could not be read."""
        for ids in (self.added, self.changed, self.unchanged):
            ids.sort(key=by_path)
        self.failed = {id: self.failed[id] for id in sorted(self.failed, key=by_path)}
        self.partial = {entry.path: list(map(str, entry.unread)) for entry in entries if entry.unread}


def by_path(id: str) -> list[str]:
    """Sorts ids as `scan` does: by folder, then by name."""
    return id.split("/")
