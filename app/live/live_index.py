"""Open index: the index that a running server asks; follows a re-index from one question to the next."""

from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError


class LiveIndex:
    """The searcher of the generation published last. Many threads may ask for it at once."""

    def __init__(self, home: Path) -> None:
        """Open the index; raises IndexProblem as `Searcher` does."""
        self.home = home
        self._lock = Lock()
        self._searcher = self._opened()

    def searcher(self) -> Searcher:
        """The searcher; while one thread opens a new generation, the others still get the last one."""
        if not self._searcher.is_current(self.home) and self._lock.acquire(blocking=False):
            try:
                self._searcher = self._opened()
            finally:
                self._lock.release()
        return self._searcher

    def _opened(self) -> Searcher:
        searcher = Searcher.open(self.home)
        Thread(target=_read_ahead, args=(searcher,), daemon=True).start()
        return searcher


def _read_ahead(searcher: Searcher) -> None:
    with suppress(RodeDraadError):  # of damage the first question tells
        searcher.read_ahead()
