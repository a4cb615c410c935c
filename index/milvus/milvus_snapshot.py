"""Milvus snapshot: a published state of an index, asked through the server."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Embedding, Vectors
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.milvus import pieces
from rodedraad.index.milvus.client import Client, MilvusRow
from rodedraad.index.milvus.milvus_state import Names, filter_of, read_state
from rodedraad.index.milvus.milvus_words import MilvusWords
from rodedraad.index.milvus.passage_rows import PROPOSED_FIELDS, Proposed, embedding_of, row_id
from rodedraad.index.store.check import document_problems
from rodedraad.index.store.manifest import Entry, IndexProblem, damaged
from rodedraad.index.store.passage_segments import PLACE
from rodedraad.index.store.records import PASSAGES_FOLDER, unpack_text
from rodedraad.index.store.snapshot import Snapshot, Within
from rodedraad.index.vector_index import Numbers
from rodedraad.ingest.documents import Document, Passage

SETTLED = 30.0
"""Seconds after which every server of a cluster has what was there when a state was opened.

Milvus' level "Bounded" may answer with what was there some seconds ago, 5 by its defaults, and waits for
nothing; "Strong" waits until all that was written is there.
"""

PASSAGES_AT_ONCE = 500
"""Passages that are read in a call."""

PASSAGES_KEPT, DOCUMENTS_KEPT = 20_000, 64
"""What is kept in memory: passages as they are proposed, about 1 kB each; documents with their texts."""

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Values by number, kept in memory until there are too many. Thread-safe."""

    def __init__(self, most: int, load: Callable[[Sequence[int]], Mapping[int, Value]]) -> None:
        """Keep up to `most` values, which `load` loads many at once."""
        self._most, self._load, self._lock = most, load, Lock()
        self._kept: dict[int, Value] = {}

    def of(self, numbers: Sequence[int]) -> dict[int, Value]:
        """The values of some numbers; those that are not kept are loaded."""
        with self._lock:
            found = {number: self._kept[number] for number in numbers if number in self._kept}
        if missing := [number for number in numbers if number not in found]:
            loaded = self._load(missing)
            self.add(loaded)
            found |= loaded
        return found

    def add(self, values: Mapping[int, Value]) -> None:
        """Keep values, in place of those that came first."""
        with self._lock:
            self._kept |= values
            for number in list(self._kept)[: max(0, len(self._kept) - self._most)]:
                del self._kept[number]


