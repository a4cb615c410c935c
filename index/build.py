"""Build: bring the index up to date with the corpus, reading and embedding only what changed."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path

from rodedraad.index.encoders.base import Embedder, Vectors
from rodedraad.index.encoders.bundled import bundled_static, load_embedder
from rodedraad.index.files.segments import DamagedFile, segment_of
from rodedraad.index.settings import Settings, load_settings
from rodedraad.index.store.embedding_journal import Unfinished
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.generation_writer import Assembly, New
from rodedraad.index.store.manifest import Entry, IndexProblem, Manifest, damaged
from rodedraad.index.store.publishing import open_current, publish, writing
from rodedraad.index.store.records import PASSAGES, damaged_files, read_entry
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.corpus_folder import Source, scan
from rodedraad.ingest.documents import Document
from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.ingest.parser_pool import Parsers
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.read_file import read_settled

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(slots=True)
class Report:
    """What a re-index found; documents by their id."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # id → reason
    passed_over: list[str] = field(default_factory=list)  # files of a kind that cannot be read
    damaged: list[str] = field(default_factory=list)  # files of the last generation, made anew
    passages: int = 0


@dataclass(frozen=True, slots=True)
class _Same:
    """A source whose bytes are those of a document of the last generation."""

    source: Source
    entry: Entry


_Found = _Same | tuple[Source, Document] | UnreadableDocument


class _Last:
    """What of the last generation may be used again."""

    def __init__(
        self, generation: Generation | None, settings: Settings, embedder: Embedder, repair: bool = False
    ) -> None:
        self.generation = generation
        self.broken: list[str] = []
        self.known: dict[str, Entry] = {}
        self.lost: set[str] = set()  # documents whose record is damaged
        self.same_model = self.same_size = True
        if generation is None:
            return
        manifest = generation.manifest
        self.broken = damaged_files(generation.folder, manifest.files, checksums=repair)
        segments = {segment_of(name) for name in self.broken if name.startswith(f"{PASSAGES}/")}
        for entry in manifest.documents:
            if entry.record.segment in segments and not _is_sound(generation, entry):
                self.lost.add(entry.path)
            else:
                self.known[entry.path] = entry
        self.same_model = manifest.fingerprint == embedder.fingerprint
        self.same_size = manifest.settings["passage_size"] == settings.passage_size

    @cached_property
    def _by_content(self) -> dict[tuple[str, str, str | None], Entry]:
        return {_content(e.path, e.sha256, e.declared_language): e for e in self.known.values()}

    def holds(self, source: Source) -> bool:
        """Whether the file, by its size and time, is a document that can stay as it is."""
        return self.same_model and self.same_size and not source.trouble and self._untouched(source)

    def _untouched(self, source: Source) -> bool:
        entry = self.known.get(source.id)
        return entry is not None and (entry.size, entry.mtime_ns, entry.declared_language) == (
            source.size,
            source.mtime_ns,
            source.declared_language,
        )

    def look(self, source: Source, largest: int) -> _Same | tuple[Source, bytes]:
        """The document that a file is, or its bytes; raises UnreadableDocument."""
        if not source.trouble and self._untouched(source):
            return _Same(source, self.known[source.id])
        source, data = read_settled(source, largest)
        if self.generation:
            content = _content(source.id, hashlib.sha256(data).hexdigest(), source.declared_language)
            same = self.known.get(source.id)
            if same is None or content != _content(same.path, same.sha256, same.declared_language):
                same = self._by_content.get(content)
            if same:
                return _Same(source, same)
        return source, data

    def again(self, entry: Entry, source: Source, settings: Settings) -> New:
        """A document, without its file being read: cut anew, and embedded anew, only if it must be."""
        assert self.generation is not None
        document, passages, _ = read_entry(self.generation.folder, entry, self.generation.manifest.dimension)
        if not self.same_size:
            passages = split_passages(document, settings.passage_size)
        return New(source, document, passages, self.vectors(entry))

    def vectors(self, entry: Entry | None) -> dict[str, Vectors]:
        """The vectors of a document's passages, by their texts, if they are of the same model."""
        if entry is None or self.generation is None or not self.same_model:
            return {}
        _, passages, vectors = read_entry(self.generation.folder, entry, self.generation.manifest.dimension)
        return {passage.searched: vector for passage, vector in zip(passages, vectors, strict=True)}


