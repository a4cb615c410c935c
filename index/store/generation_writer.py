"""Assembly: the next generation is put together from the last one and from what is new."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import time

import numpy as np

from rodedraad.index.encoders.base import BATCH, Embedder, Vectors
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.safe_files import link
from rodedraad.index.files.segments import (
    FLOAT,
    SegmentWriter,
    read_record,
    segment_of,
    texts_file,
    to_merge,
    vectors_file,
)
from rodedraad.index.store.embedding_journal import Unfinished
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import Entry, Files
from rodedraad.index.store.records import PASSAGES, WORDS, pack_text, read_entry
from rodedraad.index.words.word_index import waste
from rodedraad.index.words.word_writer import WordWriter
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Document, Passage


@dataclass(frozen=True, slots=True)
class New:
    """A document to put in."""

    source: Source
    document: Document
    passages: list[Passage]
    vectors: dict[str, Vectors]  # float32[dimension], by the text of a passage, where they are known

    def entry(self, key: int, vectors: Vectors, segment: SegmentWriter) -> Entry:
        """The document's entry, once its record is written with its passages' vectors."""
        return Entry(
            path=self.source.id,
            sha256=self.document.sha256,
            size=self.source.size,
            mtime_ns=self.source.mtime_ns,
            declared_language=self.source.declared_language,
            language=self.document.language,
            citation=self.source.citation,
            read_at=time(),
            key=key,
            record=segment.append(pack_text(self.document, self.passages), vectors),
        )


class Assembly:
    """The files of a generation in the making; what is unchanged is linked, not written."""

    def __init__(
        self,
        folder: Path,
        old: Generation | None,
        broken: Collection[str],
        embedder: Embedder,
        static: StaticEmbedder,
        unfinished: Unfinished,
        progress: Callable[[int], None],
    ) -> None:
        """Begin in `folder`, on the generation `old`, whose files in `broken` are not to be relied on.

        `progress` is told of how many more bytes of files the documents are in.
        """
        self._folder, self._old, self._broken = folder, old, broken
        self._embedder, self._unfinished, self._progress = embedder, unfinished, progress
        before = old.manifest.documents if old else ()
        self._next_key = max((entry.key + entry.passages for entry in before), default=0)
        self._waiting: list[New] = []
        self._unknown = 0  # passages of those waiting that have no vector yet
        self._added: list[Entry] = []
        (folder / PASSAGES).mkdir()
        with ExitStack() as stack:
            self._segment = stack.enter_context(closing(SegmentWriter(folder / PASSAGES, folder.name)))
            self._words_before = _words_to_build_on(old, broken, static)
            self._words = stack.enter_context(
                closing(WordWriter(folder / WORDS, folder.name, static, self._words_before))
            )
            self._open = stack.pop_all()

    def close(self) -> None:
        """Let go of the files; what was not finished is of no use."""
        self._open.close()

    def add(self, new: New) -> None:
        """Put in a document, which may wait for others to be embedded with."""
        self._waiting.append(new)
        self._unknown += sum(passage.searched not in new.vectors for passage in new.passages)
        if self._unknown >= BATCH:
            self._put_in()

    def _put_in(self) -> None:
        known: dict[str, Vectors] = {}
        for new in self._waiting:
            known |= new.vectors
        texts = dict.fromkeys(passage.searched for new in self._waiting for passage in new.passages)
        for text in texts.keys() - known.keys():
            if (vector := self._unfinished.get(text)) is not None:
                known[text] = vector
        unknown = [text for text in texts if text not in known]
        size = sum(new.source.size for new in self._waiting)
        told = 0
        for start in range(0, len(unknown), BATCH):
            batch = unknown[start : start + BATCH]
            vectors = self._embedder.passages(batch)
            self._unfinished.add(batch, vectors)
            known |= zip(batch, vectors, strict=True)
            now = size * (start + len(batch)) // len(unknown)
            self._progress(now - told)
            told = now
        self._progress(size - told)
        for new in self._waiting:
            rows = np.empty((len(new.passages), self._embedder.dimension), np.float32)
            for row, passage in enumerate(new.passages):
                rows[row] = known[passage.searched]
            entry = new.entry(self._next_key, rows, self._segment)
            self._words.add(entry.key, _texts(new.passages))
            self._next_key += entry.passages
            self._added.append(entry)
        self._waiting, self._unknown = [], 0

    def finish(self, kept: Iterable[Entry]) -> tuple[list[Entry], Files]:
        """Flush to disk, with the entries of the old generation that stay; all entries and all files."""
        self._put_in()
        kept = list(kept)
        if self._old:
            self._update_words(self._old, kept)
            kept = self._merge(self._old, kept)
        files = {f"{PASSAGES}/{name}": facts for name, facts in self._segment.finish().items()}
        for name, found in self._words.finish().items():
            if found is None:
                assert self._old is not None
                found = self._old.manifest.files[f"{WORDS}/{name}"]
            files[f"{WORDS}/{name}"] = found
        if self._old:
            for segment in {entry.record.segment for entry in kept} - {self._segment.segment}:
                for name in (texts_file(segment), vectors_file(segment)):
                    name = f"{PASSAGES}/{name}"
                    link(self._old.folder / name, self._folder / name)
                    files[name] = self._old.manifest.files[name]
        return [*self._added, *kept], files

    def _update_words(self, old: Generation, kept: list[Entry]) -> None:
        if self._words_before is None:
            for entry in kept:
                passages = read_entry(old.folder, entry, old.manifest.dimension)[1]
                self._words.add(entry.key, _texts(passages))
            return
        keys = {entry.key for entry in kept}
        for entry in old.manifest.documents:
            if entry.key not in keys:
                self._words.remove(entry.key)

    def _merge(self, old: Generation, kept: list[Entry]) -> list[Entry]:
        """The entries, the records of small, wasteful and broken segments copied into the new one."""
        width = self._embedder.dimension * FLOAT.itemsize
        rows: dict[str, int] = {}
        live: dict[str, int] = {}
        damaged: set[str] = set()
        for name, (size, _) in old.manifest.files.items():
            if name.startswith(f"{PASSAGES}/"):
                if name.endswith(vectors_file("")):
                    rows[segment_of(name)] = size // width
                if name in self._broken:
                    damaged.add(segment_of(name))
        for entry in kept:
            live[entry.record.segment] = live.get(entry.record.segment, 0) + entry.passages
        merged = damaged | to_merge(rows, live, sum(entry.passages for entry in self._added))
        return [self._copied(old, entry) if entry.record.segment in merged else entry for entry in kept]

    def _copied(self, old: Generation, entry: Entry) -> Entry:
        text, vectors = read_record(old.folder / PASSAGES, entry.record, old.manifest.dimension)
        return replace(entry, record=self._segment.append(text, vectors))


def _words_to_build_on(
    old: Generation | None, broken: Collection[str], static: StaticEmbedder
) -> Path | None:
    """The old generation's words, unless they are damaged, made by another table, or mostly waste."""
    if old is None or old.manifest.words != static.fingerprint:
        return None
    folder = old.folder / WORDS
    if any(name.startswith(f"{WORDS}/") for name in broken):
        return None
    total, removed = waste(folder)
    return None if 2 * removed > total else folder


def _texts(passages: Iterable[Passage]) -> Iterator[tuple[str, str]]:
    return ((passage.searched, passage.language) for passage in passages)
