"""Reader lock: a generation's files stay for as long as a reader has it open."""

import shutil
import sys
from pathlib import Path
from typing import IO

from rodedraad.index.store.manifest import MANIFEST

if sys.platform == "win32":  # an open file cannot be removed there: no lock is needed

    def lock_for_reading(folder: Path) -> IO[bytes]:
        """An open file that keeps the generation until it is closed or garbage-collected."""
        return (folder / MANIFEST).open("rb")

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
        file = (folder / MANIFEST).open("rb")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def remove_unless_read(folder: Path) -> None:
        """Remove a generation, unless a reader has it open."""
        try:
            with (folder / MANIFEST).open("rb") as file:
                # A reader that opens it now waits, and then finds no manifest.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
