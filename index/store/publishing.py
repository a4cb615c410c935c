"""Publishing: a new generation is written beside the published one, and then replaces it atomically.

    HOME/CURRENT                 the name of the published generation
    HOME/writer.lock             locked by the process that writes
    HOME/running                 how far an indexing is, while it runs
    HOME/unfinished-*            embeddings that a run computed and did not publish
    HOME/generations/000042/     manifest.json, passages/ (segments of texts and vectors), words/

A published generation never changes, and is removed only after its successor is published. Files that
two generations have in common are hard links to the same bytes.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from re import fullmatch
from socket import gethostname

from rodedraad.index.files.index_file import read_file
from rodedraad.index.files.safe_files import replace_file, sync
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import IndexBusy, IndexProblem, damaged
from rodedraad.index.store.reader_lock import remove_unless_read
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.regular_file import read_regular

LARGEST_NAME_FILE = 1_000
"""Bytes of the largest file that names a generation or a process."""


def current(home: Path) -> Path | None:
    """The folder of the published generation; None before the first.

    Raises IndexProblem if CURRENT is damaged, RodeDraadError if a folder has its name.
    """
    pointer = home / "CURRENT"
    try:
        content = read_file(pointer, LARGEST_NAME_FILE)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError as error:
        raise _in_the_way(pointer) from error
    except OSError as error:
        raise damaged(pointer) from error
    if not fullmatch(rb"[0-9]{6,}\n", content):
        raise damaged(pointer)
    return home / "generations" / content.decode().strip()


def _in_the_way(path: Path) -> RodeDraadError:
    return RodeDraadError(f"{path} is in the way: the index has a file there. Move it to another place.")


def open_current(home: Path) -> Generation:
    """Open the published generation, without verifying its files.

    Raises IndexProblem if there is none, or its manifest is damaged.
    """
    folder = current(home)
    if folder is None:
        raise IndexProblem(f"There is no index in {home} yet. Run: rodedraad index")
    while True:
        try:
            return Generation(folder)
        except IndexProblem:
            # A writer may have published another, and removed this one, in between.
            if (newer := current(home)) is None or newer == folder:
                raise
            folder = newer


@contextmanager
def writing(home: Path) -> Iterator[Callable[[], Path]]:
    """A function that makes a folder for the next generation, under a lock.

    It is called again once that is published, for the one after. What is not published is removed.

    The operating system releases the lock when its process ends; a lock file left behind does not
    matter. Raises RodeDraadError if another process is writing, or if a file cannot be written.
    """

    lock = home / "writer.lock"
    with written_to(home):
        (home / "generations").mkdir(parents=True, exist_ok=True)
        if lock.exists() and not lock.is_file():
            raise _in_the_way(lock)
        with _locked(lock, home):
            with suppress(OSError):  # on Windows, a locked file cannot be written to
                lock.write_text(this_process(), "utf-8")
            folders: list[Path] = []

            def new_folder() -> Path:
                _prune(home)
                numbers = (int(path.name) for path in _generations(home))
                folder = home / "generations" / f"{max(numbers, default=0) + 1:06}"
                folders.append(folder)
                folder.mkdir()
                return folder

            try:
                yield new_folder
            except BaseException:
                # After a failed publication either of the two may be current: keep both.
                if folders and _published(home) not in (folders[-1], _UNKNOWN):
                    shutil.rmtree(folders[-1], ignore_errors=True)
                raise
            _prune(home)


def this_process() -> str:
    """This process as it is shown to others, with the present as the time since when it writes."""
    return f"process {os.getpid()} on {gethostname()}, since {datetime.now():%Y-%m-%d %H:%M}"


@contextmanager
def _locked(lock: Path, home: Path) -> Iterator[None]:
    """The lock held; raises IndexBusy if another process holds it."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(lock).acquire(timeout=0):
            yield
    except Timeout:
        raise IndexBusy(home, _owner(lock)) from None


@contextmanager
def written_to(home: Path) -> Iterator[None]:
    """Raises RodeDraadError where a file of a home cannot be written."""
    try:
        yield
    except IsADirectoryError as error:
        raise _in_the_way(Path(error.filename2 or error.filename)) from error
    except OSError as error:
        raise RodeDraadError(
            f"The index in {home} cannot be written ({error.strerror or error}). Free disk space or grant "
            "permission to write there, or name another folder with --home."
        ) from error


def _owner(lock: Path) -> str:
    """The process that holds the lock, as it wrote there; "" if unknown."""
    try:
        return read_regular(lock, LARGEST_NAME_FILE).decode()
    except (OSError, ValueError):
        return ""


_UNKNOWN = Path()


def _published(home: Path) -> Path | None:
    """The folder of the published generation; _UNKNOWN if CURRENT cannot be read."""
    try:
        return current(home)
    except IndexProblem:
        return _UNKNOWN


def _generations(home: Path) -> list[Path]:
    """The folder of every generation, published or not; other files are skipped."""
    return [path for path in (home / "generations").iterdir() if path.name.isdecimal()]


def publish(home: Path, folder: Path) -> None:
    """Make `folder` the published generation, atomically; its files must have been flushed to disk."""
    folders = [path for path in folder.rglob("*") if path.is_dir()]
    for path in (*folders, folder, folder.parent, home, home.absolute().parent):
        sync(path)
    replace_file(home / "CURRENT", f"{folder.name}\n".encode())


def _prune(home: Path) -> None:
    """Remove every generation but the published one and those that readers have open."""
    if (keep := _published(home)) == _UNKNOWN:
        return  # any of them may be the published one
    sync(home)  # the previous writer may have been killed before it did
    for folder in _generations(home):
        if folder != keep:
            remove_unless_read(folder)
