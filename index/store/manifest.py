"""Manifest: the documents and files of a generation, and the model and settings that made it."""

import gc
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from rodedraad.index.files.index_file import read_file
from rodedraad.index.files.safe_files import write_file
from rodedraad.index.files.segments import Record
from rodedraad.ingest.data_file import parse_json
from rodedraad.ingest.documents import Citation, holder
from rodedraad.ingest.errors import Reason, RodeDraadError

MANIFEST_FORMAT = 6
"""Increased with every change of the files; an index of another format is rebuilt from the documents."""

MANIFEST = "manifest.json"

LARGEST_MANIFEST = 2_000_000_000
"""Bytes of the largest manifest: some 4 million documents."""

Files = dict[str, tuple[int, int]]
"""Size in bytes and CRC-32 of files, by their path in the generation."""


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Keep Python from searching new objects for cycles, where many are made and none has any."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


class IndexProblem(RodeDraadError):
    """The index is missing, damaged, or was made by another model or version."""


class IndexBusy(RodeDraadError):
    """Another process is writing the index."""

    def __init__(self, place: object, who: str = "", more: str = "") -> None:
        """`who` is the process that writes to a place, if known; `more` follows what to do."""
        self.told = f"Another process is indexing into {place}{f' ({who})' if who else ''}."
        super().__init__(f"{self.told} Wait until it has finished{more}.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of a generation, without its text.

    Every file on disk that was read has one, and so has every member of it (`Document.member`). That of a
    file that only holds others has no passages: it keeps what is known of the file.
    """

    path: str  # the document's id
    sha256: str  # of the bytes of the file on disk, hexadecimal; as are size and time
    size: int  # bytes
    mtime_ns: int
    declared_language: str | None  # from sources.toml
    language: str  # ISO 639-1
    citation: Citation  # from sources.toml
    own_title: str | None  # from the file itself
    read_at: float  # when its text was last read, in seconds since 1970
    key: int  # of its first passage in the word index, counting up from there; never used twice
    record: Record  # its reading text and its passages' vectors
    unread: tuple[Reason, ...] = ()  # parts of the file that could not be read
    own_date: str | None = None  # from the file itself
    member: tuple[str, ...] = ()  # as `Document.member`

    @property
    def file(self) -> str:
        """The id of the file on disk."""
        return holder(self.path, self.member)

    @property
    def passages(self) -> int:
        """The number of its passages; none of a file that only holds others."""
        return self.record.rows

    @property
    def title(self) -> str:
        """The title that a citation prints, as `Document.title`."""
        return self.citation.title or self.own_title or (self.member or (self.path,))[-1]

    @property
    def date(self) -> str | None:
        """The date that a citation prints, ISO 8601 as a rule."""
        return self.citation.date or self.own_date


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of the corpus that could not be read."""

    path: str  # the source's id
    size: int  # bytes
    mtime_ns: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Manifest:
    """The documents and files of a generation, and the model and settings that made it."""

    model: str
    fingerprint: str  # of that model
    dimension: int  # of its vectors
    words: str  # fingerprint of the bundled token vectors, which match words
    settings: dict[str, Any]  # those that decide what an index holds
    documents: tuple[Entry, ...]  # by path
    unread: tuple[Unread, ...] = ()  # by path
    files: Files = field(default_factory=dict, compare=False)  # all but the manifest

    @property
    def texts(self) -> list[Entry]:
        """The documents as a person counts them, without files that only hold others."""
        return [entry for entry in self.documents if entry.passages]

    def save(self, folder: Path) -> None:
        """Write the manifest to the generation in `folder`."""
        write_file(folder / MANIFEST, self.packed(folder.name))

    def packed(self, id: str) -> bytes:
        """The manifest as bytes, for the state of the index that has this id."""
        content = {
            "format": MANIFEST_FORMAT,
            "generation": id,
            "model": self.model,
            "fingerprint": self.fingerprint,
            "dimension": self.dimension,
            "words": self.words,
            "settings": self.settings,
            "files": self.files,
            "unread": [[file.path, file.size, file.mtime_ns, _pair(file.reason)] for file in self.unread],
            "documents": [_row(entry) for entry in self.documents],
        }
        return _sealed(json.dumps(content))

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read the manifest; raises IndexProblem if it is damaged or has another format."""
        path = folder / MANIFEST
        try:
            data = read_file(path, LARGEST_MANIFEST)
        except OSError as error:
            raise damaged(path) from error
        return cls.unpacked(data, folder.name, path)

    @classmethod
    @_no_search_for_cycles()
    def unpacked(cls, data: bytes, id: str, place: object) -> "Manifest":
        """The manifest that `packed` made for a state; raises as `load`, naming the place of the bytes."""
        try:
            content = parse_json(data)
            if content.pop("format") != MANIFEST_FORMAT:
                raise IndexProblem(
                    f"The index {place} was made by another version of Rode Draad. Run: rodedraad index"
                )
            if data != _sealed(data[:-_SEAL].decode() + "}"):
                raise damaged(place)
            del content["sha256"]
            if content.pop("generation") != id:
                raise damaged(place)
            content["documents"] = tuple([_entry(row) for row in content["documents"]])
            content["unread"] = tuple(
                Unread(path, size, mtime_ns, Reason(*reason))
                for path, size, mtime_ns, reason in content["unread"]
            )
            content["files"] = {name: (size, crc32) for name, (size, crc32) in content["files"].items()}
            return cls(**content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(place) from error


def _row(entry: Entry) -> list[Any]:
    # By hand, as there are many: dataclasses.astuple takes ten times as long.
    file = [entry.path, entry.sha256, entry.size, entry.mtime_ns, entry.declared_language, entry.language]
    given, record = entry.citation, entry.record
    citation = [given.title, given.author, given.publisher, given.date, given.url]
    place = [record.segment, record.offset, record.length, record.row, record.rows, record.sha256]
    unread = [_pair(reason) for reason in entry.unread]
    others = [entry.own_title, entry.own_date, entry.read_at, entry.key, place, unread, entry.member]
    return [*file, citation, *others]


def _entry(row: list[Any]) -> Entry:
    path, sha256, size, mtime_ns, declared, language = row[:6]
    citation, own_title, own_date, read_at, key, record, unread, member = row[6:]
    return Entry(
        path,
        sha256,
        size,
        mtime_ns,
        declared,
        language,
        _citation(*citation),
        own_title,
        read_at,
        key,
        Record(*record),
        tuple([Reason(*reason) for reason in unread]),
        own_date,
        tuple(member),
    )


_citation = lru_cache(1_000)(Citation)  # most are empty, or the same for many documents


def _pair(reason: Reason) -> list[Any]:
    return [reason.text, reason.values]


def _sealed(text: str) -> bytes:
    """A JSON object with the SHA-256 of its text as its last member."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return f'{text[:-1]}, "sha256": "{sha256}"}}'.encode()


_SEAL = len(_sealed("{}")) - 1


def damaged(place: object) -> IndexProblem:
    """The error for a file, or another place, that does not hold what was written to it."""
    return IndexProblem(f"The index file {place} is damaged or missing. Run: rodedraad check --repair")
