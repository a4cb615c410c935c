"""Index process: updates an index beside a server, and reports its progress to it.

`index_apart` starts it as `python -m rodedraad.live.index_process CORPUS HOME [STORE]`. It writes lines of
JSON to standard output: the progress, and at last the report or an error. A byte on standard input cancels
it. The end of standard input ends it, since the server has ended then. If it is paused then, the system
ends it: Linux because it is asked here, others as they end stopped processes of a group that nobody can
resume.
"""

import ctypes
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread
from typing import Any

from rodedraad.index.build import reindex
from rodedraad.index.stores import choose_store
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.parser_pool import kill_parsers

PR_SET_PDEATHSIG = 1  # of linux/prctl.h


def main() -> None:
    """Update the index, and write the progress and the report or the error."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    corpus, home = map(Path, sys.argv[1:3])
    if store := sys.argv[3:]:
        choose_store(home, *store)
    cancelled = Event()
    Thread(target=_listen, args=(cancelled,), daemon=True).start()
    try:
        report = reindex(corpus, home, lambda now: _tell(progress=asdict(now)), cancelled=cancelled)
    except RodeDraadError as error:
        _tell(error=str(error))
    else:
        _tell(report=asdict(report))


def _listen(cancelled: Event) -> None:
    """Cancel at a byte, and end the process at the end of input: it can be interrupted at any moment."""
    while os.read(0, 1):
        cancelled.set()
    kill_parsers()
    os._exit(0)


def _tell(**told: Any) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
