"""Checksums: which files of a generation are no longer as they were written."""

import os
from pathlib import Path

from rodedraad.index.files.index_file import open_file
from rodedraad.index.files.safe_files import crc32_of
from rodedraad.index.store.manifest import Files

SMALL_FILE = 1 << 16
"""Bytes of a file whose checksum takes no longer than its size to compare."""


def damaged_files(folder: Path, files: Files, checksums: bool) -> list[str]:
    """The names of files that are missing, or that have another size or checksum.

    Without `checksums`, only small files are read; of larger ones the size is compared. Raises
    ForbiddenFile without permission to read one.
    """

    def is_sound(name: str) -> bool:
        size, crc32 = files[name]
        try:
            with open_file(folder / name) as file:
                if os.fstat(file.fileno()).st_size != size:
                    return False
                return not (checksums or size <= SMALL_FILE) or crc32_of(file) == crc32
        except OSError:
            return False

    return [name for name in sorted(files) if not is_sound(name)]
