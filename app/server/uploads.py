"""Uploads: a folder for files on their way into the corpus, which never holds much and is emptied."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

from rodedraad.server.refused_request import RefusedRequest, busy

UPLOADS_AT_ONCE = 4
"""How many uploads may be under way."""

UPLOAD_SECONDS = 600
"""Seconds after which a file is removed that has not been added to the documents."""

ROOM = 4
"""How many of the largest files the folder may hold before more is refused."""

LEAST_FILE_SIZE = 100_000  # bytes that a file counts for, so that there are not too many


class Uploads:
    """The folder of a server, in which each upload under way is written."""

    def __init__(self, folder: Path, largest: int) -> None:
        """Empty the folder; `largest` is the size in bytes of the largest file that is accepted."""
        self.folder, self.largest = folder, largest
        self._most = ROOM * largest
        self._under_way = 0
        self._sweep()

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Room for an upload; raises Refused if there is none."""
        self._sweep()
        if self._under_way >= UPLOADS_AT_ONCE:
            raise busy()
        if self._held() >= self._most:
            minutes = UPLOAD_SECONDS // 60
            raise RefusedRequest(
                507, f"Too much has been uploaded and not added. Try again in {minutes} minutes."
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def _held(self) -> int:
        return sum(max(status.st_size, LEAST_FILE_SIZE) for _, status in self._content())

    def _content(self) -> list[tuple[Path, os.stat_result]]:
        """Everything in the folder, what is in a folder before that."""
        found = []
        for path in self.folder.rglob("*"):
            with suppress(OSError):  # gone meanwhile
                found.append((path, path.lstat()))
        return sorted(found, reverse=True)

    def _sweep(self) -> None:
        """Remove what was cut off or never added, and the folders that it was in."""
        old = time.time() - UPLOAD_SECONDS
        for path, status in self._content():
            with suppress(OSError):  # gone meanwhile, or a folder that is in use
                if status.st_mtime < old:
                    path.rmdir() if S_ISDIR(status.st_mode) else path.unlink()
