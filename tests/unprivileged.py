"""Unprivileged: a thread without root's power to read what nobody may read."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

VERSION = 0x20080522  # of the structures of capset(2)
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2  # capabilities(7)


@contextmanager
def unprivileged() -> Iterator[None]:
    """The modes of files apply to this thread, and to those that it starts, whoever the user is."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(VERSION, 0)  # of this thread
    capabilities = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, each in two parts
    assert libc.capget(header, capabilities) == 0
    before = capabilities[0]
    capabilities[0] &= ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH)
    assert libc.capset(header, capabilities) == 0
    try:
        yield
    finally:
        capabilities[0] = before
        assert libc.capset(header, capabilities) == 0
