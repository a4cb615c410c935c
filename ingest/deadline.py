"""Deadline: the time at which the reading of the current file is ended from outside."""

import time

RESERVED_SHARE = 1 / 4
"""The share of the time that is kept for what has begun."""

_until = _seconds = float("inf")


def set_deadline(seconds: float) -> None:
    """Expect the end in so many seconds."""
    global _until, _seconds
    _until, _seconds = time.monotonic() + seconds, seconds


def seconds_left() -> float:
    """The seconds until the end; infinite if nobody ends the reading."""
    return _until - time.monotonic()


def is_near() -> bool:
    """Whether so little time is left that nothing more should be begun."""
    return seconds_left() < RESERVED_SHARE * _seconds
