"""Live corpus: the documents behind a running page: their states, and the changes that people make."""

import shutil
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rodedraad.index.files.safe_files import give_free_name, hidden_name
from rodedraad.index.progress import OnProgress
from rodedraad.index.report import Report, by_path
from rodedraad.index.settings import load_settings
from rodedraad.index.states import State, states_of
from rodedraad.index.store.progress_file import Running, running
from rodedraad.ingest.corpus_folder import LEFT_BY_PROGRAMS, Source, find_source, scan
from rodedraad.ingest.documents import holder
from rodedraad.ingest.errors import Reason, RodeDraadError, UnreadableDocument
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_file import open_source, read_bytes
from rodedraad.live.added_pages import Fetch, add_page
from rodedraad.live.answered_examples import ask_examples
from rodedraad.live.error_message import without_folders
from rodedraad.live.index_apart import IndexApart
from rodedraad.live.live_index import LiveIndex
from rodedraad.live.web_fetch import fetch_apart
from rodedraad.texts.refusal import Refusal

LONGEST_FILE_NAME = 200  # bytes of a file's name


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document and its state."""

    id: str
    title: str
    language: str = ""  # ISO 639-1; empty if it is not in the index
    passages: int = 0
    indexed: datetime | None = None  # when its text was last read, in UTC
    state: State = State.INDEXED
    reasons: tuple[Reason, ...] = ()  # why it, or parts of it, could not be read
    member: tuple[str, ...] = ()  # as `Document.member`

    @property
    def file(self) -> str:
        """The id of the file on disk."""
        return holder(self.id, self.member)

    @property
    def only_holds_others(self) -> bool:
        """Whether it is a file without a text of its own, such as an archive."""
        return self.indexed is not None and not self.passages

    @property
    def is_partial(self) -> bool:
        """Whether it is indexed but for parts that could not be read."""
        return self.state == State.INDEXED and bool(self.reasons)


class LiveCorpus:
    """The documents of a corpus folder, compared with the open index."""

    def __init__(self, corpus: Path, index: LiveIndex, fetch: Fetch = fetch_apart) -> None:
        """`fetch` gets the pages of the web that are added."""
        self._corpus = corpus
        self._index = index
        self._indexing: IndexApart | None = None  # that runs for this process
        self._fetch = fetch

    @property
    def largest(self) -> int:
        """The size in bytes of the largest file that is accepted."""
        return load_settings(self._index.home).largest_bytes

    def told(self, error: RodeDraadError) -> str:
        """The message of an error for somebody elsewhere: without the folders of this machine."""
        return without_folders(error, self._corpus, self._index.home)

    def rows(self) -> list[DocumentRow]:
        """Every document by id, beneath its file; files that are not wholly indexed come first."""
        manifest = self._index.searcher().generation.manifest
        sources, _ = scan(self._corpus)
        states = states_of(manifest, sources)
        reasons = {file.path: (file.reason,) for file in manifest.unread if states[file.path] == State.UNREAD}
        rows = [
            DocumentRow(
                id=entry.path,
                title=entry.title,
                language=entry.language,
                passages=entry.passages,
                indexed=datetime.fromtimestamp(entry.read_at, UTC),
                state=states[entry.path],
                reasons=(*reasons.get(entry.path, ()), *entry.unread),
                member=entry.member,
            )
            for entry in manifest.documents
        ]
        indexed = {row.id for row in rows}
        rows += [
            DocumentRow(
                id=source.id,
                title=source.citation.title or source.id,
                state=states[source.id],
                reasons=reasons.get(source.id, ()),
            )
            for source in sources
            if source.id not in indexed
        ]
        remarkable = {row.file for row in rows if row.state != State.INDEXED or row.reasons}
        return sorted(rows, key=lambda row: (row.file not in remarkable, by_path(row.id)))

    def add(self, file: Path, name: str) -> None:
        """Copy a file into the corpus under `name`.

        Raises Refusal if it cannot be a document or the name is taken, RodeDraadError if it cannot be
        written.
        """
        suffix = Path(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise Refusal("refused_kind", kinds=", ".join(SUFFIXES))
        too_long = len(name.encode(errors="replace")) > LONGEST_FILE_NAME
        skipped = name.startswith(".") or LEFT_BY_PROGRAMS.fullmatch(name)
        if too_long or skipped or not name.isprintable() or "/" in name or "\\" in name:
            raise Refusal("refused_name")
        largest = self.largest
        try:
            size = file.stat().st_size
            if size > largest:
                raise Refusal("refused_size", most=largest // 1_000_000)
            if size == 0:
                raise Refusal("refused_empty")
            with hidden_name(self._corpus) as hidden:
                shutil.copyfile(file, hidden)
                give_free_name(hidden, self._corpus / name)
        except FileExistsError as error:
            raise Refusal("refused_known") from error
        except OSError as error:
            raise RodeDraadError(f"{name} cannot be written ({error.strerror}).") from error

    def add_page(self, address: str) -> str:
        """Fetch a page of the web, save it, and return its id; raises what `added_pages.add_page` raises."""
        return add_page(self._corpus, address, self.largest, self._fetch)

    def read(self, id: str) -> bytes:
        """The bytes of a document's file; raises UnreadableDocument if it is missing or unreadable."""
        return read_bytes(self._source(id), self.largest)

    def original(self, file: str, member: tuple[str, ...]) -> tuple[str, BinaryIO]:
        """The name of a file, or of a member as `read_member` gives it, and the file, open for reading.

        Raises UnreadableDocument if it is missing or unreadable.
        """
        if not member:
            return PurePosixPath(file).name, open_source(self._source(file))
        data = self.read(file)
        with ParserPool(load_settings(self._index.home).limits, 1) as parsers:
            data, depth = parsers.read_member(file, data, member)
        return PurePosixPath(file, *member[:depth]).name, BytesIO(data)

    def _source(self, id: str) -> Source:
        """The source of a file; raises UnreadableDocument if there is none."""
        source = find_source(self._corpus, id)
        if source is None:
            raise UnreadableDocument("its file no longer exists")
        return source

    def remove(self, id: str) -> None:
        """Delete a document's file, if it exists; raises RodeDraadError if it cannot be deleted."""
        source = find_source(self._corpus, id)
        if source is None:
            return
        try:
            if stat.S_ISDIR(source.path.lstat().st_mode):
                raise RodeDraadError(f"{id} is a folder. Remove it on the server itself.")
            source.path.unlink(missing_ok=True)
        except OSError as error:
            raise RodeDraadError(f"{id} cannot be removed ({error.strerror}).") from error

    def reindex(self, on_progress: OnProgress) -> Report:
        """Bring the index up to date and open it; raises what `IndexApart.report` raises."""
        self._indexing = IndexApart(self._corpus, self._index.home)
        try:
            report = self._indexing.report(on_progress)
        finally:
            self._indexing = None
        self._index.renew()
        return report

    def ask_examples(self) -> None:
        """Keep which examples the open index answers; raises as `answered_examples.ask_examples`."""
        ask_examples(self._corpus, self._index.home, self._index.searcher)

    def cancel(self) -> None:
        """Have the indexing that runs for this process, if any, end with what is done."""
        if indexing := self._indexing:
            indexing.cancel()

    def close(self) -> None:
        """Break off the indexing that runs for this process, if any."""
        if indexing := self._indexing:
            indexing.end()

    @property
    def can_cancel(self) -> bool:
        """Whether an indexing runs for this process that was not cancelled yet."""
        return (indexing := self._indexing) is not None and not indexing.is_cancelled

    def running(self) -> Running | None:
        """The indexing that this or another process runs now, if any."""
        return running(self._index.home)

    def version(self) -> str:
        """The name of the published generation, another one after each change."""
        return self._index.searcher().generation.id
