"""Plan: whether each document of a corpus is new, changed, unchanged, renamed, unreadable or gone.

Sizes, times, checksums and names are those of files on disk; a file brings all its documents with it: its
own, and those of the files inside it. Of a file that changed, a member whose text is as before is kept.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.files.segments import segment_of
from rodedraad.index.settings import Settings
from rodedraad.index.states import State, by_file, is_untouched, with_hidden
from rodedraad.index.store.manifest import Entry, IndexProblem
from rodedraad.index.store.records import PASSAGES_FOLDER
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Document, Passage
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.read_documents import is_readable_now
from rodedraad.ingest.read_file import read_settled


def _says_more_now(entries: Iterable[Entry]) -> bool:
    """Whether more of a document may be readable than when it was read."""
    return any(is_readable_now(reason) for entry in entries for reason in entry.unread)


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading a source: its content is that of an indexed document, new, or unreadable."""

    source: Source  # with the size and time at which its bytes were read
    entries: tuple[Entry, ...] = ()  # the documents of a file with the same content, whatever its path
    documents: tuple[Document, ...] = ()  # the new content; none too where it was not parsed
    reason: Reason | None = None  # why it is unreadable


@dataclass(frozen=True, slots=True)
class Fate:
    """What the next generation gets for a document of a source.

    An entry that is kept; or a document to write, with new text or with the text of `base`; or nothing
    that is known yet, where the source was not parsed.
    """

    source: Source  # of the document, as `Source.inside`
    state: State
    kept: Entry | None = None
    document: Document | None = None
    base: Entry | None = None  # the document of the previous generation whose text or vectors are reused

    @property
    def is_written(self) -> bool:
        """Whether the document is written."""
        return bool(self.document or self.base)

    @property
    def has_text(self) -> bool:
        """Whether it is a document to a person, not a file that only holds others."""
        if self.document:
            return bool(self.document.text)
        entry = self.kept or self.base
        return not entry or entry.passages > 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What the next generation gets for a source: all its documents, the file's own first, or none."""

    source: Source
    fates: tuple[Fate, ...]  # none if it is unreadable and not in the index
    reason: Reason | None = None  # why it is unreadable


