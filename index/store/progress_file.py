"""Progress file: HOME/running, by which other processes see that an indexing runs, since when and how far.

The file counts for as long as the process that writes it has it open; one left by a process that was killed
is ignored.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from rodedraad.index.progress import OnProgress, Progress
from rodedraad.ingest.data_file import parse_json
from rodedraad.ingest.regular_file import open_regular

RUNNING = "running"

OFTEN = 1.0
"""Seconds between two times that progress is written."""

PROGRESS_BYTES = 1_000
"""Bytes of the file; it is padded to them, so that each write replaces the last."""

if sys.platform == "win32":  # an open file cannot be removed there

    def _hold(file: IO[bytes]) -> None:
        """Keep others from taking the file for one left behind."""

    def _is_held(file: IO[bytes], path: Path) -> bool:
        """Whether a process has the file open, besides this one."""
        file.close()
        try:
            path.unlink()
        except OSError:
            return True
        return False

else:
    import fcntl

    def _hold(file: IO[bytes]) -> None:
        """Keep others from taking the file for one left behind."""
        fcntl.flock(file, fcntl.LOCK_EX)

    def _is_held(file: IO[bytes], path: Path) -> bool:
        """Whether a process holds the file."""
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@dataclass(frozen=True, slots=True)
class Running:
    """An indexing that runs, in this process or another."""

    since: float  # in seconds since 1970
    progress: Progress


@contextmanager
def told_to_others(home: Path, on_progress: OnProgress) -> Iterator[OnProgress]:
    """`on_progress`, which others can follow for as long as the block runs.

    That they cannot, for the disk is full, is no error.
    """
    path, since = home / RUNNING, time.time()
    try:
        file = path.open("wb", buffering=0)
    except OSError:
        yield on_progress
        return
    last, step = -OFTEN, ""

    def tell(now: Progress) -> None:
        nonlocal last, step
        if time.monotonic() >= last + OFTEN or now.step != step:
            last, step = time.monotonic(), now.step
            content = json.dumps({"since": since, "progress": asdict(now)}).encode()
            with suppress(OSError):
                file.seek(0)
                file.write(content.ljust(PROGRESS_BYTES))
        on_progress(now)

    with file:
        _hold(file)
        try:
            yield tell
        finally:
            file.close()
            with suppress(OSError):
                path.unlink()


def running(home: Path) -> Running | None:
    """The indexing that a process runs now into an index home; None if there is none."""
    path = home / RUNNING
    try:
        with open_regular(path) as file:
            data = file.read(PROGRESS_BYTES)
            if not _is_held(file, path):
                return None
        content = parse_json(data)
        return Running(content["since"], Progress(**content["progress"]))
    except (OSError, ValueError, KeyError, TypeError):  # or it is just beginning
        return None