def _content(id: str, sha256: str, declared_language: str | None) -> tuple[str, str, str | None]:
    """What decides which document a file becomes."""
    return sha256, Path(id).suffix.lower(), declared_language


def _is_sound(generation: Generation, entry: Entry) -> bool:
    try:
        read_entry(generation.folder, entry, generation.manifest.dimension)
    except IndexProblem:
        return False
    return True


def reindex(
    corpus: Path,
    home: Path,
    progress: Progress = lambda doing, done, total: None,
    say: Callable[[str], None] = lambda text: None,
    repair: bool = False,
) -> Report:
    """Publish a generation that holds the corpus as it is now; none, if the last one does already.

    A document that cannot be read is reported, and keeps its last good version. `say` is told what
    a change of settings means before it is done. With `repair`, every checksum of the last generation
    is compared, and what is damaged is made anew; without, only the sizes of its files. Raises
    RodeDraadError when there is nothing to index or another process is indexing, and IndexProblem
    on damage that is met on the way.
    """
    settings = load_settings(home)
    with ExitStack() as stack:
        ahead = stack.enter_context(ThreadPoolExecutor(1))
        models = ahead.submit(lambda: (load_embedder(settings), bundled_static()))
        sources, others = scan(corpus)
        if not sources:
            kinds = ", ".join(SUFFIXES)
            raise RodeDraadError(f"There is no document in {corpus}. Put files there: {kinds}.")
        folder, old = stack.enter_context(writing(home)), stack.enter_context(_last_generation(home))
        embedder, static = models.result()
        last = _Last(old, settings, embedder, repair)
        report = Report(passed_over=others, damaged=last.broken)
        if last.known and not last.same_model:
            say(f"The model is another: all {len(last.known)} documents are embedded anew.")
        elif last.known and not last.same_size:
            say(f"passage_size is another: all {len(last.known)} documents are cut anew.")
        kept = {s.id: _as_now(last.known[s.id], s) for s in sources if last.holds(s)}
        report.unchanged = list(kept)
        work = [source for source in sources if source.id not in kept]
        unfinished = Unfinished(home, embedder.fingerprint, embedder.dimension)
        stack.enter_context(closing(unfinished))
        done, total = 0, sum(source.size for source in work)

        def advance(size: int) -> None:
            nonlocal done
            done += size
            progress("Reading and embedding", done, total)

        advance(0)

        def begin() -> Assembly:
            new = Assembly(folder, old, last.broken, embedder, static, unfinished, advance)
            return stack.enter_context(closing(new))

        assembly: Assembly | None = None
        taken = {source.id for source in sources}  # a record stays with its path, or moves to one
        if work:  # what is wanted after the first is read is loaded while it is read
            ahead.submit(analysis, static)
            ahead.submit(import_module, "langchain_text_splitters")
        for source, found in _read_all(work, last, settings, stack):
            known = last.known.get(source.id)
            if isinstance(found, _Same) and (entry := _kept(found, last, taken)):
                taken.add(found.entry.path)
                (report.unchanged if known else report.added).append(source.id)
                kept[source.id] = entry
                advance(source.size)
                continue
            if isinstance(found, UnreadableDocument):
                report.failed[source.id] = str(found)
                if known is None or (last.same_model and last.same_size):
                    if known:
                        kept[source.id] = replace(known, citation=source.citation)
                    advance(source.size)
                    continue
                found = _Same(_as_it_was(source, known), known)
            else:
                (report.changed if known or source.id in last.lost else report.added).append(source.id)
            if isinstance(found, _Same):
                new = last.again(found.entry, found.source, settings)
            else:
                passages = split_passages(found[1], settings.passage_size)
                new = New(*found, passages, last.vectors(known))
            assembly = assembly or begin()
            assembly.add(new)
        order = {source.id: number for number, source in enumerate(sources)}
        manifest = Manifest(
            model=embedder.name,
            fingerprint=embedder.fingerprint,
            dimension=embedder.dimension,
            words=static.fingerprint,
            settings=settings.as_dict(),
            documents=tuple(sorted(kept.values(), key=lambda entry: order[entry.path])),
            unread=tuple((s.id, s.size, s.mtime_ns) for s in sources if s.id in report.failed),
        )
        before = old.manifest.documents if old else ()
        if assembly is None and not kept:
            reasons = "".join(f"\n  {id}: {reason}" for id, reason in report.failed.items())
            raise RodeDraadError(f"No document in {corpus} can be read:{reasons}")
        if assembly or last.broken or old is None or manifest != old.manifest:
            progress("Writing the index", 0, 1)
            entries, files = (assembly or begin()).finish(kept.values())
            entries.sort(key=lambda entry: order[entry.path])
            manifest = replace(manifest, documents=tuple(entries), files=files)
            manifest.save(folder)
            publish(home, folder)
            unfinished.remove()
            progress("Writing the index", 1, 1)
        report.unchanged.sort(key=order.__getitem__)
        entries_now = {entry.path for entry in manifest.documents}
        report.removed = [entry.path for entry in before if entry.path not in entries_now]
        report.passages = sum(entry.passages for entry in manifest.documents)
    return report


