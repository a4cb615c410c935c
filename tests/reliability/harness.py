"""Harness: a small corpus and its index, and re-indexes with a fault, in forked processes.

A fault strikes one operation on the index home, counted from 0: making a file, write, fsync, link,
rename, unlink, mkdir, rmdir. It fails with an error number, or the process dies there; a write does
half its work first. What tantivy writes by itself is not counted: test_full_disk.py sees to that.
"""

import errno
import json
import multiprocessing
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np

DIED = "died"
SEASONS = ["lente", "zomer", "herfst", "winter"]


def make_model(folder: Path) -> None:
    """A static model of sixteen dimensions and every word of the small corpus, for speed."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = sorted({word for season in SEASONS for word in _text(season).lower().split()})
    vocabulary = {word: number for number, word in enumerate(["[UNK]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(0).standard_normal((len(vocabulary), 16), np.float32)
    save_file({"embedding.weight": table}, folder / "model.safetensors")
    (folder / "modules.json").write_text('[{"path": "", "type": "models.StaticEmbedding"}]', "utf-8")


def _text(season: str) -> str:
    return f"In de {season} verkopen de boeren wol. De markt van de {season} ligt bij de brug."


def make_place(folder: Path) -> Path:
    """A corpus of five documents and its index, after which one is added, changed, removed, renamed."""
    (folder / "corpus").mkdir(parents=True)
    (folder / "home").mkdir()
    make_model(folder / "model")
    settings = f"model = '{folder / 'model'}'\npassage_size = 100\n"
    (folder / "home" / "settings.toml").write_text(settings, "utf-8")
    for season in SEASONS:
        (folder / "corpus" / f"{season}.txt").write_text(_text(season), "utf-8")
    (folder / "corpus" / "brug.txt").write_text("De brug is oud. Ze is van steen.", "utf-8")
    assert run(index, folder) == "done"
    (folder / "corpus" / "markt.txt").write_text("De markt is nieuw. Elke boer komt.", "utf-8")
    (folder / "corpus" / "lente.txt").write_text("De lente is laat dit jaar.", "utf-8")
    (folder / "corpus" / "zomer.txt").unlink()
    (folder / "corpus" / "herfst.txt").rename(folder / "corpus" / "najaar.txt")
    return folder


OLD = {
    "brug.txt": "De brug is oud. Ze is van steen.",
    **{f"{season}.txt": _text(season) for season in SEASONS},
}
NEW = {
    "brug.txt": "De brug is oud. Ze is van steen.",
    "lente.txt": "De lente is laat dit jaar.",
    "markt.txt": "De markt is nieuw. Elke boer komt.",
    "najaar.txt": _text("herfst"),
    "winter.txt": _text("winter"),
}


def start(function: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """A process that calls a function with a connection and arguments; and what receives from it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.reliability.prepared"])
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=function, args=(sender, *arguments))
    process.start()
    sender.close()
    return process, receiver


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns in a process of its own; DIED if that ended before it returned."""
    process, receiver = start(_call, function, arguments)
    try:
        result = receiver.recv()
    except EOFError:
        result = DIED
    process.join()
    receiver.close()
    return result


def _call(sender: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    sender.send(function(*arguments))


def index(place: Path) -> str:
    """Re-index; "done", or the error message."""
    from rodedraad.index.build import reindex
    from rodedraad.ingest.errors import RodeDraadError

    try:
        reindex(place / "corpus", place / "home")
    except RodeDraadError as error:
        return str(error)
    return "done"


def contents(place: Path) -> dict[str, str] | str:
    """Each document's text after every check there is; or the error message.

    Words and vectors are asked too: each passage must be found by its own text, as the best.
    """
    from rodedraad.index.search import Searcher
    from rodedraad.index.store.check import index_problems
    from rodedraad.index.store.manifest import IndexProblem
    from rodedraad.index.store.publishing import open_current

    try:
        generation = open_current(place / "home")
        problems = index_problems(place / "home")
        if problems:
            return problems[0]
        searcher = Searcher.open(place / "home")
        for number in range(generation.passages):
            document, passage = generation.passage(number)
            assert document.text[passage.start : passage.end] == passage.text
            hits = searcher.search(searcher.query(passage.text), 3)
            assert passage.text in {hit.passage.text for hit in hits}, passage.text
        entries = generation.manifest.documents
        return {entry.path: generation.document(n)[0].text for n, entry in enumerate(entries)}
    except IndexProblem as error:
        return str(error)


def index_and_read(place: Path) -> dict[str, str] | str:
    """Re-index without a fault; then the contents."""
    outcome = index(place)
    return contents(place) if outcome == "done" else outcome


def contents_now_and_next(place: Path) -> tuple[dict[str, str] | str, dict[str, str] | str]:
    """The contents, and those after a re-index without a fault."""
    return contents(place), index_and_read(place)


def index_limited(place: Path, size: int) -> str:
    """Re-index where no file can have more bytes than `size`."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return index(place)


