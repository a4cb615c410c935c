"""Index file: opens a file of the index; a lack of permission is not taken for damage."""

from pathlib import Path
from typing import BinaryIO

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.regular_file import open_regular, read_regular


class ForbiddenFile(RodeDraadError):
    """A file of the index may not be read by this user."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"You have no permission to read the index file {path}. Ask its owner for permission to read "
            "the folder of the index."
        )


def open_file(path: Path) -> BinaryIO:
    """A regular file, open for reading; raises ForbiddenFile without permission, else OSError."""
    try:
        return open_regular(path)
    except PermissionError as error:
        raise ForbiddenFile(path) from error


def read_file(path: Path, largest: int) -> bytes:
    """The bytes of a regular file; raises as `open_file`, and OSError if they are more than `largest`."""
    try:
        return read_regular(path, largest)
    except PermissionError as error:
        raise ForbiddenFile(path) from error
