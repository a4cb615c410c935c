"""Talks: the conversations of users, kept in a database of the index folder for all their browsers."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.server.private_database import opened

MOST = 200
"""Conversations of a user; a further one deletes that which was changed longest ago."""

MOST_BYTES = 5_000_000
"""Bytes of the conversations of a user."""

MOST_DELETED = 1_000
"""The latest deletions of a user, which are kept so that other browsers delete the same conversations."""

_TABLE = "talks (user TEXT, id TEXT, saved INTEGER, text BLOB, PRIMARY KEY (user, id))"
_KEEP = (
    "INSERT INTO talks VALUES (?, ?, ?, ?) ON CONFLICT (user, id) "
    "DO UPDATE SET saved = excluded.saved, text = excluded.text WHERE excluded.saved >= talks.saved"
)
_OLD = "user = ? AND id IN (SELECT id FROM talks WHERE user = ? AND {} ORDER BY saved DESC LIMIT -1 OFFSET ?)"


class NoRoom(Exception):
    """The conversations of a user would take more than MOST_BYTES."""


@dataclass(frozen=True, slots=True)
class KeptTalk:
    """A conversation, or that it was deleted."""

    id: str  # the browser's
    saved: int  # when a browser last changed or deleted it, in milliseconds by its clock
    text: bytes | None  # JSON; None where it was deleted


class Talks:
    """The conversations of the users of an index; what is deleted is overwritten."""

    def __init__(self, file: Path) -> None:
        """Open the database; raises RodeDraadError where it cannot be written or is damaged."""
        try:
            self._kept = opened(file, _TABLE)
        except (OSError, sqlite3.OperationalError) as error:
            raise RodeDraadError(f"{file} cannot be written ({error}).") from error
        except sqlite3.DatabaseError as error:
            raise RodeDraadError(
                f"{file}, with the conversations of users, is damaged. Move it away, and a new one is made."
            ) from error
        self._kept.execute("PRAGMA secure_delete = ON")

    def of(self, user: str) -> list[KeptTalk]:
        """The conversations of a user, and which were deleted. Raises sqlite3.Error, as `keep`."""
        rows = self._kept.execute("SELECT id, saved, text FROM talks WHERE user = ?", (user,)).fetchall()
        return [KeptTalk(*row) for row in rows]

    def keep(self, user: str, talk: KeptTalk) -> None:
        """Keep a conversation of a user, or its deletion, unless a later change of it is kept.

        Raises NoRoom where that would be too much, and sqlite3.Error where it cannot be kept.
        """
        if talk.text is not None:
            (others,) = self._kept.execute(
                "SELECT coalesce(sum(length(text)), 0) FROM talks WHERE user = ? AND id != ?", (user, talk.id)
            ).fetchone()
            if others + len(talk.text) > MOST_BYTES:
                raise NoRoom
        self._kept.execute(_KEEP, (user, talk.id, talk.saved, talk.text))
        old, deleted = _OLD.format("text IS NOT NULL"), _OLD.format("text IS NULL")
        self._kept.execute(f"UPDATE talks SET text = NULL WHERE {old}", (user, user, MOST))
        self._kept.execute(f"DELETE FROM talks WHERE {deleted}", (user, user, MOST_DELETED))
