"""Open index: the index that a running server asks; follows a re-index from one question to the next."""

from pathlib import Path
from threading import Lock, Thread

from index.search import Searcher


class OpenIndex:
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
        searcher = Searcher(self.home)
        Thread(target=searcher.read_ahead, daemon=True).start()
        return searcher
