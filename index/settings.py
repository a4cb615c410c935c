"""Settings: the options that settings.toml in the index home may set."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rodedraad.ingest.data_file import read_toml
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.parser_pool import PARSE_MEMORY, PARSE_SECONDS, Limits
from rodedraad.ingest.passages import PASSAGE_SIZE
from rodedraad.ingest.read_file import LARGEST_FILE

SETTINGS_FILE = "settings.toml"
MEGABYTE = 1_000_000  # bytes

_OF_INDEX = ("model", "query_prefix", "passage_prefix", "passage_size")
_BOUNDS = {
    "passage_size": (100, 10_000, "characters"),
    "largest_file": (1, 10_000, "megabytes"),
    "parse_seconds": (1, 86_400, "seconds"),
    "parse_megabytes": (200, 1_000_000, "megabytes"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of settings.toml; a change takes effect at the next indexing."""

    model: str = ""  # a sentence-transformers model's name or folder; empty: the bundled model
    query_prefix: str = ""  # E5 models want "query: "
    passage_prefix: str = ""  # E5 models want "passage: "
    store: str = ""  # where the index is: milvus://HOST:PORT/NAME; empty: in the home
    passage_size: int = PASSAGE_SIZE  # the most characters of a passage
    largest_file: int = LARGEST_FILE // MEGABYTE  # megabytes; a larger file is not read
    parse_seconds: int = PARSE_SECONDS  # the longest that reading one file may take
    parse_megabytes: int = PARSE_MEMORY // MEGABYTE  # the most memory that reading one file may take

    @property
    def largest_bytes(self) -> int:
        """The size in bytes of the largest file that is read."""
        return self.largest_file * MEGABYTE

    @property
    def limits(self) -> Limits:
        """The time and memory that reading one file may take."""
        return Limits(self.parse_seconds, self.parse_megabytes * MEGABYTE)

    def of_index(self) -> dict[str, Any]:
        """The settings that decide what an index holds, as JSON values.

        The others decide only which files can be read.
        """
        return {name: getattr(self, name) for name in _OF_INDEX}


def load_settings(home: Path) -> Settings:
    """The settings of an index home; the default of each that is not set.

    Raises RodeDraadError if settings.toml is not valid TOML, or a name, type or value in it is wrong.
    """
    path = home / SETTINGS_FILE
    values = read_toml(path)
    kinds = {field.name: field.type for field in fields(Settings)}
    for name, value in values.items():
        if name not in kinds:
            raise RodeDraadError(
                f"{path} sets {name!r}, which is not a setting. Settings are: {', '.join(kinds)}."
            )
        if type(value) is not kinds[name]:
            raise RodeDraadError(f"{path}: {name} has the wrong type ({value!r}).")
    settings = Settings(**values)
    for name, (least, most, unit) in _BOUNDS.items():
        if not least <= getattr(settings, name) <= most:
            raise RodeDraadError(f"{path}: {name} must be between {least} and {most} {unit}.")
    return settings
