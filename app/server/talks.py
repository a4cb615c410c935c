"""Talks: the conversations of users, kept in a database of the index folder for all their browsers."""

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.server.private_database import opened

TALKS_FILE = "talks.sqlite"
"""The database, in the folder of an index."""

MOST_TALKS = 200
"""Conversations of a user; a further one deletes that which was kept longest ago."""

MOST_BYTES = 5_000_000
"""Bytes of the conversations of a user."""

MOST_DELETED = 1_000
"""The latest deletions of a user, which are kept so that other browsers delete the same conversations."""

_TABLE = "talks (user TEXT, id TEXT, saved INTEGER, text BLOB, PRIMARY KEY (user, id))"
_KEEP = (
    "INSERT INTO talks VALUES (?, ?, ?, ?) ON CONFLICT (user, id) "
    "DO UPDATE SET saved = excluded.saved, text = excluded.text WHERE talks.saved = ?"
)
_OLD = "user = ? AND id IN (SELECT id FROM talks WHERE user = ? AND {} ORDER BY saved DESC LIMIT -1 OFFSET ?)"


class NoRoom(Exception):
    """The conversations of a user would take more than MOST_BYTES."""


@dataclass(frozen=True, slots=True)
class KeptTalk:
    """A conversation, or that it was deleted."""

    id: str  # the browser's
    revision: int  # when it was kept or deleted, in milliseconds; each is later than the one before
    text: bytes | None  # JSON; None where it was deleted


class Conflict(Exception):
    """A change was made of another revision than the one that is kept."""

    def __init__(self, kept: KeptTalk) -> None:
        """`kept` is the conversation as it is."""
        super().__init__(kept.id)
        self.kept = kept


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
        return self._found("user = ?", user)

    def keep(self, user: str, id: str, text: bytes | None, revision: int) -> int:
        """Keep a conversation of a user, or its deletion, made of a revision of it; returns the new revision.

        `revision` is 0 for a new conversation. Raises Conflict where another revision is kept, NoRoom where
        the text would be too much, and sqlite3.Error where it cannot be kept.
        """
        if text is not None:
            (others,) = self._kept.execute(
                "SELECT coalesce(sum(length(text)), 0) FROM talks WHERE user = ? AND id != ?", (user, id)
            ).fetchone()
            if others + len(text) > MOST_BYTES:
                raise NoRoom
        new = max(time.time_ns() // 1_000_000, revision + 1)
        if not self._kept.execute(_KEEP, (user, id, new, text, revision)).rowcount:
            raise Conflict(*self._found("user = ? AND id = ?", user, id))
        old, deleted = _OLD.format("text IS NOT NULL"), _OLD.format("text IS NULL")
        self._kept.execute(f"UPDATE talks SET text = NULL WHERE {old}", (user, user, MOST_TALKS))
        self._kept.execute(f"DELETE FROM talks WHERE {deleted}", (user, user, MOST_DELETED))
        return new

    def forget(self, user: str) -> int:
        """Delete the conversations of a user, and which were deleted; returns how many there were."""
        (kept,) = self._kept.execute("SELECT count(text) FROM talks WHERE user = ?", (user,)).fetchone()
        self._kept.execute("DELETE FROM talks WHERE user = ?", (user,))
        return int(kept)

    def _found(self, where: str, *of: str) -> list[KeptTalk]:
        rows = self._kept.execute(f"SELECT id, saved, text FROM talks WHERE {where}", of).fetchall()
        return [KeptTalk(*row) for row in rows]
