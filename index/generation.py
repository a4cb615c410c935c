"""Generation: the files of one state of the index, written beside the old, then published.

    HOME/CURRENT                 the name of the published generation
    HOME/writer.lock             held by the one writer
    HOME/generations/000042/     manifest.json, vectors.faiss, words/, texts/

Nothing published is ever changed, and nothing is removed before its successor is published.
"""

import hashlib
import json
import os
import shutil
import sys
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.vectors import VectorIndex
from ingest.documents import Citation, Document, Heading, Passage
from ingest.errors import RodeDraadError

FORMAT = 2
MANIFEST, VECTORS, WORDS, TEXTS = "manifest.json", "vectors.faiss", "words", "texts"


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
    text: str  # the name of its file under texts/
    passages: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds, and by what it was made."""

    model: str
    fingerprint: str  # of that model
    words: str  # fingerprint of the bundled token vectors, by which words are matched
    settings: dict[str, Any]
    documents: tuple[Entry, ...]
    unread: tuple[tuple[str, int, int], ...] = ()  # files that failed: id, size, mtime_ns

    def save(self, folder: Path) -> None:
        """Write the manifest, with the size and SHA-256 of every other file of the generation."""
        files = {
            path.relative_to(folder).as_posix(): [path.stat().st_size, sha256_of(path)]
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        content = {"format": FORMAT, **asdict(self), "files": files}
        (folder / MANIFEST).write_text(_sealed(content), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read the manifest and check every file that it names, apart from the texts.

        A text's checksum is checked when it is read: its name is its SHA-256. Raises IndexProblem
        naming the file that is missing or damaged.
        """
        try:
            text = (folder / MANIFEST).read_text("utf-8")
            content = json.loads(text)
            if content["format"] != FORMAT:
                raise IndexProblem(
                    f"The index {folder / MANIFEST} was made by another version of Rode Draad "
                    f"(format {content['format']}, not {FORMAT}). Run: rodedraad index"
                )
            del content["sha256"]
            if text != _sealed(content):
                raise _damaged(folder / MANIFEST)
            entries = [
                Entry(**{**entry, "citation": Citation(**entry["citation"])})
                for entry in content["documents"]
            ]
            for name, (size, sha256) in content["files"].items():
                path = folder / name
                if path.stat().st_size != size:
                    raise _damaged(path)
                if not name.startswith(TEXTS) and sha256_of(path) != sha256:
                    raise _damaged(path)
            return cls(
                model=content["model"],
                fingerprint=content["fingerprint"],
                words=content["words"],
                settings=content["settings"],
                documents=tuple(entries),
                unread=tuple((id, size, mtime_ns) for id, size, mtime_ns in content["unread"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            named = Path(getattr(error, "filename", None) or folder / MANIFEST)
            raise _damaged(named) from error


def _sealed(content: dict[str, Any]) -> str:
    """JSON that ends with the SHA-256 of what stands before."""
    sha256 = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return json.dumps({**content, "sha256": sha256})


def _damaged(path: Path) -> IndexProblem:
    return IndexProblem(f"The index file {path} is damaged or missing. Run: rodedraad index")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(folder: Path, document: Document, passages: list[Passage]) -> str:
    """Write a document's reading text and passages under `folder`; the name of the file."""
    content = {
        "text": document.text,
        "page_starts": document.page_starts,
        "headings": [[h.start, h.end, h.above] for h in document.headings],
        "languages": document.languages,
        "citation": asdict(document.own),
        "passages": [[p.start, p.end, p.sentences] for p in passages],
    }
    data = json.dumps(content, ensure_ascii=False).encode()
    name = f"{hashlib.sha256(data).hexdigest()}.json"
    if not (folder / name).exists():  # the same text may be linked from a published generation
        (folder / name).write_bytes(data)
    return name


def read_text(folder: Path, entry: Entry) -> tuple[Document, list[Passage]]:
    """What `write_text` wrote for a document; raises IndexProblem if it is damaged."""
    content = json.loads(_text_bytes(folder, entry))
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


def _text_bytes(folder: Path, entry: Entry) -> bytes:
    path = folder / TEXTS / entry.text
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _damaged(path) from error
    if hashlib.sha256(data).hexdigest() != path.stem:
        raise _damaged(path)
    return data


class Generation:
    """A published generation, open for reading. Its files stay until it is closed or let go."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`; raises IndexProblem if it is damaged."""
        self.folder = folder
        try:
            self._hold = _hold(folder)
        except OSError as error:
            raise _damaged(folder / MANIFEST) from error
        try:
            self.manifest = Manifest.load(folder)
        except IndexProblem:
            self.close()  # whoever keeps the error would keep the files
            raise
        self._ends = list(accumulate(entry.passages for entry in self.manifest.documents))
        entries = self.manifest.documents
        # Not a method: it would keep the generation, and its files, until the next collection.
        self.document = lru_cache(64)(lambda number: read_text(folder, entries[number]))

    @property
    def passages(self) -> int:
        """How many passages all documents have together."""
        return self._ends[-1] if self._ends else 0

    def first_passage(self, document: int) -> int:
        """The number of a document's first passage among all; documents count from 0."""
        return self._ends[document] - self.manifest.documents[document].passages

    def passage(self, number: int) -> tuple[Document, Passage]:
        """A passage by its number among all, and its document."""
        index = bisect_right(self._ends, number)
        document, passages = self.document(index)
        return document, passages[number - self.first_passage(index)]

    def vectors(self) -> VectorIndex:
        """The passages' vectors; row n is passage n."""
        return VectorIndex.read(self.folder / VECTORS)

    def check_texts(self) -> None:
        """Check the texts too; raises IndexProblem naming the one that is missing or damaged."""
        for entry in self.manifest.documents:
            _text_bytes(self.folder, entry)

    def close(self) -> None:
        """Let go of the files."""
        self._hold.close()


def current(home: Path) -> Path | None:
    """The folder of the published generation; None before the first.

    Raises IndexProblem when CURRENT names none.
    """
    pointer = home / "CURRENT"
    try:
        name = pointer.read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(pointer) from error
    if not name.isdecimal():
        raise _damaged(pointer)
    return home / "generations" / name


def open_current(home: Path) -> Generation:
    """The published generation.

    Raises IndexProblem when there is none, or when it is damaged.
    """
    folder = current(home)
    if folder is None:
        raise IndexProblem(f"There is no index in {home} yet. Run: rodedraad index")
    try:
        return Generation(folder)
    except IndexProblem:
        # A writer may have published and pruned between the two reads.
        if (newer := current(home)) is None or newer == folder:
            raise
        return Generation(newer)


@contextmanager
def writing(home: Path) -> Iterator[Path]:
    """A new folder for the next generation, for the one writer; gone again unless published.

    Raises RodeDraadError when another process is writing, or when a file cannot be written.
    """
    try:
        (home / "generations").mkdir(parents=True, exist_ok=True)
        with FileLock(home / "writer.lock").acquire(timeout=0):
            numbers = (int(path.name) for path in _generations(home))
            folder = home / "generations" / f"{max(numbers, default=0) + 1:06}"
            folder.mkdir()
            try:
                yield folder
            finally:
                _prune(home)
    except Timeout:
        raise RodeDraadError(f"Another program is indexing into {home}. Wait until it is done.") from None
    except OSError as error:
        raise RodeDraadError(
            f"The index in {home} cannot be written ({error.strerror or error}). Make room or "
            "give leave to write there, or name another folder with --home."
        ) from error


def _generations(home: Path) -> list[Path]:
    """The folder of every generation, published or not; anything else there is passed over."""
    return [path for path in (home / "generations").iterdir() if path.name.isdecimal()]


def publish(home: Path, folder: Path) -> None:
    """Make `folder`, complete and flushed to disk, the published generation, all at once."""
    for path in (*sorted(folder.rglob("*")), folder, folder.parent, home):
        _sync(path)
    pointer = home / "CURRENT.new"
    pointer.write_text(folder.name + "\n", "utf-8")
    _sync(pointer)
    pointer.replace(home / "CURRENT")
    _sync(home)


def _sync(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return  # Windows has no handle on a folder to flush
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(home: Path) -> None:
    """Remove every generation but the published one, unless a reader holds it."""
    try:
        keep = current(home)
    except IndexProblem:
        return  # what is published cannot be told from what is not
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
