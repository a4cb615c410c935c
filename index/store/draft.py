"""Draft: the next state of an index while it is written, wherever it is stored."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import time
from typing import Protocol

from rodedraad.index.encoders.base import Embedder, Embedding
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.segments import Record
from rodedraad.index.store.manifest import Entry, Manifest
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Document, Passage


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to write, and the embeddings of its passages as far as they are known."""

    source: Source
    document: Document
    passages: list[Passage]
    known: dict[str, Embedding]  # by `Passage.searched`

    def entry(self, key: int, record: Record) -> Entry:
        """The entry of the document, once it is written as `record`."""
        return Entry(
            path=self.source.id,
            sha256=self.document.sha256,
            size=self.source.size,
            mtime_ns=self.source.mtime_ns,
            declared_language=self.source.declared_language,
            language=self.document.language,
            citation=self.source.citation,
            own_title=self.document.own.title,
            read_at=time(),
            key=key,
            record=record,
            unread=self.document.unread,
            own_date=self.document.own.date,
            member=self.source.member,
        )


class Draft(Protocol):
    """The next state of an index, made of documents of the last one and of new ones."""

    added: list[Entry]
    """The documents that were written."""

    def write(self, new: NewDocument, known: Mapping[str, Embedding]) -> None:
        """Write a document; `known` has the embedding of each of its passages, by `Passage.searched`."""

    def finish(self, kept: Iterable[Entry]) -> list[Entry]:
        """Write what is left to write; the entry of each document, of those kept too.

        `kept` are the entries of the last state that stay.
        """

    def publish(self, manifest: Manifest) -> None:
        """Make it the published state of the index, all at once; the manifest has the entries finished."""

    def close(self) -> None:
        """Release what it holds. What is not published is removed, now or before the next is written."""


class NewDraft(Protocol):
    """Begins a draft."""

    def __call__(
        self, last: Snapshot | None, damaged: Collection[str], embedder: Embedder, static: StaticEmbedder
    ) -> Draft:
        """A draft that follows the state `last`, of which the files in `damaged` cannot be used."""


class Store(Protocol):
    """Where the states of an index are kept."""

    def current(self) -> str | None:
        """The id of the published state; None before the first. Raises IndexProblem if it is damaged."""

    def open(self) -> Snapshot:
        """Open the published state; raises IndexProblem if there is none, or it cannot be read."""

    def writing(self) -> AbstractContextManager[NewDraft]:
        """What begins drafts, one after another is published, for as long as no other process writes.

        Raises RodeDraadError if one does, or if the store cannot be written.
        """

    def problems(self) -> list[str]:
        """What is wrong with the published state, a sentence each; raises as `open`."""

    def exists(self) -> bool:
        """Whether anything was ever published."""

    def __str__(self) -> str:
        """The place of the index, as a person knows it."""
