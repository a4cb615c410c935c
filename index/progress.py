"""Progress: how far a long work is, and how long it still takes."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from rodedraad.ingest.corpus_folder import Source

READING, WRITING = "Reading and embedding", "Writing the index"
"""The steps of an indexing; the first counts documents."""

PACE_SECONDS, PACE_SHARE = 2.0, 0.01
"""Seconds, and the share of the bytes, after which the remaining time is estimated."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a work is."""

    step: str
    done: int
    total: int
    seconds_left: float | None = None  # of the step; None if unknown


def clock(seconds: float) -> str:
    """A number of seconds as minutes and seconds, such as 2:05, or with hours, such as 1:02:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


OnProgress = Callable[[Progress], None]


class Cancelled(Exception):
    """The work was cancelled; what is done of it can be kept."""


class ReadingProgress:
    """Counts the documents that are read; the seconds left go by their bytes."""

    def __init__(self, on_progress: OnProgress, sources: Collection[Source]) -> None:
        """Report that none of the sources is read yet."""
        self._on_progress = on_progress
        self._documents = len(sources)
        self._bytes = sum(source.size for source in sources)
        self._read = self._read_bytes = 0
        self._started = time.monotonic()
        self.add(0, 0)

    def add(self, documents: int, size: int) -> None:
        """Report that so many more documents and bytes are read; bytes may come before their document."""
        self._read += documents
        self._read_bytes += size
        self._report()

    def skip(self, size: int) -> None:
        """Report that a document of so many bytes needs no more reading: it is as it was, or unreadable."""
        self._read += 1
        self._bytes -= size
        self._report()

    def _report(self) -> None:
        spent = time.monotonic() - self._started
        left = None
        if spent >= PACE_SECONDS and self._read_bytes > PACE_SHARE * self._bytes:
            left = spent * (self._bytes - self._read_bytes) / self._read_bytes
        self._on_progress(Progress(READING, self._read, self._documents, left))
