"""Unread: how a reader names the parts of a file that it did not read."""

from collections.abc import Iterable

from rodedraad.ingest.errors import Reason
from rodedraad.ingest.lines import one_line

COMMENTS = Reason("its comments are left out")
LEFT_OUT = Reason("its struck-out and hidden text is left out")

_MOST_NAMED = 10
_LONGEST_NAME = 60  # characters


def listed(names: Iterable[str]) -> str:
    """The names one after another, with "…" in place of the tenth and on."""
    known = [one_line(name)[:_LONGEST_NAME] for name in names]
    return ", ".join(known if len(known) < _MOST_NAMED else [*known[: _MOST_NAMED - 1], "…"])
