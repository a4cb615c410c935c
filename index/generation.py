"""Generation: the files of one state of the index, written beside the old, then published.

    HOME/CURRENT                 the name of the published generation
    HOME/writer.lock             held by the one writer
    HOME/unfinished-*            embeddings that a run computed and could not publish
    HOME/generations/000042/     manifest.json, passages/ (segments of texts and vectors), words/

Nothing published is ever changed, and nothing is removed before its successor is published. Files
that a generation shares with the one before are hard links to the same bytes.
"""

import hashlib
import json
import os
import shutil
import sys
from bisect import bisect_right
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from re import fullmatch
from socket import gethostname
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from index.embedding import StaticEmbedder, Vectors
from index.files import crc32_of, replace_file, sync, write_file
from index.segments import DamagedFile, Record, read_record, read_vectors, vectors_file
from index.vectors import VectorIndex
from index.words import WordIndex
from ingest.documents import Citation, Document, Heading, Passage
from ingest.errors import RodeDraadError

FORMAT = 3
MANIFEST, PASSAGES, WORDS = "manifest.json", "passages", "words"

SMALL_FILE = 1 << 16
"""Bytes of a file whose checksum costs no more than a look at its size."""

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


def pack_text(document: Document, passages: list[Passage]) -> bytes:
    """A document's reading text and passages, as a record keeps them."""
    content = {
        "text": document.text,
        "page_starts": document.page_starts,
        "headings": [[h.start, h.end, h.above] for h in document.headings],
        "languages": document.languages,
        "citation": asdict(document.own),
        "passages": [[p.start, p.end, p.sentences] for p in passages],
    }
    return json.dumps(content, ensure_ascii=False).encode()


def unpack_text(data: bytes, entry: Entry) -> tuple[Document, list[Passage]]:
    """What `pack_text` was given."""
    content = json.loads(data)
    own = Citation(**content["citation"])
    document = Document(
        id=entry.path,
        sha256=entry.sha256,
        language=entry.language,
        citation=entry.citation.completed_by(own),
        text=content["text"],
        page_starts=tuple(content["page_starts"]),
        headings=tuple(Heading(*heading) for heading in content["headings"]),
        languages=tuple((offset, language) for offset, language in content["languages"]),
        own=own,
    )
    passages = [
        document.passage(start, end, ((s, e) for s, e in sentences))
        for start, end, sentences in content["passages"]
    ]
    return document, passages


def read_entry(folder: Path, entry: Entry, dimension: int) -> tuple[Document, list[Passage], Vectors]:
    """An entry's document, passages, and their vectors, float32[passages, dimension].

    Raises IndexProblem if what is on disk is not what was written.
    """
    try:
        data, vectors = read_record(folder / PASSAGES, entry.record, dimension)
    except DamagedFile as error:
        raise damaged(error.path) from error
    return *unpack_text(data, entry), vectors


def damaged_files(folder: Path, files: Files, checksums: bool) -> list[str]:
    """Those of the files that are missing, or of another size or checksum.

    Without `checksums`, only those of small files are compared.
    """

    def is_sound(name: str) -> bool:
        size, crc32 = files[name]
        try:
            if (folder / name).stat().st_size != size:
                return False
            return not (checksums or size <= SMALL_FILE) or crc32_of(folder / name) == crc32
        except OSError:
            return False

    return [name for name in sorted(files) if not is_sound(name)]


class Generation:
    """A published generation, open for reading. Its files stay until it is closed or let go."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`; raises IndexProblem if its manifest is damaged."""
        self.folder = folder
        try:
            self._hold = _hold(folder)
        except OSError as error:
            raise damaged(folder / MANIFEST) from error
        try:
            self.manifest = Manifest.load(folder)
        except IndexProblem:
            self.close()  # whoever keeps the error would keep the files
            raise
        entries, dimension = self.manifest.documents, self.manifest.dimension
        self._ends = list(accumulate(entry.passages for entry in entries))
        self._damage: Future[list[str]] | None = None  # what `verify` finds in the background
        # Not a method: it would keep the generation, and its files, until the next collection.
        self.document = lru_cache(64)(lambda number: read_entry(folder, entries[number], dimension)[:2])

    @property
    def passages(self) -> int:
        """How many passages all documents have together."""
        return self._ends[-1] if self._ends else 0

    def first_passage(self, document: int) -> int:
        """The number of a document's first passage among all; documents count from 0."""
        return self._ends[document] - self.manifest.documents[document].passages

    def passage(self, number: int) -> tuple[Document, Passage]:
        """A passage by its number among all, and its document."""
        if self._damage and (found := self._damage.result()):
            raise damaged(self.folder / found[0])
        index = bisect_right(self._ends, number)
        document, passages = self.document(index)
        return document, passages[number - self.first_passage(index)]

    def vectors(self) -> VectorIndex:
        """The passages' vectors; row n is passage n."""
        records = (entry.record for entry in self.manifest.documents)
        try:
            pieces = read_vectors(self.folder / PASSAGES, records, self.manifest.dimension)
        except DamagedFile as error:
            raise damaged(error.path) from error
        return VectorIndex.build(pieces, self.manifest.dimension)

    def words(self, static: StaticEmbedder) -> WordIndex:
        """The passages' words, which give passages by their numbers among all."""
        entries, ends = self.manifest.documents, np.array(self._ends, np.int64)
        counts = np.array([entry.passages for entry in entries], np.int64)
        firsts = np.array([entry.key for entry in entries], np.int64)
        keys = np.arange(self.passages) + np.repeat(firsts - (ends - counts), counts)
        try:
            return WordIndex(self.folder / WORDS, static, keys)
        except DamagedFile as error:
            raise damaged(error.path) from error

    def verify(self) -> None:
        """Compare the size of every file, and the checksums of the passages' words.

        Vectors, which are most of the bytes, are compared with their checksums in the background: the
        first passage waits for that, and so does every answer. A text is compared with its checksum each
        time it is read. Raises IndexProblem naming a file that is missing or damaged, as `passage` does.
        """
        files = self.manifest.files
        vectors = {name: files[name] for name in files if name.endswith(vectors_file(""))}
        words = {name: files[name] for name in files.keys() - vectors.keys() if name.startswith(f"{WORDS}/")}
        if found := damaged_files(self.folder, files, False) or damaged_files(self.folder, words, True):
            raise damaged(self.folder / found[0])
        background = ThreadPoolExecutor(1)
        self._damage = background.submit(damaged_files, self.folder, vectors, True)
        background.shutdown(wait=False)

    def close(self) -> None:
        """Let go of the files."""
        self._hold.close()


