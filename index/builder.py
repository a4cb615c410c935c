"""Builder: writes what a plan decides, and publishes it in parts, so that documents soon answer."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from threading import Event

from rodedraad.index.encoders.base import Embedder, Embedding
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.plan import Decision, Fate, Plan
from rodedraad.index.progress import WRITING, Cancelled, OnProgress, Progress, ReadingProgress
from rodedraad.index.report import Report, by_path
from rodedraad.index.settings import Settings
from rodedraad.index.store.draft import Draft, NewDocument, NewDraft, Store
from rodedraad.index.store.embedding_journal import EmbeddingJournal
from rodedraad.index.store.manifest import Entry, Manifest, Unread
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.index.store.waiting_documents import WaitingDocuments
from rodedraad.ingest.errors import Reason, RodeDraadError
from rodedraad.ingest.passages import split_passages

PART_SECONDS = 60.0
"""Seconds of reading after which what was read is published."""

PART_RATIO = 30
"""How many times longer than its publication a part takes, so that publishing costs 3 % at most."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every part is made with."""

    corpus: Path
    store: Store
    new_draft: NewDraft
    settings: Settings
    embedder: Embedder
    static: StaticEmbedder
    journal: EmbeddingJournal


class Builder:
    """Turns decisions into generations, each whole in itself.

    A document whose source has not been read yet stays as it is in the previous generation. Where none
    of that can be kept, for the model or the size of passages has changed or a file is damaged, all is
    published at once.
    """

    def __init__(
        self,
        shop: Workshop,
        old: Snapshot | None,
        plan: Plan,
        report: Report,
        on_progress: OnProgress,
        cancelled: Event,
    ) -> None:
        """Build on the generation `old`, by a plan that compares it; `report` gets what is done."""
        self._shop, self._old, self._plan, self._report = shop, old, plan, report
        self._on_progress, self._cancelled = on_progress, cancelled
        self._progress = ReadingProgress(on_progress, plan.to_read)
        self._in_parts = plan.is_reusable and not plan.damaged
        self._base = old  # the generation that is published
        self._held: dict[int, Entry] = {}  # what the next one keeps of it, by key
        if plan.is_reusable:
            known = chain.from_iterable(plan.known.values())
            self._held = {entry.key: plan.kept.get(entry.path, entry) for entry in known}
        self._decided: dict[str, Reason | None] = {}  # of sources by id, why they are unread
        self._seconds = PART_SECONDS
        self.documents: tuple[Entry, ...] = old.manifest.documents if old else ()
        """Those of the published generation."""

    def build(self, decisions: Iterator[Decision]) -> None:
        """Carry out the decisions, until they end or the work is cancelled."""
        try:
            while not self._finishes_part(decisions):
                pass
        finally:
            self._close_base()

    def _finishes_part(self, decisions: Iterator[Decision]) -> bool:
        """Carry out and publish the next part; whether it was the last."""
        shop = self._shop
        draft = shop.new_draft(self._base, self._plan.damaged, shop.embedder, shop.static)
        waiting = WaitingDocuments(draft, shop.embedder, shop.journal, self._progress.add, self._cancelled)
        with closing(draft):
            taken, at_end = self._take(decisions, waiting)
            if at_end or self._in_parts:
                self._settle(taken, {entry.path for entry in draft.added})
                self._publish(draft, at_end)
        return at_end or self._cancelled.is_set()

    def _take(self, decisions: Iterator[Decision], waiting: WaitingDocuments) -> tuple[list[Decision], bool]:
        """Write documents until the part is long enough; the decisions, and if they ended."""
        taken = []
        until = time.monotonic() + self._seconds
        try:
            for decision in decisions:
                taken.append(decision)
                if new := [self._new_document(fate) for fate in decision.fates if fate.is_written]:
                    waiting.add(new)
                else:
                    self._progress.skip(decision.source.size)
                if self._in_parts and time.monotonic() > until:
                    waiting.write()
                    return taken, False
            waiting.write()
        except Cancelled:
            return taken, False
        return taken, not self._cancelled.is_set()

    def _new_document(self, fate: Fate) -> NewDocument:
        """The document of a fate, split into passages, with the embeddings that still apply."""
        document, size = fate.document, self._shop.settings.passage_size
        known: dict[str, Embedding] = {}
        if fate.base:
            before, passages, embeddings = self._plan.read_record(fate.base)
            if self._plan.same_model:
                known = {p.searched: embedding for p, embedding in zip(passages, embeddings, strict=True)}
            if document is None and self._plan.same_size:
                return NewDocument(fate.source, before, passages, known)
            document = document or before
        assert document is not None
        return NewDocument(fate.source, document, split_passages(document, size), known)

    def _settle(self, taken: list[Decision], written: set[str]) -> None:
        """Note what was decided, but for files that were cancelled before they were written."""
        for decision in taken:
            id = decision.source.id
            if decision.fates and decision.fates[0].is_written and id not in written:
                continue
            kept = [fate.kept for fate in decision.fates if fate.kept]
            # a part that was published may have moved their records
            kept = [replace(entry, record=self._held.pop(entry.key).record) for entry in kept]
            for known in self._plan.known.get(id, ()):
                self._held.pop(known.key, None)
            self._held |= {entry.key: entry for entry in kept}
            self._decided[id] = decision.reason
            self._report.note(decision)

    def _publish(self, draft: Draft, at_end: bool) -> None:
        """Publish what was written and what stays, unless the published generation has it already."""
        sources = {source.id for source in self._plan.sources}
        kept = [entry for entry in self._held.values() if not at_end or entry.file in sources]
        if not kept and not draft.added:
            if not at_end:
                return
            reasons = "".join(f"\n  {id}: {reason}" for id, reason in sorted(self._report.failed.items()))
            raise RodeDraadError(f"No document in {self._shop.corpus} can be read:{reasons}")
        shop, base = self._shop, self._base
        manifest = Manifest(
            model=shop.embedder.name,
            fingerprint=shop.embedder.fingerprint,
            dimension=shop.embedder.dimension,
            words=shop.static.fingerprint,
            settings=shop.settings.of_index(),
            documents=_sorted(kept),
            unread=self._unread(),
        )
        if base and not draft.added and not self._plan.damaged and manifest == base.manifest:
            return
        started = time.monotonic()
        if at_end:
            self._on_progress(Progress(WRITING, 0, 1))
        manifest = replace(manifest, documents=_sorted(draft.finish(manifest.documents)))
        draft.publish(manifest)
        self.documents = manifest.documents
        if at_end:
            self._on_progress(Progress(WRITING, 1, 1))
            return
        self._progress.add(0, 0)  # whoever follows can open it
        self._close_base()
        self._base = shop.store.open()
        self._held = {entry.key: entry for entry in self._base.manifest.documents}
        self._seconds = max(PART_SECONDS, PART_RATIO * (time.monotonic() - started))

    def _unread(self) -> tuple[Unread, ...]:
        """The sources that cannot be read; of those not read yet, as the previous generation has them."""
        before = {file.path: file for file in self._old.manifest.unread} if self._old else {}
        found = []
        for source in self._plan.to_read:
            if source.id not in self._decided:
                found += [before[source.id]] if source.id in before else []
            elif reason := self._decided[source.id]:
                found.append(Unread(source.id, source.size, source.mtime_ns, reason))
        return tuple(sorted(found, key=lambda file: by_path(file.path)))

    def _close_base(self) -> None:
        """Release the generation that is built on, but for the one that the plan reads."""
        if self._base and self._base is not self._old:
            self._base.close()

    @property
    def waiting(self) -> list[str]:
        """The ids of the sources that were not read."""
        return [source.id for source in self._plan.to_read if source.id not in self._decided]


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: by_path(entry.path)))
