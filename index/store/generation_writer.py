"""Generation writer: writes the next generation from the previous one and from new documents."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.safe_files import link
from rodedraad.index.files.segments import FLOAT, segment_of, to_merge, vectors_file
from rodedraad.index.store.draft import NewDocument
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import Entry, Files, Manifest
from rodedraad.index.store.passage_segments import PassageSegmentWriter, Stored, files_of, read_passages
from rodedraad.index.store.publishing import publish
from rodedraad.index.store.records import PASSAGES_FOLDER, WORDS_FOLDER, pack_text, read_document
from rodedraad.index.words.word_index import waste
from rodedraad.index.words.word_writer import WordWriter
from rodedraad.ingest.documents import Passage


class GenerationWriter:
    """The files of the next generation: a `Draft`. Files that stay the same are linked, not written."""

    def __init__(
        self,
        home: Path,
        folder: Path,
        old: Generation | None,
        damaged: Collection[str],
        dimension: int,
        static: StaticEmbedder,
    ) -> None:
        """Write nothing yet.

        `folder` is the new generation's, `damaged` names files of the old one, `dimension` is that of the
        vectors.
        """
        self._home, self._folder, self._old, self._damaged = home, folder, old, damaged
        self._dimension, self._static = dimension, static
        before = old.manifest.documents if old else ()
        self._next_key = max((entry.key + max(entry.passages, 1) for entry in before), default=0)
        self._files: Files = {}
        self.added: list[Entry] = []
        self._open = ExitStack()

    @cached_property
    def _segment(self) -> PassageSegmentWriter:
        folder = self._folder / PASSAGES_FOLDER
        folder.mkdir()
        writer = PassageSegmentWriter(folder, self._folder.name, self._dimension)
        return self._open.enter_context(closing(writer))

    @cached_property
    def _old_words(self) -> Path | None:
        return _reusable_words(self._old, self._damaged, self._static)

    @cached_property
    def _words(self) -> WordWriter:
        files = self._old.manifest.files if self._old else ()
        words = [name.removeprefix(f"{WORDS_FOLDER}/") for name in files]
        folder = self._folder / WORDS_FOLDER
        return self._open.enter_context(
            closing(WordWriter(folder, self._folder.name, self._static, self._old_words, words))
        )

    def close(self) -> None:
        """Close the files, finished or not."""
        self._open.close()

    def write(self, new: NewDocument, known: Mapping[str, Embedding]) -> None:
        """As `Draft.write`."""
        passages = [Stored.of(passage, known[passage.searched]) for passage in new.passages]
        record = self._segment.append(pack_text(new.document, new.passages), passages)
        self._words.add(self._next_key, _texts(new.passages))
        self.added.append(new.entry(self._next_key, record))
        self._next_key += max(len(passages), 1)

    def finish(self, kept: Iterable[Entry]) -> list[Entry]:
        """As `Draft.finish`: flush what was written to disk."""
        kept = list(kept)
        if self._old:
            self._update_words(self._old, kept)
            kept = self._merge(self._old, kept)
        files = self._files
        files |= {f"{PASSAGES_FOLDER}/{name}": written for name, written in self._segment.finish().items()}
        for name, written in self._words.finish().items():
            if written is None:
                assert self._old is not None
                written = self._old.manifest.files[f"{WORDS_FOLDER}/{name}"]
            files[f"{WORDS_FOLDER}/{name}"] = written
        if self._old:
            for segment in {entry.record.segment for entry in kept} - {self._segment.segment}:
                for name in (f"{PASSAGES_FOLDER}/{name}" for name in files_of(segment)):
                    if name in self._old.manifest.files:
                        link(self._old.folder / name, self._folder / name)
                        files[name] = self._old.manifest.files[name]
        return [*self.added, *kept]

    def publish(self, manifest: Manifest) -> None:
        """As `Draft.publish`."""
        replace(manifest, files=self._files).save(self._folder)
        publish(self._home, self._folder)

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
        width = self._dimension * FLOAT.itemsize
        rows: dict[str, int] = {}
        live: dict[str, int] = {}
        damaged: set[str] = set()
        for name, (size, _) in old.manifest.files.items():
            if name.startswith(f"{PASSAGES_FOLDER}/"):
                if name.endswith(vectors_file("")):
                    rows[segment_of(name)] = size // width
                if name in self._damaged:
                    damaged.add(segment_of(name))
        for entry in kept:
            live[entry.record.segment] = live.get(entry.record.segment, 0) + entry.passages
        merged = damaged | to_merge(rows, live, sum(entry.passages for entry in self.added))
        return [self._copied(old, entry) if entry.record.segment in merged else entry for entry in kept]

    def _copied(self, old: Generation, entry: Entry) -> Entry:
        text, passages = read_passages(old.folder / PASSAGES_FOLDER, entry.record, old.manifest.dimension)
        return replace(entry, record=self._segment.append(text, passages))


def _reusable_words(old: Generation | None, damaged: Collection[str], static: StaticEmbedder) -> Path | None:
    """The old word index, unless it is damaged, made by another table, or mostly removed passages."""
    if old is None or old.manifest.words != static.fingerprint:
        return None
    folder = old.folder / WORDS_FOLDER
    if any(name.startswith(f"{WORDS_FOLDER}/") for name in damaged):
        return None
    total, removed = waste(folder)
    return None if 2 * removed > total else folder


def _texts(passages: Iterable[Passage]) -> Iterator[tuple[str, str]]:
    return ((passage.searched, passage.language) for passage in passages)