@contextmanager
def _last_generation(home: Path) -> Iterator[Generation | None]:
    """The published generation to build on; None if there is none, or none that can be read.

    Damage that is met in it later on becomes an IndexProblem.
    """
    with ExitStack() as stack:
        generation: Generation | None
        try:
            generation = stack.enter_context(closing(open_current(home)))
        except IndexProblem:
            generation = None
        try:
            yield generation
        except DamagedFile as error:
            raise damaged(error.path) from error


def _read_all(
    work: Sequence[Source], last: _Last, settings: Settings, stack: ExitStack
) -> Iterator[tuple[Source, _Found]]:
    """What each source is now, read by several processes at once."""
    parsers = stack.enter_context(Parsers(settings.limits))

    def read(source: Source) -> _Found:
        try:
            found = last.look(source, settings.largest_bytes)
            if isinstance(found, _Same):
                return found
            now, data = found
            return now, parsers.read_document(now, data)
        except UnreadableDocument as error:
            return error

    return zip(work, parsers.map(read, work), strict=True)


def _kept(found: _Same, last: _Last, taken: Collection[str]) -> Entry | None:
    """The entry of a document that stays as it is, or was renamed; None if it is to be made anew.

    A document whose path is `taken` was copied, not renamed.
    """
    if not (last.same_model and last.same_size):
        return None
    if found.entry.path != found.source.id and found.entry.path in taken:
        return None
    return _as_now(found.entry, found.source)


def _as_now(entry: Entry, source: Source) -> Entry:
    now = (source.id, source.size, source.mtime_ns, source.citation)
    if (entry.path, entry.size, entry.mtime_ns, entry.citation) == now:
        return entry
    return replace(
        entry, path=source.id, size=source.size, mtime_ns=source.mtime_ns, citation=source.citation
    )


def _as_it_was(source: Source, entry: Entry) -> Source:
    """A source that cannot be read now, as it was when it could."""
    return replace(
        source, size=entry.size, mtime_ns=entry.mtime_ns, declared_language=entry.declared_language
    )


def preview(corpus: Path, home: Path) -> Report:
    """What `reindex` would find, without parsing, embedding or writing anything.

    Whether a new or changed document can be parsed is not known: it counts as added or changed.
    """
    settings = load_settings(home)
    sources, others = scan(corpus)
    with _last_generation(home) as old:
        last = _Last(old, settings, load_embedder(settings))
        report = Report(passed_over=others, damaged=last.broken)
        for source in sources:
            known = source.id in last.known
            try:
                same = last.holds(source) or isinstance(last.look(source, settings.largest_bytes), _Same)
            except UnreadableDocument as error:
                report.failed[source.id] = str(error)
                continue
            if known and same and last.same_model and last.same_size:
                report.unchanged.append(source.id)
            else:
                (report.changed if known else report.added).append(source.id)
        present = {source.id for source in sources}
        before = old.manifest.documents if old else ()
        report.removed = [entry.path for entry in before if entry.path not in present]
    return report


def is_outdated(generation: Generation, corpus: Path) -> bool:
    """Whether a look at the corpus folder finds files, or sources.toml, other than at the last indexing."""
    if not corpus.is_dir():
        return False
    manifest = generation.manifest
    unread = {id: (size, mtime_ns) for id, size, mtime_ns in manifest.unread}
    seen = {e.path: (e.size, e.mtime_ns, e.declared_language, e.citation) for e in manifest.documents}
    sources, _ = scan(corpus)
    if (seen.keys() | unread.keys()) != {source.id for source in sources}:
        return True
    return any(
        unread[s.id] != (s.size, s.mtime_ns)
        if s.id in unread
        else seen[s.id] != (s.size, s.mtime_ns, s.declared_language, s.citation)
        for s in sources
    )
