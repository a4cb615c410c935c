"""End process: how a server ends, also while a document is being indexed."""

import logging
import os
import sys
import threading
import time
from contextlib import suppress

from rodedraad.ingest.parser_pool import kill_parsers

THREAD_PATIENCE = 0.5
"""Seconds that threads get to end what they write beside the index."""


def end_process() -> None:
    """End the process with code 0; indexing is broken off.

    An index can be broken off at any moment: the published one stays, and what was embedded is used by the
    next. To wait for it could take as long as the largest document does.
    """
    deadline = time.monotonic() + THREAD_PATIENCE
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join(max(deadline - time.monotonic(), 0))
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed by whoever read it
            stream.flush()
    kill_parsers()
    os._exit(0)
