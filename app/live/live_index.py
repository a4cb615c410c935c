"""Live index: the index that a running server searches; it switches to each new generation."""

from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.told import without_folders


class LiveIndex:
    """The searcher of the published generation; thread-safe."""

    def __init__(self, home: Path) -> None:
        """Open the index; raises what `Searcher` raises."""
        self.home = home
        self._lock = Lock()
        self._searcher = self._opened()

    def searcher(self) -> Searcher:
        """The searcher; while one thread opens a new generation, others get the previous one.

        Raises what `Searcher` raises, if the new generation cannot be opened.
        """
        if not self._searcher.is_current(self.home) and self._lock.acquire(blocking=False):
            try:
                self._searcher = self._opened()
            finally:
                self._lock.release()
        return self._searcher

    def told(self, error: RodeDraadError) -> str:
        """The message of an error for somebody elsewhere: without the folder of the index."""
        return without_folders(error, self.home)

    def _opened(self) -> Searcher:
        searcher = Searcher.open(self.home)
        Thread(target=_read_ahead, args=(searcher,), daemon=True).start()
        return searcher


def _read_ahead(searcher: Searcher) -> None:
    with suppress(RodeDraadError):  # the first question reports damage
        searcher.read_ahead()