class Plan:
    """Compares the sources with the previous generation, and decides what the next one gets."""

    def __init__(
        self,
        old: Snapshot | None,
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
        self.known: dict[str, tuple[Entry, ...]] = {}  # its documents by file, where no record is damaged
        self.same_model = self.same_size = True
        self._old, self._repair = old, repair
        if old:
            self.damaged = old.damaged_files(checksums=repair)
            self.known = _undamaged(old, self.damaged)
            self.same_model = old.manifest.fingerprint == fingerprint
            self.same_size = old.manifest.settings["passage_size"] == settings.passage_size
        self.sources = with_hidden(old.manifest, sources) if old else list(sources)
        self._indexed = {entry.path: entry for entry in old.manifest.documents} if old else {}
        self._sources = {source.id for source in self.sources}
        self._moved: set[str] = set()
        self._largest = settings.largest_bytes
        self.kept: dict[str, Entry] = {}  # by id, of the sources that need no reading
        self.to_read: list[Source] = []
        for source in self.sources:
            known = self.known.get(source.id, ())
            if self.is_reusable and self._can_skip(known, source):
                self.kept |= {entry.path: _updated(entry, source) for entry in known}
            else:
                self.to_read.append(source)
        self.to_read.sort(key=lambda source: source.size)  # so that most documents answer soon

    @property
    def is_reusable(self) -> bool:
        """Whether a document of the old generation can be kept as it is."""
        return self.same_model and self.same_size

    def _can_skip(self, known: Collection[Entry], source: Source) -> bool:
        """Whether a source's content is what is known of it, without reading it."""
        is_same = all(is_untouched(entry, source.inside(entry.member)) for entry in known)
        return bool(known) and not self._repair and is_same and not _says_more_now(known)

    def read(self, source: Source, parse: Callable[[Source, bytes], Iterable[Document]]) -> Reading:
        """Read a source; `parse` is called for content that is not in the index. Thread-safe."""
        known = self.known.get(source.id, ())
        if self._can_skip(known, source):
            return Reading(source, known)
        try:
            source, data = read_settled(source, self._largest)
            entries = self._with_content(source, data)
            is_partial = any(entry.unread for entry in entries)
            if entries and not (self._repair and is_partial) and not _says_more_now(entries):
                return Reading(source, entries)
            return Reading(source, documents=tuple(parse(source, data)))
        except UnreadableDocument as error:
            return Reading(source, reason=error.reason)

    def _with_content(self, source: Source, data: bytes) -> tuple[Entry, ...]:
        """The documents with this content: the source's own, if they are among them."""
        if not self.known:
            return ()
        content = _content(source.id, hashlib.sha256(data).hexdigest(), source.declared_language)
        known = self.known.get(source.id)
        found = known if known and _content_of(known[0]) == content else self._by_content.get(content, ())
        languages = ((entry.declared_language, source.inside(entry.member)) for entry in found)
        return found if all(before == own.declared_language for before, own in languages) else ()

    @cached_property
    def _by_content(self) -> dict[tuple[str, str, str | None], tuple[Entry, ...]]:
        return {_content_of(entries[0]): entries for entries in self.known.values()}

    def decide(self, reading: Reading) -> Decision:
        """What the next generation gets for a source of `to_read`."""
        source, known = reading.source, self.known.get(reading.source.id, ())
        if reading.reason:
            return Decision(source, tuple(self._unread(source, known)), reading.reason)
        if reading.entries:
            return Decision(source, tuple(self._reused(source, known, reading.entries)))
        return Decision(source, tuple(self._read(source, known, reading.documents)))

    def _state(self, source: Source) -> State:
        """The state of a document that is not kept as it was."""
        return State.CHANGED if source.id in self._indexed else State.NEW

    def _read(
        self, source: Source, known: Iterable[Entry], documents: Collection[Document]
    ) -> Iterator[Fate]:
        """What was read is written, but for members whose text is as before."""
        before = {entry.member: entry for entry in known} if self.same_model else {}
        for document in documents:
            own, base = source.inside(document.member), before.get(document.member)
            if base and base.member and self.same_size and self._holds(base, document):
                kept = replace(
                    _updated(base, source),
                    sha256=document.sha256,
                    declared_language=own.declared_language,
                )
                yield Fate(own, State.INDEXED, kept=kept)
            else:
                yield Fate(own, self._state(own), document=document, base=base)
        if not documents:
            yield Fate(source, self._state(source))

    def _holds(self, entry: Entry, document: Document) -> bool:
        """Whether a document, but for the file that it is in, is as it was indexed."""
        before = self.read_record(entry)[0]
        return replace(before, sha256=document.sha256, citation=document.citation) == document

    def _reused(self, source: Source, known: Iterable[Entry], entries: tuple[Entry, ...]) -> Iterator[Fate]:
        """Documents with the same content are kept where they are the source's own, or it was renamed."""
        is_own, id = entries[0] in known, entries[0].path
        is_copied = not is_own and (id in self._sources or id in self._moved)
        if self.is_reusable and not is_own and not is_copied:
            self._moved.add(id)
        for entry in entries:
            own = source.inside(entry.member)
            if not self.is_reusable or is_copied:
                yield Fate(own, self._state(own), base=entry)
            else:
                state = State.INDEXED if is_own else self._state(own)
                yield Fate(own, state, kept=_updated(entry, source))

    def _unread(self, source: Source, known: Iterable[Entry]) -> Iterator[Fate]:
        """An unreadable source keeps the documents that were indexed before."""
        for entry in known:
            own = source.inside(entry.member)
            if self.is_reusable:
                yield Fate(own, State.UNREAD, kept=replace(entry, citation=own.citation))
            else:
                size, time, language = entry.size, entry.mtime_ns, entry.declared_language
                before = replace(own, size=size, mtime_ns=time, declared_language=language)
                yield Fate(before, State.UNREAD, base=entry)

    def gone(self, stays: Callable[[Entry], bool]) -> list[str]:
        """The documents that the next generation loses."""
        return [id for id, entry in self._indexed.items() if entry.passages and not stays(entry)]

    def read_record(self, entry: Entry) -> tuple[Document, list[Passage], list[Embedding]]:
        """A known document, its passages, and what is stored of each."""
        assert self._old is not None
        return self._old.stored(entry)


def _undamaged(generation: Snapshot, damaged: Iterable[str]) -> dict[str, tuple[Entry, ...]]:
    """The documents of each file whose records are all as they were written, by the file's id."""
    segments = {segment_of(name) for name in damaged if name.startswith(f"{PASSAGES_FOLDER}/")}
    return {
        id: entries
        for id, entries in by_file(generation.manifest.documents).items()
        if all(entry.record.segment not in segments or _is_sound(generation, entry) for entry in entries)
    }


def _is_sound(generation: Snapshot, entry: Entry) -> bool:
    try:
        generation.stored(entry)
    except IndexProblem:
        return False
    return True


def _content_of(entry: Entry) -> tuple[str, str, str | None]:
    return _content(entry.path, entry.sha256, entry.declared_language)


def _content(id: str, sha256: str, declared_language: str | None) -> tuple[str, str, str | None]:
    """What decides which text a file becomes."""
    return sha256, Path(id).suffix.lower(), declared_language


def _updated(entry: Entry, source: Source) -> Entry:
    """The entry with the path, size, time and citation that a source with the same content gives it."""
    own = source.inside(entry.member)
    now = (own.id, own.size, own.mtime_ns, own.citation)
    if (entry.path, entry.size, entry.mtime_ns, entry.citation) == now:
        return entry
    return replace(entry, path=own.id, size=own.size, mtime_ns=own.mtime_ns, citation=own.citation)
