"""LiveCorpus: the documents behind a running page: how each stands, and people's changes to them."""

import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rodedraad.index.build import Progress, Report, reindex
from rodedraad.index.settings import load_settings
from rodedraad.ingest.corpus_folder import Source, scan
from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.ingest.read_file import read_bytes
from rodedraad.live.live_index import LiveIndex

LONGEST_NAME = 200  # bytes of a file's name


@dataclass(frozen=True, slots=True)
class Row:
    """A document and how it stands: "indexed", "changed", "new", "gone" or "unread"."""

    id: str
    title: str
    language: str = ""  # ISO 639-1; empty where it has not been read
    passages: int = 0
    indexed: datetime | None = None  # when its text was last read, in UTC
    state: str = "indexed"
    reason: str = ""  # why it is unread


class Refusal(RodeDraadError):
    """Something that is not taken in: `why` names a phrase, and `given` what stands in it."""

    def __init__(self, why: str, **given: object) -> None:
        super().__init__(why)
        self.why, self.given = why, given


class LiveCorpus:
    """The documents of a corpus folder and of its open index."""

    def __init__(self, corpus: Path, index: LiveIndex, failed: Mapping[str, str] | None = None) -> None:
        """`failed` gives the reasons that the last indexing found, by document."""
        self._corpus = corpus
        self._index = index
        self._failed = dict(failed or {})

    @property
    def largest(self) -> int:
        """Bytes of the largest file that is taken in."""
        return load_settings(self._index.home).largest_bytes

    def rows(self) -> list[Row]:
        """Every document, those that want attention first, then by id."""
        generation = self._index.searcher().generation
        there = {source.id: source for source in scan(self._corpus)[0]}
        unread = {id: (size, mtime_ns) for id, size, mtime_ns in generation.manifest.unread}
        rows = []
        for number, entry in enumerate(generation.manifest.documents):
            source = there.pop(entry.path, None)
            state, reason = "indexed", ""
            if not source:
                state = "gone"
            elif unread.get(entry.path) == (source.size, source.mtime_ns):
                state, reason = "unread", self._failed.get(entry.path, "")
            elif (source.size, source.mtime_ns) != (entry.size, entry.mtime_ns):
                state = "changed"
            rows.append(
                Row(
                    id=entry.path,
                    title=generation.document(number)[0].title,
                    language=entry.language,
                    passages=entry.passages,
                    indexed=datetime.fromtimestamp(entry.read_at, UTC),
                    state=state,
                    reason=reason,
                )
            )
        for id, source in there.items():
            known = unread.get(id) == (source.size, source.mtime_ns)
            reason = self._failed.get(id, "") if known else ""
            rows.append(
                Row(id, source.citation.title or id, state="unread" if known else "new", reason=reason)
            )
        return sorted(rows, key=lambda row: (row.state == "indexed", row.id))

    def add(self, file: Path, name: str) -> None:
        """Take a file in under a name; raises Refusal for what is no document, or is there already."""
        suffix = Path(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise Refusal("refused_kind", kinds=", ".join(SUFFIXES))
        too_long = len(name.encode(errors="replace")) > LONGEST_NAME
        if too_long or name.startswith(".") or not name.isprintable() or "/" in name or "\\" in name:
            raise Refusal("refused_name")
        largest = self.largest
        if file.stat().st_size > largest:
            raise Refusal("refused_size", most=largest // 1_000_000)
        if file.stat().st_size == 0:
            raise Refusal("refused_empty")
        hidden = self._corpus / f".{os.urandom(8).hex()}.upload"  # indexing passes hidden files over
        try:
            shutil.copyfile(file, hidden)
            os.link(hidden, self._corpus / name)  # unlike a rename, never in another file's place
        except FileExistsError as error:
            raise Refusal("refused_known") from error
        except OSError as error:
            raise RodeDraadError(f"{name} cannot be written ({error.strerror}).") from error
        finally:
            hidden.unlink(missing_ok=True)

    def read(self, id: str) -> bytes:
        """The bytes of a document's file; raises RodeDraadError when they cannot be had."""
        source = self._source(id)
        if source is None:
            raise UnreadableDocument("its file is no longer there")
        return read_bytes(source, self.largest)

    def remove(self, id: str) -> None:
        """Delete the file of a document; raises RodeDraadError when there is none, or it cannot be."""
        source = self._source(id)
        if source is None:
            return  # somebody else was first
        try:
            if stat.S_ISDIR(source.path.lstat().st_mode):
                raise RodeDraadError(f"{id} is a folder; remove it on the machine itself.")
            source.path.unlink(missing_ok=True)
        except OSError as error:
            raise RodeDraadError(f"{id} cannot be removed ({error.strerror}).") from error

    def _source(self, id: str) -> Source | None:
        return next((source for source in scan(self._corpus)[0] if source.id == id), None)

    def reindex(self, progress: Progress) -> Report:
        """Bring the index up to date, and open it; raises what `index.build.reindex` raises."""
        report = reindex(self._corpus, self._index.home, progress)
        self._failed = dict(report.failed)
        self._index.searcher()
        return report
