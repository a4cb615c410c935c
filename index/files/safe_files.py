"""Safe files: files that are flushed to disk before they count as written."""

import os
import shutil
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

BUFFERED = 1 << 20  # bytes


class FileWriter:
    """Appends to a new file; knows its size and CRC-32 without reading it again."""

    def __init__(self, path: Path, buffered: int = BUFFERED) -> None:
        """Create the file; raises FileExistsError if it exists. Up to `buffered` bytes wait in memory."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o666)
        self._waiting = bytearray()
        self._buffered = buffered
        self.size = 0  # bytes
        self.crc32 = 0

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._waiting += data
        self.size += len(data)
        self.crc32 = zlib.crc32(data, self.crc32)
        if len(self._waiting) >= self._buffered:
            self._flush()

    def _flush(self) -> None:
        with memoryview(self._waiting) as waiting:
            written = 0
            while written < len(waiting):
                written += os.write(self._descriptor, waiting[written:])
        self._waiting.clear()

    def finish(self) -> None:
        """Write what is buffered, and flush the file to disk."""
        self._flush()
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file, finished or not."""
        os.close(self._descriptor)


def write_file(path: Path, data: bytes) -> FileWriter:
    """Create a file with `data`, flushed to disk; returns its writer, with the size and CRC-32."""
    writer = FileWriter(path)
    try:
        writer.write(data)
        writer.finish()
    finally:
        writer.close()
    return writer


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file by `data` atomically, flushed to disk."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)  # left by a run that was killed
    write_file(new, data)
    new.replace(path)
    sync(path.parent)


@contextmanager
def hidden_name(folder: Path) -> Iterator[Path]:
    """A new name in a folder, hidden, so that indexing skips it; what bears it at the end is removed."""
    path = folder / f".{os.urandom(8).hex()}.new"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def link(old: Path, new: Path) -> None:
    """Give a file that never changes a second name."""
    try:
        os.link(old, new)
    except FileNotFoundError:
        raise
    except OSError:  # the file system has no hard links, or allows no more of them
        shutil.copyfile(old, new)
        sync(new)


def give_free_name(old: Path, new: Path) -> None:
    """Move a complete file to a name that no file has, flushed to disk; raises FileExistsError if one has."""
    sync(old)
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:  # the file system has no hard links
        new.touch(exist_ok=False)
        try:
            old.replace(new)
        except OSError:
            new.unlink()
            raise
    old.unlink(missing_ok=True)
    sync(new.parent)


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to disk."""
    if sys.platform == "win32" and path.is_dir():
        return  # Windows cannot flush a folder
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def crc32_of(file: BinaryIO) -> int:
    """The CRC-32 of an open file's bytes, from where it is read next."""
    value = 0
    while data := file.read(BUFFERED):
        value = zlib.crc32(data, value)
    return value