def current(home: Path) -> Path | None:
    """The folder of the published generation; None before the first.

    Raises IndexProblem when CURRENT names none.
    """
    pointer = home / "CURRENT"
    try:
        content = pointer.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise damaged(pointer) from error
    if not fullmatch(rb"[0-9]{6,}\n", content):
        raise damaged(pointer)
    return home / "generations" / content.decode().strip()


def open_current(home: Path) -> Generation:
    """The published generation, its files as yet unverified.

    Raises IndexProblem when there is none, or when its manifest is damaged.
    """
    folder = current(home)
    if folder is None:
        raise IndexProblem(f"There is no index in {home} yet. Run: rodedraad index")
    while True:
        try:
            return Generation(folder)
        except IndexProblem:
            # A writer may have published and pruned between the two reads.
            if (newer := current(home)) is None or newer == folder:
                raise
            folder = newer


@contextmanager
def writing(home: Path) -> Iterator[Path]:
    """A new folder for the next generation, for the one writer; gone again unless published.

    The system lets go of the lock when its owner ends, however it ends: a file that was left behind
    stops nobody. Raises RodeDraadError when another process is writing, or when a file cannot be written.
    """
    lock = home / "writer.lock"
    try:
        (home / "generations").mkdir(parents=True, exist_ok=True)
        with FileLock(lock).acquire(timeout=0):
            with suppress(OSError):  # Windows lets nobody write to a locked file
                since = datetime.now().strftime("%Y-%m-%d %H:%M")
                lock.write_text(f"process {os.getpid()} on {gethostname()}, since {since}", "utf-8")
            _prune(home)
            numbers = (int(path.name) for path in _generations(home))
            folder = home / "generations" / f"{max(numbers, default=0) + 1:06}"
            folder.mkdir()
            try:
                yield folder
            except BaseException:
                # If it was published after all, what came before may yet be needed: leave both.
                if _published(home) not in (folder, _UNKNOWN):
                    shutil.rmtree(folder, ignore_errors=True)
                raise
            _prune(home)
    except Timeout:
        raise RodeDraadError(
            f"Another program is indexing into {home}{_owner(lock)}. Wait until it is done."
        ) from None
    except OSError as error:
        raise RodeDraadError(
            f"The index in {home} cannot be written ({error.strerror or error}). Make room or "
            "give leave to write there, or name another folder with --home."
        ) from error


def _owner(lock: Path) -> str:
    """Who holds the lock, as it wrote there."""
    try:
        owner = lock.read_text("utf-8")
    except (OSError, ValueError):
        return ""
    return f" ({owner})" if owner else ""


_UNKNOWN = Path()


def _published(home: Path) -> Path | None:
    """The folder of the published generation; _UNKNOWN if CURRENT cannot be read."""
    try:
        return current(home)
    except IndexProblem:
        return _UNKNOWN


def _generations(home: Path) -> list[Path]:
    """The folder of every generation, published or not; anything else there is passed over."""
    return [path for path in (home / "generations").iterdir() if path.name.isdecimal()]


def publish(home: Path, folder: Path) -> None:
    """Make `folder`, complete and its files flushed to disk, the published generation, all at once."""
    folders = [path for path in folder.rglob("*") if path.is_dir()]
    for path in (*folders, folder, folder.parent, home, home.absolute().parent):
        sync(path)
    replace_file(home / "CURRENT", f"{folder.name}\n".encode())


def _prune(home: Path) -> None:
    """Remove every generation but the published one, unless a reader holds it."""
    if (keep := _published(home)) == _UNKNOWN:
        return  # what is published cannot be told from what is not
    sync(home)  # the writer before may have been cut off before it did
    for folder in _generations(home):
        if folder != keep:
            _remove_unless_held(folder)


if sys.platform == "win32":  # an open file cannot be removed there: no lock is needed

    def _hold(folder: Path) -> Any:
        return (folder / MANIFEST).open("rb")

    def _remove_unless_held(folder: Path) -> None:
        try:
            (folder / MANIFEST).unlink(missing_ok=True)
        except OSError:
            return
        shutil.rmtree(folder, ignore_errors=True)

else:
    import fcntl

    def _hold(folder: Path) -> Any:
        """An open file with a shared lock on the generation, until it is closed or collected."""
        file = (folder / MANIFEST).open("rb")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def _remove_unless_held(folder: Path) -> None:
        try:
            with (folder / MANIFEST).open("rb") as file:
                # A reader that opens it now waits, and then finds no manifest there.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
