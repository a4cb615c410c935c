"""Generation writer: writes the next generation from the previous one and from new documents."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from threading import Event
from time import time

from rodedraad.index.encoders.base import BATCH, Embedder, Embedding
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.safe_files import link
from rodedraad.index.files.segments import FLOAT, segment_of, to_merge, vectors_file
from rodedraad.index.progress import Cancelled
from rodedraad.index.store.embedding_journal import EmbeddingJournal
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import Entry, Files
from rodedraad.index.store.passage_segments import PassageSegmentWriter, Stored, files_of, read_passages
from rodedraad.index.store.records import PASSAGES, WORDS, pack_text, read_document
from rodedraad.index.words.word_index import waste
from rodedraad.index.words.word_writer import WordWriter
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Document, Passage

AT_ONCE = 64
"""Passages that are embedded between two looks at whether the work is cancelled."""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to write, and the embeddings of its passages as far as they are known."""

    source: Source
    document: Document
    passages: list[Passage]
    known: dict[str, Embedding]  # by `Passage.searched`

    def entry(self, key: int, known: dict[str, Embedding], segment: PassageSegmentWriter) -> Entry:
        """Write the document's record, with what is known of its passages."""
        passages = [Stored.of(passage, known[passage.searched]) for passage in self.passages]
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
            record=segment.append(pack_text(self.document, self.passages), passages),
            unread=self.document.unread,
            own_date=self.document.own.date,
            member=self.source.member,
        )


