"""Build: bring the index up to date with the corpus, reading and embedding only what changed."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from index.embedding import Embedder, Vectors, bundled_static, load_embedder
from index.generation import (
    TEXTS,
    VECTORS,
    WORDS,
    Entry,
    Generation,
    IndexProblem,
    Manifest,
    open_current,
    publish,
    read_text,
    write_text,
    writing,
)
from index.settings import Settings, load_settings
from index.vectors import VectorIndex
from index.words import WordIndex
from ingest.documents import Document
from ingest.errors import RodeDraadError, UnreadableDocument
from ingest.formats import SUFFIXES
from ingest.library import Source, read_bytes, scan
from ingest.parsing import Parsers
from ingest.passages import split_passages

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
    passages: int = 0


def reindex(corpus: Path, home: Path, progress: Progress = lambda doing, done, total: None) -> Report:
    """Publish a generation that holds the corpus as it is now; none, if the last one does already.

    A document that cannot be read is reported, and keeps its last good version. Raises
    RodeDraadError when there is nothing to index or another process is indexing.
    """
    settings = load_settings(home)
    sources, others = scan(corpus)
    report = Report(passed_over=others)
    if not sources:
        kinds = ", ".join(SUFFIXES)
        raise RodeDraadError(f"There is no document in {corpus}. Put files there: {kinds}.")
    embedder = load_embedder(settings)
    with writing(home) as folder, _last_generation(home) as old:
        (folder / TEXTS).mkdir()
        entries = []
        known = {entry.path: entry for entry in old.manifest.documents} if old else {}
        progress("Reading documents", 0, len(sources))
        with Parsers(settings.limits) as parsers:

            def read(source: Source) -> Document | UnreadableDocument | None:
                return _read(source, old, known.get(source.id), settings, parsers)

            for done, (source, found) in enumerate(zip(sources, parsers.map(read, sources), strict=True), 1):
                before = known.get(source.id)
                if entry := _enter(source, found, old, before, settings, folder / TEXTS, report):
                    entries.append(entry)
                progress("Reading documents", done, len(sources))
        if not entries:
            reasons = "".join(f"\n  {id}: {reason}" for id, reason in report.failed.items())
            raise RodeDraadError(f"No document in {corpus} can be read:{reasons}")
        manifest = Manifest(
            model=embedder.name,
            fingerprint=embedder.fingerprint,
            words=bundled_static().fingerprint,
            settings=settings.as_dict(),
            documents=tuple(entries),
            unread=tuple((s.id, s.size, s.mtime_ns) for s in sources if s.id in report.failed),
        )
        report.passages = sum(entry.passages for entry in entries)
        if old:
            present = {entry.path for entry in entries}
            report.removed = [e.path for e in old.manifest.documents if e.path not in present]
            if manifest == old.manifest:
                return report
        vectors = _embed(manifest, folder, old, embedder, progress)
        VectorIndex.build(vectors).write(folder / VECTORS)
        progress("Indexing words", 0, 1)
        WordIndex.build(folder / WORDS, _texts(entries, folder), bundled_static())
        progress("Indexing words", 1, 1)
        manifest.save(folder)
        publish(home, folder)
    return report


@contextmanager
def _last_generation(home: Path) -> Iterator[Generation | None]:
    """The published generation to build on; None if there is none, or none that is sound."""
    with ExitStack() as stack:
        generation: Generation | None
        try:
            generation = stack.enter_context(closing(open_current(home)))
            generation.check_texts()
        except IndexProblem:
            generation = None
        yield generation


def _read(
    source: Source, old: Generation | None, known: Entry | None, settings: Settings, parsers: Parsers
) -> Document | UnreadableDocument | None:
    """A source as it is now; None where it is as before; or why it cannot be read.

    `known` is its entry in the old generation. Several threads call this at once.
    """
    try:
        if known and (known.size, known.mtime_ns) == (source.size, source.mtime_ns):
            data, sha256 = None, known.sha256
        else:
            data = read_bytes(source, settings.largest_bytes)
            sha256 = hashlib.sha256(data).hexdigest()
        if (
            old
            and known
            and (known.sha256, known.declared_language) == (sha256, source.declared_language)
            and old.manifest.settings == settings.as_dict()
        ):
            return None
        if data is None:
            data = read_bytes(source, settings.largest_bytes)
        return parsers.read_document(source, data)
    except UnreadableDocument as error:
        return error


def _enter(
    source: Source,
    found: Document | UnreadableDocument | None,
    old: Generation | None,
    known: Entry | None,
    settings: Settings,
    texts: Path,
    report: Report,
) -> Entry | None:
    """Put a source's text under `texts`; its entry, or None if it never could be read.

    `found` is what `_read` made of it, and `known` its entry in the old generation.
    """
    if not isinstance(found, Document):
        if old and known:
            _link(old.folder / TEXTS / known.text, texts / known.text)
        if found:
            report.failed[source.id] = str(found)
            return known
        assert known is not None
        report.unchanged.append(source.id)
        return replace(known, mtime_ns=source.mtime_ns, citation=source.citation)
    passages = split_passages(found, settings.passage_size)
    (report.changed if known else report.added).append(source.id)
    return Entry(
        path=source.id,
        sha256=found.sha256,
        size=source.size,
        mtime_ns=source.mtime_ns,
        declared_language=source.declared_language,
        language=found.language,
        citation=source.citation,
        text=write_text(texts, found, passages),
        passages=len(passages),
    )


def _link(old: Path, new: Path) -> None:
    """Make an unchanging file part of another generation too."""
    if new.exists():
        return
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)


def _texts(entries: Iterable[Entry], folder: Path) -> Iterator[tuple[str, str]]:
    """Every passage's text and language, in order."""
    for entry in entries:
        for passage in read_text(folder, entry)[1]:
            yield passage.searched, passage.language


