"""Unprivileged: the program without root's power to read what nobody may read."""

import ctypes
import os
import subprocess
import sys

DROP_CAPABILITY = 24  # prctl(2)
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2  # capabilities(7)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a rodedraad command in a process to which the modes of files apply, whoever the user is."""
    return subprocess.run(
        [sys.executable, "-m", "rodedraad", *arguments],
        capture_output=True,
        text=True,
        preexec_fn=_drop if os.geteuid() == 0 else None,
        timeout=120,
    )


def _drop() -> None:
    libc = ctypes.CDLL(None)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        if libc.prctl(DROP_CAPABILITY, capability, 0, 0, 0):
            raise OSError("the capability cannot be dropped")
