"""Reasons: why a file or a part of it is not read, from what its reader raised."""

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import one_line


def reason_of(error: Exception) -> Reason:
    """Why a file is not read, from what its reader raised."""
    if isinstance(error, UnreadableDocument):
        return error.reason
    if isinstance(error, RecursionError):
        return Reason("its parts are nested too deeply")
    found = one_line(f"{type(error).__name__}: {error}"[:300])
    return Reason("its reader failed on it ({error})", {"error": found})


def within(name: str, reason: Reason) -> Reason:
    """The reason for a part of a file that is not read, which has this name."""
    return Reason("its part {within}: {why}", {**reason.values, "within": name, "why": reason.text})
