"""Regular file: opens and reads files of ordinary kind only, so that no pipe or device is waited for."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path, beneath: Path | None = None) -> BinaryIO:
    """The file at `path`, open for reading.

    Raises OSError if it cannot be opened, or is a folder, a pipe, a socket or a device; and if it lies
    outside the folder `beneath`, also where a link takes the place of a file or folder meanwhile.
    """
    _check(path.stat(), path)  # first, as opening alone makes some devices act
    descriptor = os.open(path, _READ) if beneath is None else _open_beneath(path, beneath)
    try:
        _check(os.fstat(descriptor), path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path, largest: int, beneath: Path | None = None) -> bytes:
    """The bytes of a file; raises OSError as `open_regular`, and if they are more than `largest`."""
    with open_regular(path, beneath) as file:
        size = os.fstat(file.fileno()).st_size  # 0 for the kernel's files, and it may grow
        data = file.read(largest + 1) if size <= largest else b""
    if max(size, len(data)) > largest:
        raise OSError(errno.EFBIG, f"It holds more than {largest:,} bytes", str(path))
    return data


def _check(status: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file", str(path))


def _open_beneath(path: Path, folder: Path) -> int:
    """Open the file that `path` leads to, folder by folder, following no link that was made meanwhile."""
    inside, real = folder.resolve(), path.resolve()
    if not real.is_relative_to(inside):
        raise OSError(errno.ELOOP, "A link leads out of the folder of documents", str(path))
    if os.open not in os.supports_dir_fd:  # Windows, where making links takes rights
        return os.open(real, _READ)
    *folders, name = real.relative_to(inside).parts
    descriptor = os.open(inside, os.O_RDONLY | os.O_DIRECTORY)
    for number, part in enumerate((*folders, name)):
        kind = os.O_DIRECTORY if number < len(folders) else 0
        try:
            inner = os.open(part, _READ | os.O_NOFOLLOW | kind, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return descriptor
