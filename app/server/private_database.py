"""Private database: an SQLite file of the index folder that only its owner can read."""

import sqlite3
from pathlib import Path


def opened(file: Path, table: str) -> sqlite3.Connection:
    """The database in a file, made if there is none, with a table; each statement is kept at once.

    Raises OSError or sqlite3.OperationalError where it cannot be written, and sqlite3.DatabaseError where it
    is damaged.
    """
    file.touch(0o600)
    kept = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        kept.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        if kept.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"{file} is damaged.")
    except sqlite3.Error:
        kept.close()
        raise
    return kept