class MilvusSnapshot(Snapshot):
    """A published state on a Milvus server."""

    def __init__(self, client: Client, id: str) -> None:
        """Open the state in the collection `id`; raises Gone if it was removed, IndexProblem on damage."""
        self.id, self.client = id, client
        self.state = read_state(client, id)
        super().__init__(self.state.manifest)
        self.collection = self.state.rows.passages
        self._texts = Names(client.address.name).texts
        keys = self.keys
        self._keys = keys.tolist()
        self._order = np.argsort(keys)
        self._sorted = keys[self._order]
        self._opened = monotonic()
        self._proposed = Cache(PASSAGES_KEPT, self._load_proposed)
        self._embeddings = Cache(PASSAGES_AT_ONCE, self._load_embeddings)
        self._documents = Cache(DOCUMENTS_KEPT, self._load_documents)

    def document(self, number: int) -> tuple[Document, list[Passage]]:
        """As `Snapshot.document`."""
        return self._documents.of([number])[number]

    def embedding(self, passage: int) -> Embedding:
        """As `Snapshot.embedding`."""
        return self._embeddings.of([passage])[passage]

    def fetch(self, passages: Sequence[int]) -> None:
        """As `Snapshot.fetch`; raises Gone if the state was removed: searches may have missed rows."""
        self._embeddings.of(passages)
        self._documents.of(list(dict.fromkeys(map(self.document_of, passages))))
        self.refuse_if_removed()

    def nearest(self, vector: Vectors, k: int, within: Within | None) -> dict[int, float]:
        """As `Snapshot.nearest`, as far as the server's index finds them."""
        return self.search("vector", vector.tolist(), k, within.keys if within else None)

    def cosines(self, vector: Vectors, passages: Numbers) -> dict[int, float]:
        """As `Snapshot.cosines`."""
        rows = self.rows(passages.tolist(), ["vector"])
        return {number: float(np.array(row["vector"], np.float32) @ vector) for number, row in rows.items()}

    def places(self, passages: Numbers) -> npt.NDArray[np.void]:
        """As `Snapshot.places`."""
        places = np.zeros(len(passages), PLACE)
        proposed = self.proposed(passages.tolist())
        for at, number in enumerate(passages.tolist()):
            places[at]["start"] = proposed[number].start
            places[at]["language"] = proposed[number].language.encode()
        return places

    def words(self, static: StaticEmbedder) -> MilvusWords:
        """As `Snapshot.words`."""
        return MilvusWords(self.state.counts, static, self.search, self.proposed)

    def verify(self) -> None:
        """As `Snapshot.verify`: whether all its passages are there."""
        if (
            self.passages
            and self.client.count(self.collection, filter_of(self.state.rows.segments)) != self.passages
        ):
            raise self._lost()

    def damaged_files(self, checksums: bool) -> list[str]:
        """As `Snapshot.damaged_files`: the segments of damaged documents, which only reading finds."""
        entries = self.manifest.documents if checksums else ()
        return sorted(
            {
                f"{PASSAGES_FOLDER}/{entry.record.segment}.rows"
                for entry in entries
                if document_problems(self, entry)
            }
        )

    def stored(self, entry: Entry) -> tuple[Document, list[Passage], list[Embedding]]:
        """As `Snapshot.stored`."""
        document, passages = self._read_documents([entry])[entry.key]
        keys = range(entry.key, entry.key + entry.passages)
        rows = self._read(dict.fromkeys(keys, entry.record.segment), ["vector", "tokens"])
        if len(rows) != entry.passages:
            raise self._lost(entry)
        return document, passages, [embedding_of(rows[key]) for key in keys]

    def held(self, entries: Iterable[Entry]) -> list[Proposed]:
        """The passages of some documents, as they are proposed; what is missing is left out."""
        segments = {
            key: entry.record.segment
            for entry in entries
            for key in range(entry.key, entry.key + entry.passages)
        }
        return [Proposed.of(row) for row in self._read(segments, PROPOSED_FIELDS).values()]

    def close(self) -> None:
        """As `Snapshot.close`; the connection is the process's."""

    def search(
        self, field: str, vector: object, k: int, documents: Iterable[int] | None = None
    ) -> dict[int, float]:
        """The numbers of the k passages with the greatest inner product, and these products.

        `documents` holds the keys of the documents that are searched, if not all are.
        """
        if not self.passages or k < 1:
            return {}
        level = "Strong" if monotonic() - self._opened < SETTLED else "Bounded"
        filter = filter_of(self.state.rows.segments, documents)
        found = self.client.search(
            self.collection, field, vector, k, filter, ["key", *PROPOSED_FIELDS], level
        )
        numbers = self._numbers([hit["entity"]["key"] for hit in found])
        self._proposed.add(
            {number: Proposed.of(hit["entity"]) for number, hit in zip(numbers, found, strict=True)}
        )
        return {number: float(hit["distance"]) for number, hit in zip(numbers, found, strict=True)}

    def proposed(self, passages: Sequence[int]) -> dict[int, Proposed]:
        """What is known of some passages without reading their documents, by their numbers."""
        return self._proposed.of(passages)

    def refuse_if_removed(self) -> None:
        """Raise Gone if the state was removed, as it was replaced long ago."""
        if self.client.alias(self.client.address.name) != self.id and not self.client.has(self.id):
            raise self.client.gone()

    def _lost(self, entry: Entry | None = None) -> IndexProblem:
        """The error where rows are missing, of a document if given; raises Gone if the state was removed."""
        self.refuse_if_removed()
        return damaged(f"{self.client.address} ({entry.path})" if entry else self.client.address)

    def _numbers(self, keys: Sequence[int]) -> list[int]:
        """The numbers of passages with these keys."""
        numbers: list[int] = self._order[np.searchsorted(self._sorted, np.array(keys, np.int64))].tolist()
        return numbers

    def rows(self, passages: Sequence[int], fields: Sequence[str]) -> dict[int, MilvusRow]:
        """Some fields of the rows of some passages, by number; raises IndexProblem if one is missing."""
        segments = {
            self._keys[number]: self.manifest.documents[self.document_of(number)].record.segment
            for number in passages
        }
        rows = self._read(segments, fields)
        if len(rows) != len(segments):
            raise self._lost()
        return {number: rows[self._keys[number]] for number in passages}

    def _read(self, segments: Mapping[int, str], fields: Sequence[str]) -> dict[int, MilvusRow]:
        """The rows with these keys, in these segments, by key; what is missing is left out."""
        ids = [row_id(segment, key) for key, segment in segments.items()]
        found: dict[int, MilvusRow] = {}
        for start in range(0, len(ids), PASSAGES_AT_ONCE):
            for row in self.client.rows(
                self.collection, ids[start : start + PASSAGES_AT_ONCE], ["key", *fields]
            ):
                found[row["key"]] = row
        return found

    def _load_proposed(self, passages: Sequence[int]) -> dict[int, Proposed]:
        return {number: Proposed.of(row) for number, row in self.rows(passages, PROPOSED_FIELDS).items()}

    def _load_embeddings(self, passages: Sequence[int]) -> dict[int, Embedding]:
        rows = self.rows(passages, ["vector", "tokens"])
        return {number: embedding_of(row) for number, row in rows.items()}

    def _load_documents(self, numbers: Sequence[int]) -> dict[int, tuple[Document, list[Passage]]]:
        entries = [self.manifest.documents[number] for number in numbers]
        found = self._read_documents(entries)
        return {number: found[entry.key] for number, entry in zip(numbers, entries, strict=True)}

    def _read_documents(self, entries: Sequence[Entry]) -> dict[int, tuple[Document, list[Passage]]]:
        """Documents and their passages, by key; raises IndexProblem if one is damaged."""
        names = {entry.key: row_id(entry.record.segment, entry.key) for entry in entries}
        lengths = {names[entry.key]: entry.record.length for entry in entries}
        texts = pieces.read(self.client, self._texts, lengths)
        found = {}
        for entry in entries:
            text = texts.get(names[entry.key])
            if text is None or sha256(text) != entry.record.sha256:
                raise self._lost(entry)
            found[entry.key] = unpack_text(pieces.unpacked(text), entry)
        return found


def sha256(text: str) -> str:
    """The checksum of a packed text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