def repair(place: Path) -> dict[str, str] | str:
    """Re-index with every checksum compared; then the contents."""
    from rodedraad.index.build import reindex

    reindex(place / "corpus", place / "home", repair=True)
    return contents(place)


def contents_now_and_repaired(place: Path) -> tuple[dict[str, str] | str, dict[str, str] | str]:
    """The contents, and those once the index is repaired."""
    return contents(place), repair(place)


@dataclass
class Shim:
    """Counts the operations on files under a home, faults one, and records what was flushed to disk."""

    home: str
    strike_at: int = -1
    fault: int | str = DIED  # an error number, or DIED
    report: str = ""  # the file that gets what had been flushed to disk at death
    count: int = 0
    names: list[str] = field(default_factory=list)  # of the operations, in order
    synced: list[tuple[int, int, int]] = field(default_factory=list)  # inode, size, mtime_ns
    listings: dict[str, dict[str, int]] = field(default_factory=dict)  # folder → name → inode

    def install(self) -> None:
        """Put the shim between Python and the operating system, for as long as the process lives."""
        for folder, _, _ in os.walk(self.home):
            self.listings[folder] = _listing(folder)
        for name in ("link", "replace", "rename", "unlink", "mkdir", "rmdir"):
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        os.open, os.write, os.fsync = self._open(os.open), self._write(os.write), self._fsync(os.fsync)

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(path: Any, *arguments: Any, **options: Any) -> Any:
            if self._is_ours(path, options):
                self._step(name)
            return real(path, *arguments, **options)

        return operation

    def _open(self, real: Callable[..., int]) -> Callable[..., int]:
        def operation(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            if flags & os.O_CREAT and self._is_ours(path, options):
                self._step("open")
            return real(path, flags, *arguments, **options)

        return operation

    def _write(self, real: Callable[..., int]) -> Callable[..., int]:
        def operation(descriptor: int, data: Any) -> int:
            if self._path(descriptor).startswith(self.home):
                self._step("write", lambda: real(descriptor, bytes(data)[: len(data) // 2]))
            return real(descriptor, data)

        return operation

    def _fsync(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def operation(descriptor: int) -> None:
            path = self._path(descriptor)
            if path.startswith(self.home):
                self._step("fsync")
            real(descriptor)
            if os.path.isdir(path):  # noqa: PTH112
                self.listings[path] = _listing(path)
            else:
                status = os.fstat(descriptor)
                self.synced.append((status.st_ino, status.st_size, status.st_mtime_ns))

        return operation

    def _path(self, descriptor: int) -> str:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115

    def _is_ours(self, path: Any, options: dict[str, Any]) -> bool:
        if options.get("dir_fd") is not None:
            path = f"{self._path(options['dir_fd'])}/{path}"
        return str(path).startswith(self.home)

    def _step(self, name: str, half: Callable[[], Any] = lambda: None) -> None:
        number, self.count = self.count, self.count + 1
        self.names.append(name)
        if number != self.strike_at:
            return
        half()
        if isinstance(self.fault, int):
            raise OSError(self.fault, os.strerror(self.fault))
        if self.report:
            Path(self.report).write_text(json.dumps([self.synced, self.listings]), "utf-8")
        os._exit(1)


def _listing(folder: str) -> dict[str, int]:
    with os.scandir(folder) as entries:
        return {entry.name: entry.inode() for entry in entries}


def index_with(place: Path, strike_at: int, fault: int | str, report: str = "") -> Any:
    """Re-index with a fault at one operation; the outcome and the operations up to it."""
    shim = Shim(str(place / "home"), strike_at, fault, report)
    shim.install()
    return index(place), shim.names


def index_in_parts_with(place: Path, strike_at: int, fault: int | str) -> Any:
    """The same, where each document that is read is published as a part of its own."""
    from rodedraad.index import builder

    builder.PART_SECONDS, builder.PART_RATIO = 0.0, 0
    return index_with(place, strike_at, fault)


ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}
