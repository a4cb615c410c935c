"""Plan: whether each document of a corpus is new, changed, unchanged, renamed, unreadable or gone."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.files.segments import segment_of
from rodedraad.index.settings import Settings
from rodedraad.index.store.checksums import damaged_files
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import Entry, IndexProblem, Manifest
from rodedraad.index.store.records import PASSAGES, read_entry
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Document, Passage
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.read_file import read_settled


class State(StrEnum):
    """A document of the corpus, compared with the index."""

    NEW = "new"  # its path is not in the index
    CHANGED = "changed"  # its file, or its table in sources.toml, differs from what was indexed
    INDEXED = "indexed"  # it does not
    UNREAD = "unread"  # its file cannot be read
    GONE = "gone"  # its file no longer exists


def compare(manifest: Manifest, sources: Iterable[Source]) -> dict[str, State]:
    """The state of each source and of each document of the index, by id.

    Compares sizes, times and sources.toml only; no file is opened.
    """
    sources = with_hidden(manifest, sources)
    entries = {entry.path: entry for entry in manifest.documents}
    unread = {(file.path, file.size, file.mtime_ns) for file in manifest.unread}
    states = dict.fromkeys((*entries, *(file.path for file in manifest.unread)), State.GONE)
    for source in sources:
        entry = entries.get(source.id)
        if (source.id, source.size, source.mtime_ns) in unread:
            states[source.id] = State.UNREAD
        elif entry is None:
            states[source.id] = State.NEW
        elif _is_untouched(entry, source) and entry.citation == source.citation:
            states[source.id] = State.INDEXED
        else:
            states[source.id] = State.CHANGED
    return states


def with_hidden(manifest: Manifest, sources: Iterable[Source]) -> list[Source]:
    """The sources, and the documents of the index in folders that could not be searched, by id."""
    found = list(sources)
    hidden = [
        Source(
            id=entry.path,
            path=folder.path,
            size=0,
            mtime_ns=0,
            declared_language=entry.declared_language,
            citation=entry.citation,
            trouble=folder.trouble,
        )
        for folder in found
        if folder.hides
        for entry in manifest.documents
        if entry.path.startswith(folder.hides)
    ]
    return sorted(found + hidden, key=lambda source: source.id.split("/")) if hidden else found


def _is_untouched(entry: Entry, source: Source) -> bool:
    """Whether the size, time and declared language show that the document's text is the same."""
    return not source.trouble and (source.size, source.mtime_ns, source.declared_language) == (
        entry.size,
        entry.mtime_ns,
        entry.declared_language,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading a source: its content is that of an indexed document, new, or unreadable."""

    source: Source  # with the size and time at which its bytes were read
    entry: Entry | None = None  # the document with the same content, whatever its path
    document: Document | None = None  # the new content; None too where it was not parsed
    reason: Reason | None = None  # why it is unreadable


@dataclass(frozen=True, slots=True)
class Decision:
    """What the next generation gets for a source.

    An entry that is kept; or a document to write, with new text or with the text of `base`; or nothing,
    if the source is unreadable and not in the index.
    """

    source: Source
    state: State
    reason: Reason | None = None  # of UNREAD
    kept: Entry | None = None
    document: Document | None = None
    base: Entry | None = None  # the document of the previous generation whose text or vectors are reused


class Plan:
    """Compares the sources with the previous generation, and decides what the next one gets."""

    def __init__(
        self,
        old: Generation | None,
        sources: Sequence[Source],
        settings: Settings,
        fingerprint: str,
        repair: bool = False,
    ) -> None:
        """Compare sizes and times; `fingerprint` is the model's.

        With `repair`, the checksum of every file of the old generation is compared, and the content of
        every document; without, their sizes, and the times of documents.
        """
        self.damaged: list[str] = []  # files of the old generation
        self.known: dict[str, Entry] = {}  # its documents but those whose record is damaged
        self.same_model = self.same_size = True
        self._old, self._repair = old, repair
        if old:
            self.damaged = damaged_files(old.folder, old.manifest.files, checksums=repair)
            self.known = _undamaged(old, self.damaged)
            self.same_model = old.manifest.fingerprint == fingerprint
            self.same_size = old.manifest.settings["passage_size"] == settings.passage_size
        self.sources = with_hidden(old.manifest, sources) if old else list(sources)
        self._indexed = dict.fromkeys(entry.path for entry in old.manifest.documents) if old else {}
        self._sources = {source.id for source in self.sources}
        self._moved: set[str] = set()
        self._largest = settings.largest_bytes
        self.kept: dict[str, Entry] = {}  # of the sources that need no reading
        self.to_read: list[Source] = []
        for source in self.sources:
            entry = self.known.get(source.id)
            if entry and self.is_reusable and self._can_skip(entry, source):
                self.kept[source.id] = _updated(entry, source)
            else:
                self.to_read.append(source)
        self.to_read.sort(key=lambda source: source.size)  # so that most documents answer soon

    @property
    def is_reusable(self) -> bool:
        """Whether a document of the old generation can be kept as it is."""
        return self.same_model and self.same_size

    def _can_skip(self, entry: Entry, source: Source) -> bool:
        """Whether a source's content is the entry's, without reading it."""
        return not self._repair and _is_untouched(entry, source)

    def read(self, source: Source, parse: Callable[[Source, bytes], Document | None]) -> Reading:
        """Read a source; `parse` is called for content that is not in the index. Thread-safe."""
        known = self.known.get(source.id)
        if known and self._can_skip(known, source):
            return Reading(source, known)
        try:
            source, data = read_settled(source, self._largest)
            entry = self._with_content(source, data)
            if entry and not (self._repair and entry.unread):  # more of it may be readable now
                return Reading(source, entry)
            return Reading(source, document=parse(source, data))
        except UnreadableDocument as error:
            return Reading(source, reason=error.reason)

    def _with_content(self, source: Source, data: bytes) -> Entry | None:
        """The document with this content: the source's own, if it is among them."""
        if not self.known:
            return None
        content = _content(source.id, hashlib.sha256(data).hexdigest(), source.declared_language)
        known = self.known.get(source.id)
        return known if known and _content_of(known) == content else self._by_content.get(content)

    @cached_property
    def _by_content(self) -> dict[tuple[str, str, str | None], Entry]:
        return {_content_of(entry): entry for entry in self.known.values()}

    def decide(self, reading: Reading) -> Decision:
        """What the next generation gets for a source of `to_read`."""
        source, entry = reading.source, reading.entry
        if reading.reason:
            return self._unread(source, reading.reason)
        known = self.known.get(source.id)
        state = State.CHANGED if source.id in self._indexed else State.NEW
        if entry is None:
            base = known if self.same_model else None
            return Decision(source, state, document=reading.document, base=base)
        if not self.is_reusable:
            return Decision(source, state, base=entry)
        if entry is known:
            return Decision(source, State.INDEXED, kept=_updated(entry, source))
        if entry.path in self._sources or entry.path in self._moved:  # a copy, not a renamed file
            return Decision(source, state, base=entry)
        self._moved.add(entry.path)
        return Decision(source, state, kept=_updated(entry, source))

    def _unread(self, source: Source, reason: Reason) -> Decision:
        """An unreadable source keeps the document that was indexed before."""
        known = self.known.get(source.id)
        if known is None:
            return Decision(source, State.UNREAD, reason)
        if self.is_reusable:
            return Decision(source, State.UNREAD, reason, kept=replace(known, citation=source.citation))
        before = replace(
            source, size=known.size, mtime_ns=known.mtime_ns, declared_language=known.declared_language
        )
        return Decision(before, State.UNREAD, reason, base=known)

    def gone(self, kept: Collection[str]) -> list[str]:
        """The documents that the next generation loses, given the ids of those that it holds."""
        return [id for id in self._indexed if id not in kept]

    def read_record(self, entry: Entry) -> tuple[Document, list[Passage], list[Embedding]]:
        """A known document, its passages, and what is stored of each."""
        assert self._old is not None
        return read_entry(self._old.folder, entry, self._old.manifest.dimension)


def _undamaged(generation: Generation, damaged: Iterable[str]) -> dict[str, Entry]:
    """The documents, by id, whose records are as they were written."""
    segments = {segment_of(name) for name in damaged if name.startswith(f"{PASSAGES}/")}
    return {
        entry.path: entry
        for entry in generation.manifest.documents
        if entry.record.segment not in segments or _is_sound(generation, entry)
    }


def _is_sound(generation: Generation, entry: Entry) -> bool:
    try:
        read_entry(generation.folder, entry, generation.manifest.dimension)
    except IndexProblem:
        return False
    return True


def _content_of(entry: Entry) -> tuple[str, str, str | None]:
    return _content(entry.path, entry.sha256, entry.declared_language)


def _content(id: str, sha256: str, declared_language: str | None) -> tuple[str, str, str | None]:
    """What decides which text a file becomes."""
    return sha256, Path(id).suffix.lower(), declared_language


def _updated(entry: Entry, source: Source) -> Entry:
    """The entry with the path, size, time and citation of a source that has the same content."""
    now = (source.id, source.size, source.mtime_ns, source.citation)
    if (entry.path, entry.size, entry.mtime_ns, entry.citation) == now:
        return entry
    return replace(
        entry, path=source.id, size=source.size, mtime_ns=source.mtime_ns, citation=source.citation
    )
