"""Index apart: an indexing in a process of its own, which leaves the processor to the questions."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread

from rodedraad.index.progress import OnProgress, Progress
from rodedraad.index.report import Report
from rodedraad.index.stores import chosen_store
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.texts.refusal import Refusal

END_PATIENCE = 1.0
"""Seconds that the process gets to end."""

NICE = 10
"""Its priority where there is such a number: what `nice` gives.

With 19, questions are hardly faster (medians of 359 and 288 ms, against 391 and 280 with 10), and it gets a
quarter to a half as much of a processor that others use too.
"""

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}

_LOW = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows alone has it

_running: "set[IndexApart]" = set()
"""The indexings of this process that have reported something and have not ended."""


@contextmanager
def indexing_waits() -> Iterator[None]:
    """The indexings of this process pause while the block runs, for half of the time at most.

    On Windows they continue. If this process is killed meanwhile, the system ends them.
    """
    still = [indexing for indexing in tuple(_running) if indexing.stand_still()]
    try:
        yield
    finally:
        for indexing in still:
            indexing.go_on()


class IndexApart:
    """An indexing that runs in a process of its own, on one thread of a low priority."""

    def __init__(self, corpus: Path, home: Path) -> None:
        """Start it."""
        self._over = Event()
        started: Future[subprocess.Popen[bytes]] = Future()
        Thread(target=self._start, args=(corpus, home, started), daemon=True).start()
        self.process = started.result()
        if sys.platform != "win32":
            os.setpriority(os.PRIO_PROCESS, self.process.pid, NICE)
        self.is_cancelled = False
        self._turn = Lock()  # held while it is paused
        self._stopped = self._woken = 0.0  # seconds, by the monotonic clock

    def _start(self, corpus: Path, home: Path, started: "Future[subprocess.Popen[bytes]]") -> None:
        """Start the process, and wait until it is over: Linux ends it with the thread that started it."""
        command = [sys.executable, "-P", "-m", "rodedraad.live.index_process", str(corpus), str(home)]
        if store := chosen_store(home):
            command.append(store)
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **_ONE_THREAD},
                creationflags=_LOW,
                process_group=0,  # Ctrl-C in the terminal is for the server
            )
        except OSError as error:
            started.set_exception(error)
        else:
            started.set_result(process)
            self._over.wait()

    def stand_still(self) -> bool:
        """Pause it, unless it is paused or has run for less than its last pause; whether it was paused."""
        if sys.platform == "win32" or not self._turn.acquire(blocking=False):
            return False
        now = time.monotonic()
        if now - self._woken < self._woken - self._stopped:
            self._turn.release()
            return False
        self._stopped = now
        self.process.send_signal(signal.SIGSTOP)
        return True

    def go_on(self) -> None:
        """Resume it, after `stand_still` has paused it."""
        self._woken = time.monotonic()
        self.process.send_signal(signal.SIGCONT)
        self._turn.release()

    def report(self, on_progress: OnProgress) -> Report:
        """Its report, once it has ended; raises RodeDraadError as `index.build.reindex`, or if killed."""
        assert self.process.stdout is not None
        try:
            for line in self.process.stdout:
                _running.add(self)
                told = json.loads(line) if line.endswith(b"\n") else {}
                if "progress" in told:
                    on_progress(Progress(**told["progress"]))
                elif "report" in told:
                    return Report(**told["report"])
                elif "error" in told:
                    raise RodeDraadError(told["error"])
            raise Refusal("reindex_broken")
        finally:
            self.end()
            self._over.set()
            _running.discard(self)
            self.process.stdout.close()

    def cancel(self) -> None:
        """Have it end with what is done."""
        assert self.process.stdin is not None
        self.is_cancelled = True
        with suppress(OSError, ValueError):  # it has ended
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()

    def end(self) -> None:
        """End it, if it has not ended; what was embedded is used by the next."""
        assert self.process.stdin is not None
        with suppress(OSError):  # a byte that it no longer reads
            self.process.stdin.close()
        try:
            self.process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
