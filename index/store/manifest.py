"""Manifest: what a generation holds, document by document, and by what it was made."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rodedraad.index.files.safe_files import write_file
from rodedraad.index.files.segments import Record
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import RodeDraadError

FORMAT = 3


MANIFEST = "manifest.json"


Files = dict[str, tuple[int, int]]
"""Size in bytes and CRC-32 of files, by their path in the generation."""


class IndexProblem(RodeDraadError):
    """The index is missing, damaged, or was made by another model or version."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a generation knows of one document."""

    path: str  # the document's id
    sha256: str
    size: int  # bytes
    mtime_ns: int
    declared_language: str | None  # as sources.toml gives it
    language: str
    citation: Citation  # as sources.toml gives it
    read_at: float  # when its text was last read, in seconds since 1970
    key: int  # of its first passage in the index of words, counting up from there; never used twice
    record: Record  # its reading text and its passages' vectors

    @property
    def passages(self) -> int:
        """How many passages the document has."""
        return self.record.rows


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds, and by what it was made."""

    model: str
    fingerprint: str  # of that model
    dimension: int  # of its vectors
    words: str  # fingerprint of the bundled token vectors, by which words are matched
    settings: dict[str, Any]
    documents: tuple[Entry, ...]  # by path
    unread: tuple[tuple[str, int, int], ...] = ()  # files that failed: id, size, mtime_ns
    files: Files = field(default_factory=dict, compare=False)  # all but the manifest

    def save(self, folder: Path) -> None:
        """Write the manifest."""
        content = {
            "format": FORMAT,
            "generation": folder.name,
            "model": self.model,
            "fingerprint": self.fingerprint,
            "dimension": self.dimension,
            "words": self.words,
            "settings": self.settings,
            "files": self.files,
            "unread": self.unread,
            "documents": [_row(entry) for entry in self.documents],
        }
        write_file(folder / MANIFEST, _sealed(json.dumps(content)))

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read the manifest; raises IndexProblem if it is damaged or of another version."""
        path = folder / MANIFEST
        try:
            data = path.read_bytes()
            content = json.loads(data)
            if content.pop("format") != FORMAT:
                raise IndexProblem(
                    f"The index {path} was made by another version of Rode Draad. Run: rodedraad index"
                )
            if data != _sealed(data[:-_SEAL].decode() + "}"):
                raise damaged(path)
            del content["sha256"]
            if content.pop("generation") != folder.name:
                raise damaged(path)
            content["documents"] = tuple(_entry(row) for row in content["documents"])
            content["unread"] = tuple((id, size, mtime_ns) for id, size, mtime_ns in content["unread"])
            content["files"] = {name: (size, crc32) for name, (size, crc32) in content["files"].items()}
            return cls(**content)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(path) from error


def _row(entry: Entry) -> list[Any]:
    # By hand, as there are many: dataclasses.astuple takes ten times as long.
    facts = [entry.path, entry.sha256, entry.size, entry.mtime_ns, entry.declared_language, entry.language]
    said, record = entry.citation, entry.record
    citation = [said.title, said.author, said.publisher, said.date, said.url]
    place = [record.segment, record.offset, record.length, record.row, record.rows, record.sha256]
    return [*facts, citation, entry.read_at, entry.key, place]


def _entry(row: list[Any]) -> Entry:
    path, sha256, size, mtime_ns, declared_language, language, citation, read_at, key, record = row
    return Entry(
        path=path,
        sha256=sha256,
        size=size,
        mtime_ns=mtime_ns,
        declared_language=declared_language,
        language=language,
        citation=Citation(*citation),
        read_at=read_at,
        key=key,
        record=Record(*record),
    )


def _sealed(text: str) -> bytes:
    """A JSON object that ends with the SHA-256 of what stands before."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return f'{text[:-1]}, "sha256": "{sha256}"}}'.encode()


_SEAL = len(_sealed("{}")) - 1


def damaged(path: Path) -> IndexProblem:
    """What to say of a file that does not hold what was written to it."""
    return IndexProblem(f"The index file {path} is damaged or missing. Run: rodedraad check --repair")
