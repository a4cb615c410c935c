"""States: whether each document of a corpus is in the index as it is, by a look at the folder."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from rodedraad.index.store.manifest import Entry, Manifest
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.corpus_folder import Described, Source, scan


class State(StrEnum):
    """A document of the corpus, compared with the index."""

    NEW = "new"  # its path is not in the index
    CHANGED = "changed"  # its file, or its table in sources.toml, differs from what was indexed
    INDEXED = "indexed"  # it does not
    UNREAD = "unread"  # its file cannot be read
    GONE = "gone"  # its file no longer exists


def states_of(manifest: Manifest, sources: Iterable[Source]) -> dict[str, State]:
    """The state of each source and of each document of the index, by id.

    Compares sizes, times and sources.toml only; no file is opened.
    """
    files = by_file(manifest.documents)
    unread = {(file.path, file.size, file.mtime_ns) for file in manifest.unread}
    ids = (*(entry.path for entry in manifest.documents), *(file.path for file in manifest.unread))
    states = dict.fromkeys(ids, State.GONE)
    for source in with_hidden(manifest, sources):
        is_unread = (source.id, source.size, source.mtime_ns) in unread
        states[source.id] = State.UNREAD if is_unread else State.NEW
        for entry in files.get(source.id, ()):
            own = source.inside(entry.member)
            if is_unread:
                states[entry.path] = State.UNREAD
            elif is_untouched(entry, own) and entry.citation == own.citation:
                states[entry.path] = State.INDEXED
            else:
                states[entry.path] = State.CHANGED
    return states


def is_outdated(snapshot: Snapshot, corpus: Path) -> bool:
    """Whether a file of the corpus, or what sources.toml gives for it, has changed since it was indexed.

    False without a corpus folder.
    """
    if not corpus.is_dir():
        return False
    states = states_of(snapshot.manifest, scan(corpus)[0])
    return not set(states.values()) <= {State.INDEXED, State.UNREAD}


def by_file(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """The documents of each file on disk, by its id; the file's own comes first, as it does by path."""
    files: dict[str, list[Entry]] = {}
    for entry in entries:
        files.setdefault(entry.file, []).append(entry)
    return {id: tuple(documents) for id, documents in files.items()}


def with_hidden(manifest: Manifest, sources: Iterable[Source]) -> list[Source]:
    """The sources, and the documents of the index in folders that could not be searched, by id."""
    found = list(sources)
    hidden = [
        Source(
            id=id,
            path=folder.path,
            size=0,
            mtime_ns=0,
            declared_language=own.declared_language,
            citation=own.citation,
            trouble=folder.trouble,
            described={entry.path: Described(entry.declared_language, entry.citation) for entry in members},
        )
        for folder in found
        if folder.hides
        for id, (own, *members) in by_file(manifest.documents).items()
        if id.startswith(folder.hides)
    ]
    return sorted(found + hidden, key=lambda source: source.id.split("/")) if hidden else found


def is_untouched(entry: Entry, source: Source) -> bool:
    """Whether the size, time and declared language show that the document's text is the same."""
    return not source.trouble and (source.size, source.mtime_ns, source.declared_language) == (
        entry.size,
        entry.mtime_ns,
        entry.declared_language,
    )
