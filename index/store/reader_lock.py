"""Reader lock: a generation's files stay for as long as a reader has it open."""

import shutil
import sys
from pathlib import Path
from typing import IO

from rodedraad.index.files.index_file import ForbiddenFile, open_file
from rodedraad.index.store.manifest import MANIFEST

if sys.platform == "win32":  # an open file cannot be removed there: no lock is needed

    def lock_for_reading(folder: Path) -> IO[bytes]:
        """An open file that keeps the generation until it is closed or garbage-collected."""
        return open_file(folder / MANIFEST)

    def remove_unless_read(folder: Path) -> None:
        """Remove a generation, unless a reader has it open."""
        try:
            (folder / MANIFEST).unlink(missing_ok=True)
        except OSError:
            return
        shutil.rmtree(folder, ignore_errors=True)

else:
    import fcntl

    def lock_for_reading(folder: Path) -> IO[bytes]:
        """An open file that keeps the generation until it is closed or garbage-collected."""
        file = open_file(folder / MANIFEST)
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def remove_unless_read(folder: Path) -> None:
        """Remove a generation, unless a reader has it open."""
        try:
            with open_file(folder / MANIFEST) as file:
                # A reader that opens it now waits, and then finds no manifest.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except (BlockingIOError, ForbiddenFile):
            pass
        except OSError:  # without its manifest nobody can open it
            shutil.rmtree(folder, ignore_errors=True)
