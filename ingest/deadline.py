"""Deadline: the time at which the reading of the current file is ended from outside."""

import time

_until = float("inf")


def set_deadline(seconds: float) -> None:
    """Expect the end in so many seconds."""
    global _until
    _until = time.monotonic() + seconds


def seconds_left() -> float:
    """The seconds until the end; infinite if nobody ends the reading."""
    return _until - time.monotonic()
