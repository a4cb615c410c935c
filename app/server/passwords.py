"""Passwords: a file of names, scrypt hashes and roles, and who is let in by it."""

import hashlib
import os
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.regular_file import read_regular

COST = (2**15, 8, 3)
"""N, r and p of scrypt (RFC 7914): 32 MiB and three passes, as the OWASP password storage cheat sheet
advises."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
"""Characters that a password has."""

LARGEST_PASSWORD_FILE = 10_000_000  # bytes of a password file

READ_ROLE, CHANGE_ROLE = "read", "change"
"""The roles: to read and ask, or also to change documents and gold questions, as without a role."""

_SALT, _KEY = 16, 32  # bytes


@dataclass(frozen=True, slots=True)
class _User:
    kept: str  # of the password
    role: str = CHANGE_ROLE

    @property
    def line(self) -> str:
        """What the file says after the name."""
        return self.kept if self.role == CHANGE_ROLE else f"{self.kept}:{self.role}"


def hashed(password: str, salt: bytes = b"", cost: tuple[int, int, int] = COST) -> str:
    """What is kept of a password: the cost, a salt (a new one unless given), and the key."""
    salt = salt or secrets.token_bytes(_SALT)
    n, r, p = cost
    secret = unicodedata.normalize("NFC", password).encode()
    key = hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=_KEY)
    return "$".join(("scrypt", *map(str, cost), b64encode(salt).decode(), b64encode(key).decode()))


def _matches(password: str, kept: str) -> bool:
    _, n, r, p, salt, _ = kept.split("$")
    return secrets.compare_digest(hashed(password, b64decode(salt), (int(n), int(r), int(p))), kept)


def add_user(path: Path, name: str, password: str, role: str | None = None) -> None:
    """Add a person to a password file, or give them another password; others keep theirs.

    Without a role a person keeps the one they have, and a new one may change documents. The file is replaced
    whole, and only its owner can read it. Raises RodeDraadError for a name or password that cannot be, and
    when the file cannot be written.
    """
    if not name or ":" in name or not name.isprintable():
        raise RodeDraadError(f"{name!r} is not a user name. Use visible characters without a colon.")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise RodeDraadError(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose another."
        )
    users = dict(_load(path)) if path.exists() else {}
    role = role or (users[name].role if name in users else CHANGE_ROLE)
    users[name] = _User(hashed(password), role)
    _write(path, users)


def remove_user(path: Path, name: str) -> None:
    """Remove a person from a password file, if they are in it.

    Raises RodeDraadError where the file cannot be read or written, and for the last person in it.
    """
    users = dict(_load(path))
    if users.pop(name, None) is None:
        return
    if not users:
        raise RodeDraadError(f"{name} is the only user in {path}. Add another one first, or delete the file.")
    _write(path, users)


def _write(path: Path, users: Mapping[str, _User]) -> None:
    new = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{name}:{user.line}\n" for name, user in users.items())
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise RodeDraadError(f"{path} cannot be written ({error.strerror}).") from error


def _load(path: Path) -> Mapping[str, _User]:
    users = {}
    try:
        for number, line in enumerate(read_regular(path, LARGEST_PASSWORD_FILE).decode().splitlines(), 1):
            if not line.strip():
                continue
            name, _, rest = line.partition(":")
            kept, *role = rest.split(":")
            kind, *_ = parts = kept.split("$")
            if not (
                name and kind == "scrypt" and len(parts) == 6 and role in ([], [READ_ROLE], [CHANGE_ROLE])
            ):
                raise ValueError(f"line {number}")
            b64decode(parts[4], validate=True)
            if not all(1 <= int(part) <= 2**20 for part in parts[1:4]):
                raise ValueError(f"line {number}")
            users[name] = _User(kept, *role)
    except OSError as error:
        raise RodeDraadError(
            f"The password file {path} cannot be read ({error.strerror}). To make one: "
            f"rodedraad chat --auth {path} --add-user NAME"
        ) from error
    except ValueError as error:
        raise RodeDraadError(
            f"The password file {path} holds something other than names, scrypt hashes and roles ({error}). "
            f"Write it with: rodedraad chat --auth {path} --add-user NAME"
        ) from error
    if not users:
        raise RodeDraadError(
            f"The password file {path} names no user. Add one: rodedraad chat --auth {path} --add-user NAME"
        )
    return users


class Passwords:
    """The password file of a running server, read again when it changes."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises RodeDraadError when it cannot be read or holds something else."""
        self._path = path
        self._read = self._stamp()  # before the file is read: what changes meanwhile is read again
        self._users = _load(path)
        self._lock = Lock()
        self._salt = secrets.token_bytes(32)
        self._known: dict[
            bytes, str
        ] = {}  # digests of credentials found right: scrypt takes long, on purpose
        self._unknown = hashed(secrets.token_hex())

    def user(self, authorization: str) -> str | None:
        """The name of credentials that `check` accepted before, at once; None for others."""
        with self._lock:
            self._follow()
            return self._known.get(self._digest(authorization))

    def check(self, authorization: str) -> str | None:
        """The name in an Authorization header of the scheme Basic (RFC 7617), if the password is right."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            name, _, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
        except ValueError:  # no base64, or no UTF-8
            return None
        if scheme.lower() != "basic" or len(password) > LONGEST_PASSWORD:
            return None
        with self._lock:
            self._follow()
            kept = self._kept(name)
        right = _matches(password, kept or self._unknown)  # as long for a name that is not there
        if not (right and kept):
            return None
        with self._lock:
            self._follow()
            if self._kept(name) != kept:
                return None  # removed, or given another password, meanwhile
            self._known[self._digest(authorization)] = name
        return name

    def mark(self, name: str) -> bytes:
        """What a person's password is known by for as long as they have it; empty for nobody."""
        with self._lock:
            self._follow()
            kept = self._kept(name)
        return hashlib.sha256(kept.encode()).digest() if kept else b""

    def may_change(self, name: str) -> bool:
        """Whether a person may change documents and gold questions."""
        with self._lock:
            self._follow()
            return name in self._users and self._users[name].role == CHANGE_ROLE

    def _kept(self, name: str) -> str | None:
        user = self._users.get(name)
        return user.kept if user else None

    def _digest(self, authorization: str) -> bytes:
        return hashlib.blake2b(authorization.encode(), key=self._salt).digest()

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _follow(self) -> None:
        stamp = self._stamp()
        if stamp != self._read:
            try:
                self._users = _load(self._path)
            except RodeDraadError:
                self._users = {}  # a file that is gone or broken lets nobody in
            self._known.clear()
            self._read = stamp
