"""Sessions: who has logged in on the page, kept in a database of the index folder."""

import hashlib
import secrets
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.server.passwords import Passwords
from rodedraad.server.private_database import opened

DAY = 24 * 3600
LONGEST_SESSION = 30 * DAY
"""Seconds after which a session ends."""

UNUSED = 7 * DAY
"""Seconds without a request after which a session ends."""

MOST_OF_USER = 20
"""How many sessions a user has; a further one ends that which is unused for longest."""

_NOTED = 3600  # seconds for which the use of a session is not noted again
_TABLE = "sessions (token BLOB PRIMARY KEY, user TEXT, mark BLOB, began REAL, used REAL) WITHOUT ROWID"


class Sessions:
    """The sessions of a server, which outlast it; of a token only the SHA-256 digest is kept.

    A session holds the mark of the user's password, and so ends with the password or the user.
    """

    def __init__(self, file: Path, passwords: Passwords) -> None:
        """Open the database. An empty one replaces a damaged one: everyone must log in again.

        Raises RodeDraadError where it cannot be written.
        """
        self._passwords = passwords
        try:
            self._kept = opened(file, _TABLE)
        except (OSError, sqlite3.OperationalError) as error:
            raise RodeDraadError(f"{file} cannot be written ({error}).") from error
        except sqlite3.DatabaseError:
            file.unlink()
            self._kept = opened(file, _TABLE)

    def begin(self, user: str, mark: bytes) -> str:
        """Begin a session of a user whose password has a mark; returns its token, of 256 random bits."""
        token, now = secrets.token_urlsafe(32), time.time()
        self._kept.execute(
            "DELETE FROM sessions WHERE began < ? OR used < ?", (now - LONGEST_SESSION, now - UNUSED)
        )
        self._kept.execute(
            "DELETE FROM sessions WHERE token IN "
            "(SELECT token FROM sessions WHERE user = ? ORDER BY used DESC LIMIT -1 OFFSET ?)",
            (user, MOST_OF_USER - 1),
        )
        self._kept.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", (_digest(token), user, mark, now, now)
        )
        return token

    def user(self, token: str) -> str | None:
        """The user of the session with a token; None if there is none, or if it has ended."""
        row = self._kept.execute(
            "SELECT user, mark, began, used FROM sessions WHERE token = ?", (_digest(token),)
        ).fetchone()
        if row is None:
            return None
        user, mark, began, used = row
        now = time.time()
        if began < now - LONGEST_SESSION or used < now - UNUSED or mark != self._passwords.mark(user):
            return None
        if used < now - _NOTED:
            with suppress(sqlite3.OperationalError):  # on a full disk
                self._kept.execute("UPDATE sessions SET used = ? WHERE token = ?", (now, _digest(token)))
        return str(user)

    def end(self, token: str) -> None:
        """End the session with a token, if there is one."""
        self._kept.execute("DELETE FROM sessions WHERE token = ?", (_digest(token),))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
