"""Files: bytes that are on disk when we say that they are."""

import os
import shutil
import sys
import zlib
from pathlib import Path

BUFFERED = 1 << 20  # bytes


class FileWriter:
    """A new file that is appended to; its size and CRC-32 are known without reading it again."""

    def __init__(self, path: Path, buffered: int = BUFFERED) -> None:
        """Make the file; raises FileExistsError if there is one. `buffered` bytes may wait in memory."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o666)
        self._waiting = bytearray()
        self._buffered = buffered
        self.size = 0  # bytes
        self.crc32 = 0

    def write(self, data: bytes) -> None:
        """Append."""
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
        """Write what waits, and flush the file to disk."""
        self._flush()
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file, finished or not."""
        os.close(self._descriptor)


def write_file(path: Path, data: bytes) -> FileWriter:
    """Make a file of `data`, flushed to disk; its writer knows the size and CRC-32."""
    writer = FileWriter(path)
    try:
        writer.write(data)
        writer.finish()
    finally:
        writer.close()
    return writer


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file, all at once and flushed to disk."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)  # of a run that was cut off
    write_file(new, data)
    new.replace(path)
    sync(path.parent)


def link(old: Path, new: Path) -> None:
    """Make a file that never changes known by another name too."""
    try:
        os.link(old, new)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links, or one more than it allows
        shutil.copyfile(old, new)
        sync(new)


def sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk."""
    if sys.platform == "win32" and path.is_dir():
        return  # Windows has no handle on a folder to flush
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def crc32_of(path: Path) -> int:
    """The CRC-32 of a file's bytes."""
    value = 0
    with path.open("rb") as file:
        while data := file.read(BUFFERED):
            value = zlib.crc32(data, value)
    return value
