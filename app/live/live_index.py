"""Live index: the index that a running server searches; it switches to each new generation."""

from pathlib import Path
from threading import Lock

from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.told import without_folders


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
                self._searcher = Searcher.open(self.home)
            finally:
                self._lock.release()
        return self._searcher

    def told(self, error: RodeDraadError) -> str:
        """The message of an error for somebody elsewhere: without the folder of the index."""
        return without_folders(error, self.home)