def _embed(
    manifest: Manifest,
    folder: Path,
    old: Generation | None,
    embedder: Embedder,
    progress: Progress,
) -> Vectors:
    """float32[passages, dimension]: the old generation's rows where a passage is the same."""
    total = sum(entry.passages for entry in manifest.documents)
    vectors = np.empty((total, embedder.dimension), np.float32)
    known: dict[str, int] = {}
    if old and old.manifest.fingerprint == manifest.fingerprint:
        known = {e.text: old.first_passage(n) for n, e in enumerate(old.manifest.documents)}
        old_vectors = old.vectors()
    start = 0
    for entry in manifest.documents:
        progress("Embedding passages", start, total)
        end = start + entry.passages
        if entry.text in known:
            vectors[start:end] = old_vectors.rows(known[entry.text], entry.passages)
        else:
            texts = [passage.searched for passage in read_text(folder, entry)[1]]
            before = _passages_before(old, entry) if old and known else {}
            new = iter(embedder.passages([text for text in texts if text not in before]))
            for row, text in enumerate(texts, start):
                vectors[row] = old_vectors.rows(before[text], 1) if text in before else next(new)
        start = end
    progress("Embedding passages", total, total)
    return vectors


def _passages_before(old: Generation, entry: Entry) -> dict[str, int]:
    """The numbers of the passages that a document had in the old generation, by their text."""
    for number, before in enumerate(old.manifest.documents):
        if before.path == entry.path:
            texts = (passage.searched for passage in old.document(number)[1])
            return {text: row for row, text in enumerate(texts, old.first_passage(number))}
    return {}


def is_outdated(generation: Generation, corpus: Path) -> bool:
    """Whether a look at the corpus folder finds files other than those of the last indexing."""
    if not corpus.is_dir():
        return False
    manifest = generation.manifest
    seen = {e.path: (e.size, e.mtime_ns) for e in manifest.documents}
    seen |= {id: (size, mtime_ns) for id, size, mtime_ns in manifest.unread}
    return seen != {s.id: (s.size, s.mtime_ns) for s in scan(corpus)[0]}
