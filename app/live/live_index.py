"""Live index: the index that a running server searches; it switches to each new generation."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

from rodedraad.answering.answer import answer
from rodedraad.index.search import Searcher
from rodedraad.index.stores import store_of
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.error_message import without_folders

GENERATION_POLL = 0.5
"""Seconds between two looks for a generation that another process published."""


class LiveIndex:
    """The searcher of the published generation; thread-safe."""

    def __init__(self, home: Path) -> None:
        """Open the index; raises what `Searcher` raises."""
        self.home = home
        self._lock = Lock()
        self._searcher = Searcher.open(self.home)

    def searcher(self) -> Searcher:
        """The searcher; while one thread opens a new generation, others get the previous one.

        Raises what `Searcher` raises, if the new generation cannot be opened.
        """
        if not self._searcher.is_current(self.home) and self._lock.acquire(blocking=False):
            try:
                self._open()
            finally:
                self._lock.release()
        return self._searcher

    def renew(self) -> None:
        """Open a new generation, or wait until another thread has; raises as `searcher`."""
        with self._lock:
            if not self._searcher.is_current(self.home):
                self._open()

    def follow(self, use: Callable[[], object]) -> None:
        """From now on, open each new generation soon, so that nobody waits for it who asks.

        `use` is called now and after each, in a thread of its own.
        """

        def look() -> None:
            seen = None
            while True:
                with suppress(RodeDraadError):
                    if (published := store_of(self.home).current()) and published != seen:
                        seen = published
                        self.renew()
                        use()
                time.sleep(GENERATION_POLL)

        Thread(target=look, daemon=True).start()

    def _open(self) -> None:
        """Open the published generation, and ask it something, which reads what each question needs."""
        searcher = Searcher.open(self.home)
        with suppress(RodeDraadError):  # the next question reports it
            answer(searcher, "Where?")
        self._searcher = searcher

    def told(self, error: RodeDraadError) -> str:
        """The message of an error for somebody elsewhere: without the folder of the index."""
        return without_folders(error, self.home)
