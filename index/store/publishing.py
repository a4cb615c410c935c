"""Publishing: a generation is written beside the last one, then made current all at once.

    HOME/CURRENT                 the name of the published generation
    HOME/writer.lock             held by the one writer
    HOME/unfinished-*            embeddings that a run computed and could not publish
    HOME/generations/000042/     manifest.json, passages/ (segments of texts and vectors), words/

Nothing published is ever changed, and nothing is removed before its successor is published. Files
that a generation shares with the one before are hard links to the same bytes.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from re import fullmatch
from socket import gethostname

from filelock import FileLock, Timeout

from rodedraad.index.files.safe_files import replace_file, sync
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import IndexProblem, damaged
from rodedraad.index.store.reader_lock import remove_unless_read
from rodedraad.ingest.errors import RodeDraadError


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
            remove_unless_read(folder)
