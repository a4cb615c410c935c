"""Read a file: its bytes, read while no program writes to it."""

import os
import time
from dataclasses import replace
from typing import BinaryIO

from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.regular_file import open_regular

LARGEST_FILE = 200_000_000
"""Bytes of the largest file that is read, unless `largest_file` is set."""

FINE_TICK, COARSE_TICK = 20_000_000, 2_000_000_000
"""Nanoseconds to which file systems round times: a second change within them may go unnoticed.

The coarse one is FAT's; it is assumed of every time in whole seconds.
"""

CHANGE_PATIENCE = 5.0
"""Seconds after which a file that keeps changing is reported."""


def open_source(source: Source) -> BinaryIO:
    """A source's file, open for reading.

    Raises UnreadableDocument if it cannot be opened, or lies outside the corpus.
    """
    if source.trouble:
        raise UnreadableDocument.of(source.trouble)
    try:
        return open_regular(source.path, beneath=source.corpus)
    except OSError as error:
        raise _unreadable(error) from error


def read_bytes(source: Source, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a source's file.

    Raises UnreadableDocument if they cannot be read, are more than `largest`, or lie outside the corpus.
    """
    return _read(source, largest)[0]


def _read(source: Source, largest: int) -> tuple[bytes, os.stat_result]:
    """The bytes of a source's file, and its status after they were read."""
    with open_source(source) as file:
        if source.size > largest:
            raise _too_large(source.size, largest)
        try:
            data = file.read(largest + 1)
        except OSError as error:
            raise _unreadable(error) from error
        status = os.fstat(file.fileno())
    if len(data) > largest:
        raise _too_large(len(data), largest)
    return data, status


def _unreadable(error: OSError) -> UnreadableDocument:
    return UnreadableDocument("it cannot be read ({error})", error=error.strerror or str(error))


def _too_large(size: int, largest: int) -> UnreadableDocument:
    return UnreadableDocument(
        "it holds {megabytes} MB, more than the {most} MB that are read; "
        "split it, or raise largest_file in settings.toml",
        megabytes=f"{size / 1e6:,.0f}",
        most=f"{largest / 1e6:,.0f}",
    )


def read_settled(source: Source, largest: int = LARGEST_FILE) -> tuple[Source, bytes]:
    """The bytes of a source's file, and the source with the size and time that the file then had.

    Raises UnreadableDocument as `read_bytes` does, and if the file keeps changing.
    """
    until = time.monotonic() + CHANGE_PATIENCE
    while True:
        data, status = _read(source, largest)
        found = replace(source, size=status.st_size, mtime_ns=status.st_mtime_ns)
        wait = _unsettled(found.mtime_ns)
        if not wait and found == source and len(data) == source.size:
            return source, data
        if time.monotonic() > until:
            raise UnreadableDocument("it kept changing while it was read; run rodedraad index again")
        time.sleep((wait or FINE_TICK) / 1e9)
        source = found


def _unsettled(mtime_ns: int) -> int:
    """The nanoseconds for which another change may still get the same modification time."""
    tick = FINE_TICK if mtime_ns % 1_000_000_000 else COARSE_TICK
    age = time.time_ns() - mtime_ns
    return tick - age if abs(age) < tick else 0  # some systems round up
