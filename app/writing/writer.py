"""Writer: the language model that writes sentences, as writer.toml in the index home names it."""

import os
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rodedraad.ingest.data_file import read_toml
from rodedraad.ingest.errors import RodeDraadError

WRITER_FILE: Final = "writer.toml"
KEY: Final = "RODEDRAAD_WRITER_KEY"
"""The environment variable that holds the key, which no file does."""

_LONGEST_WAIT = 600  # seconds


@dataclass(frozen=True, slots=True)
class Writer:
    """The values of the table `writer`."""

    url: str  # of an API like OpenAI's, up to and with /v1
    model: str
    timeout: int = 60  # seconds, for a whole sentence

    @property
    def host(self) -> str:
        """The name or number of the machine, with its port if one is named."""
        return urlsplit(self.url).netloc

    @property
    def is_here(self) -> bool:
        """Whether the model is on this machine: at a loopback address."""
        name = urlsplit(self.url).hostname or ""
        try:
            return ip_address(name).is_loopback
        except ValueError:
            return name == "localhost"

    @property
    def needs_consent(self) -> str:
        """The host to which somebody must agree that questions and quotes are sent; empty on this machine."""
        return "" if self.is_here else self.host


def load_writer(home: Path) -> Writer:
    """The writer of an index home.

    Raises RodeDraadError if writer.toml is missing, or a name, type or value in it is wrong.
    """
    path = home / WRITER_FILE
    tables = read_toml(path)
    table = tables.get("writer")
    if not isinstance(table, dict) or len(tables) > 1:
        raise RodeDraadError(
            f"{path} must hold one table, [writer], with the url and the model of a language model."
        )
    kinds = {field.name: field.type for field in fields(Writer)}
    for name, value in table.items():
        if name not in kinds:
            raise RodeDraadError(f"{path} sets {name!r}, which is not one of: {', '.join(kinds)}.")
        if type(value) is not kinds[name]:
            raise RodeDraadError(f"{path}: {name} has the wrong type ({value!r}).")
    if not table.get("model") or not _is_address(table.get("url", "")):
        raise RodeDraadError(
            f'{path} must name a model, and a url such as "http://127.0.0.1:11434/v1", without a password.'
        )
    writer = Writer(**{**table, "url": table["url"].rstrip("/")})
    if not 1 <= writer.timeout <= _LONGEST_WAIT:
        raise RodeDraadError(f"{path}: timeout must be between 1 and {_LONGEST_WAIT} seconds.")
    key = os.environ.get(KEY, "")
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        raise RodeDraadError(
            f"The key in {KEY} holds a character that no key has, or begins or ends with a space."
        )
    return writer


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return False
    is_plain = url.isprintable() and " " not in url
    return bool(known and is_plain and "@" not in parts.netloc and not parts.query and not parts.fragment)
