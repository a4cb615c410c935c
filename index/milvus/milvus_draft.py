"""Milvus draft: the next state of an index, written as rows that nobody sees until it is published."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from rodedraad.index.encoders.base import Embedder, Embedding
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.segments import Record, to_merge
from rodedraad.index.milvus import passage_rows, pieces
from rodedraad.index.milvus.client import Client, MilvusRow
from rodedraad.index.milvus.milvus_snapshot import MilvusSnapshot, sha256
from rodedraad.index.milvus.milvus_state import (
    MilvusState,
    Names,
    Segment,
    Segments,
    StateRows,
    WordCounts,
    now,
    write_state,
)
from rodedraad.index.milvus.passage_rows import passage_row, row_id, stems_of
from rodedraad.index.store.draft import NewDocument
from rodedraad.index.store.manifest import Entry, Manifest
from rodedraad.index.store.records import pack_text
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.documents import Document, Passage

INSERTED_AT_ONCE = 1_000
"""Passages that are inserted in a call: about 10 MB."""

KEYS = 1 << 16
"""Keys of a millisecond: processes that begin at different ones give different keys."""


class MilvusDraft:
    """The next state of an index on Milvus: a `Draft`."""

    def __init__(
        self,
        client: Client,
        last: MilvusSnapshot | None,
        embedder: Embedder,
        static: StaticEmbedder,
        deleted: Mapping[int, Iterable[int]],
        refuse_if_late: Callable[[], None],
    ) -> None:
        """Write nothing yet.

        `deleted` holds documents whose rows no longer exist, as they had been removed: their keys, by
        segment. `refuse_if_late` raises if another process has the lease to write.
        """
        self._client, self._last, self._refuse_if_late = client, last, refuse_if_late
        self._names = Names(client.address.name)
        self._collection = self._names.passages(embedder.fingerprint)
        self._analysis = analysis(static)
        self._counts = WordCounts()
        self._segments: Segments = {}
        self._extends = bool(
            last and last.collection == self._collection and last.manifest.words == static.fingerprint
        )
        if last and self._extends:
            self._counts = last.state.counts.copy()
            for number, own in last.state.rows.segments.items():
                removed = {key: n for key, n in own.removed.items() if key not in deleted.get(number, ())}
                self._segments[number] = Segment(own.live + sum(removed.values()), removed)
        entries = last.manifest.documents if last else ()
        self._segment = max([now(), *(number + 1 for number in self._segments)])
        self._key = max([self._segment * KEYS, *(e.key + max(e.passages, 1) for e in entries)])
        self._waiting: list[MilvusRow] = []
        self._written: list[int] = []  # passages of each document in the new segment
        self.added: list[Entry] = []
        passage_rows.create(client, self._collection, embedder.dimension)
        client.create(self._names.texts, pieces.FIELDS, pieces.INDEXES)

    def write(self, new: NewDocument, known: Mapping[str, Embedding]) -> None:
        """As `Draft.write`."""
        embeddings = [known[passage.searched] for passage in new.passages]
        record = self._record(self._key, new.document, new.passages, embeddings, is_counted=True)
        self.added.append(new.entry(self._key, record))
        self._key += max(len(new.passages), 1)

    def _record(
        self,
        key: int,
        document: Document,
        passages: Sequence[Passage],
        embeddings: Sequence[Embedding],
        is_counted: bool,
    ) -> Record:
        """Write the rows of a document in the new segment."""
        for number, (passage, embedding) in enumerate(zip(passages, embeddings, strict=True), key):
            words = self._analysis.with_parts(self._analysis.words(passage.searched), passage.language)
            stems = stems_of(words, passage.language, self._analysis)
            if is_counted:
                self._counts.add(words, stems)
            self._waiting.append(passage_row(self._segment, key, number, passage, words, stems, embedding))
        self._written.append(len(passages))
        if len(self._waiting) >= INSERTED_AT_ONCE:
            self._insert()
        text = pieces.packed(pack_text(document, list(passages)))
        rows = list(pieces.rows_of(row_id(self._segment, key), text, self._segment, key))
        pieces.insert(self._client, self._names.texts, rows)
        return Record(str(self._segment), 0, len(text), 0, len(passages), sha256(text))

    def _insert(self) -> None:
        for start in range(0, len(self._waiting), INSERTED_AT_ONCE):
            self._client.insert(self._collection, self._waiting[start : start + INSERTED_AT_ONCE])
        self._waiting = []

    def finish(self, kept: Iterable[Entry]) -> list[Entry]:
        """As `Draft.finish`."""
        kept = list(kept)
        if self._last:
            kept = self._merge(self._last, kept)
        self._insert()
        if self._written:
            self._segments[self._segment] = Segment(sum(self._written), {})
        return [*self.added, *kept]

    def _merge(self, last: MilvusSnapshot, kept: list[Entry]) -> list[Entry]:
        """The entries, with those of small and wasteful segments copied to the new one.

        All are copied where the last state has other words, or its passages are in another collection.
        """
        if self._extends:
            keys = {entry.key for entry in kept}
            self._remove(last, [entry for entry in last.manifest.documents if entry.key not in keys])
        rows = {str(number): own.rows for number, own in self._segments.items()}
        live = {str(number): own.live for number, own in self._segments.items()}
        merged = to_merge(rows, live, sum(entry.passages for entry in self.added))
        found = []
        for entry in kept:
            if self._extends and entry.record.segment not in merged:
                found.append(entry)
            else:
                document, passages, embeddings = last.stored(entry)
                record = self._record(entry.key, document, passages, embeddings, not self._extends)
                found.append(replace(entry, record=record))
        for segment in merged:
            del self._segments[int(segment)]
        return found

    def _remove(self, last: MilvusSnapshot, gone: Sequence[Entry]) -> None:
        """Show some documents of the last state no longer."""
        for entry in gone:
            own = self._segments[int(entry.record.segment)]
            own.removed[entry.key] = entry.passages
        for passage in last.held(gone):
            stems = stems_of(passage.words, passage.language, self._analysis)
            self._counts.remove(passage.words, stems)

    def publish(self, manifest: Manifest) -> None:
        """As `Draft.publish`."""
        self._refuse_if_late()
        state = MilvusState(StateRows(self._collection, self._segments), manifest, self._counts)
        published = self._names.moment_of(self._last.id) if self._last else 0
        id = self._names.state(max(now(), published + 1))
        write_state(self._client, id, state)
        self._refuse_if_late()
        if self._client.alias(self._names.index) is None:
            self._client.create_alias(self._names.index, id)
        else:
            self._client.alter_alias(self._names.index, id)

    def close(self) -> None:
        """As `Draft.close`; the rows are deleted before the next draft is written."""