class GenerationWriter:
    """The files of the next generation. Files that stay the same are linked, not written."""

    def __init__(
        self,
        folder: Path,
        old: Generation | None,
        damaged: Collection[str],
        embedder: Embedder,
        static: StaticEmbedder,
        journal: EmbeddingJournal,
        advance: Callable[[int, int], None],
        cancelled: Event,
    ) -> None:
        """Write nothing yet.

        `folder` is the new generation's, `damaged` names files of the old one. `advance` receives the
        numbers of files and of their bytes finished since its last call. When `cancelled` is
        set, embedding raises Cancelled.
        """
        self._folder, self._old, self._damaged = folder, old, damaged
        self._embedder, self._static, self._journal, self._advance = embedder, static, journal, advance
        self._cancelled = cancelled
        before = old.manifest.documents if old else ()
        self._next_key = max((entry.key + max(entry.passages, 1) for entry in before), default=0)
        self._waiting: list[Sequence[NewDocument]] = []  # the documents of each file
        self._unknown = 0  # passages of those waiting that are not embedded yet
        self.added: list[Entry] = []  # the documents that were written
        self._open = ExitStack()

    @cached_property
    def _segment(self) -> PassageSegmentWriter:
        folder = self._folder / PASSAGES
        folder.mkdir()
        writer = PassageSegmentWriter(folder, self._folder.name, self._embedder.dimension)
        return self._open.enter_context(closing(writer))

    @cached_property
    def _old_words(self) -> Path | None:
        return _reusable_words(self._old, self._damaged, self._static)

    @cached_property
    def _words(self) -> WordWriter:
        files = self._old.manifest.files if self._old else ()
        words = [name.removeprefix(f"{WORDS}/") for name in files]
        folder = self._folder / WORDS
        return self._open.enter_context(
            closing(WordWriter(folder, self._folder.name, self._static, self._old_words, words))
        )

    def close(self) -> None:
        """Close the files, finished or not."""
        self._open.close()

    def add(self, documents: Sequence[NewDocument]) -> None:
        """Add the documents of a file; they may wait until there are enough passages to embed.

        All are written or, if the work is cancelled, none.
        """
        self._waiting.append(documents)
        self._unknown += sum(
            passage.searched not in new.known for new in documents for passage in new.passages
        )
        if self._unknown >= BATCH:
            self.write_waiting()

    def write_waiting(self) -> None:
        """Embed and write the documents that wait."""
        known = self._embeddings()
        for new in chain.from_iterable(self._waiting):
            entry = new.entry(self._next_key, known, self._segment)
            self._words.add(entry.key, _texts(new.passages))
            self._next_key += max(entry.passages, 1)
            self.added.append(entry)
        self._advance(len(self._waiting), 0)
        self._waiting, self._unknown = [], 0

    def _embeddings(self) -> dict[str, Embedding]:
        """The embedding of each passage that waits: known, from the journal, or computed now."""
        waiting = list(chain.from_iterable(self._waiting))
        known: dict[str, Embedding] = {}
        for new in waiting:
            known |= new.known
        texts = dict.fromkeys(passage.searched for new in waiting for passage in new.passages)
        for text in texts.keys() - known.keys():
            if embedding := self._journal.get(text):
                known[text] = embedding
        unknown = [text for text in texts if text not in known]
        order = sorted(range(len(unknown)), key=lambda place: (place // BATCH, len(unknown[place])))
        unknown = [unknown[place] for place in order]  # those of one length together: little is padded
        size = sum(documents[0].source.size for documents in self._waiting)
        reported = 0
        for start in range(0, len(unknown), AT_ONCE):
            if self._cancelled.is_set():
                raise Cancelled
            batch = unknown[start : start + AT_ONCE]
            embeddings = self._embedder.embeddings(batch)
            self._journal.add(batch, embeddings)
            known |= zip(batch, embeddings, strict=True)
            done = size * (start + len(batch)) // len(unknown)
            self._advance(0, done - reported)
            reported = done
        self._advance(0, size - reported)
        return known

    def finish(self, kept: Iterable[Entry]) -> tuple[list[Entry], Files]:
        """Flush what was written to disk; every entry and every file of the generation.

        `kept` are the entries of the old generation that stay. Documents that wait are left out.
        """
        kept = list(kept)
        if self._old:
            self._update_words(self._old, kept)
            kept = self._merge(self._old, kept)
        files = {f"{PASSAGES}/{name}": written for name, written in self._segment.finish().items()}
        for name, written in self._words.finish().items():
            if written is None:
                assert self._old is not None
                written = self._old.manifest.files[f"{WORDS}/{name}"]
            files[f"{WORDS}/{name}"] = written
        if self._old:
            for segment in {entry.record.segment for entry in kept} - {self._segment.segment}:
                for name in (f"{PASSAGES}/{name}" for name in files_of(segment)):
                    if name in self._old.manifest.files:
                        link(self._old.folder / name, self._folder / name)
                        files[name] = self._old.manifest.files[name]
        return [*self.added, *kept], files

    def _update_words(self, old: Generation, kept: list[Entry]) -> None:
        """Remove the words of documents that are gone; add those of all where none can be reused."""
        if self._old_words is None:
            for entry in kept:
                passages = read_document(old.folder, entry, old.manifest.dimension)[1]
                self._words.add(entry.key, _texts(passages))
            return
        keys = {entry.key for entry in kept}
        for entry in old.manifest.documents:
            if entry.key not in keys:
                self._words.remove(entry.key)

    def _merge(self, old: Generation, kept: list[Entry]) -> list[Entry]:
        """The entries, with the records of small, wasteful and damaged segments copied to the new one."""
        width = self._embedder.dimension * FLOAT.itemsize
        rows: dict[str, int] = {}
        live: dict[str, int] = {}
        damaged: set[str] = set()
        for name, (size, _) in old.manifest.files.items():
            if name.startswith(f"{PASSAGES}/"):
                if name.endswith(vectors_file("")):
                    rows[segment_of(name)] = size // width
                if name in self._damaged:
                    damaged.add(segment_of(name))
        for entry in kept:
            live[entry.record.segment] = live.get(entry.record.segment, 0) + entry.passages
        merged = damaged | to_merge(rows, live, sum(entry.passages for entry in self.added))
        return [self._copied(old, entry) if entry.record.segment in merged else entry for entry in kept]

    def _copied(self, old: Generation, entry: Entry) -> Entry:
        text, passages = read_passages(old.folder / PASSAGES, entry.record, old.manifest.dimension)
        return replace(entry, record=self._segment.append(text, passages))


def _reusable_words(old: Generation | None, damaged: Collection[str], static: StaticEmbedder) -> Path | None:
    """The old word index, unless it is damaged, made by another table, or mostly removed passages."""
    if old is None or old.manifest.words != static.fingerprint:
        return None
    folder = old.folder / WORDS
    if any(name.startswith(f"{WORDS}/") for name in damaged):
        return None
    total, removed = waste(folder)
    return None if 2 * removed > total else folder


def _texts(passages: Iterable[Passage]) -> Iterator[tuple[str, str]]:
    return ((passage.searched, passage.language) for passage in passages)
