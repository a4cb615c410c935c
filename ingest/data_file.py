"""Data file: reads TOML and JSON that anybody may have written, and writes JSON that anybody may see."""

import json
import tomllib
from pathlib import Path
from typing import Any

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.lines import UNSHOWN
from rodedraad.ingest.regular_file import read_regular

LARGEST_TOML = 20_000_000
"""Bytes of the largest TOML file: the citations of some 100,000 documents."""


def read_toml(path: Path, beneath: Path | None = None) -> dict[str, Any]:
    """The tables of a TOML file; empty if there is no such file.

    Raises RodeDraadError if it cannot be read, lies outside the folder `beneath`, or is not valid TOML.
    """
    try:
        return tomllib.loads(read_regular(path, LARGEST_TOML, beneath).decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise RodeDraadError(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise RodeDraadError(f"{path} is not valid TOML ({error}). Correct it.") from error
    except RecursionError as error:
        raise RodeDraadError(f"{path} is nested too deeply. Correct it.") from error


def parse_json(data: str | bytes) -> Any:
    """The value of a JSON text; raises ValueError if it is none, or is nested too deeply."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("its values are nested too deeply") from error


def json_line(value: Any) -> str:
    """A value as a line of JSON; characters that may steer a terminal are escaped."""
    return UNSHOWN.sub(
        lambda found: "".join(f"\\u{ord(character):04x}" for character in found[0]),
        json.dumps(value, ensure_ascii=False, default=str),
    )
