"""Run file: an evaluation kept as JSON, with the outcome of each question."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rodedraad.evaluation.ask_gold import Outcome
from rodedraad.evaluation.metrics import Figure, groups, measures
from rodedraad.index.search import Searcher
from rodedraad.ingest.data_file import parse_json
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.regular_file import read_regular

RUN_FORMAT = 3

LARGEST_RUN = 1_000_000_000
"""Bytes of the largest run that is read."""


@dataclass(frozen=True, slots=True)
class Run:
    """An evaluation: by what it was made, and what each question got."""

    command: str
    made_by: dict[str, Any]  # the model, its fingerprint and settings, signals switched off
    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, searcher: Searcher, outcomes: Sequence[Outcome], command: str) -> "Run":
        """The run of an open index, as it is."""
        manifest = searcher.generation.manifest
        made_by = {
            "model": manifest.model,
            "fingerprint": manifest.fingerprint,
            "words": manifest.words,
            "settings": manifest.settings,
            "documents": len(manifest.texts),
            "passages": searcher.generation.passages,
            "without": sorted(searcher.without),
        }
        return cls(command, made_by, tuple(outcomes))

    def figures(self) -> dict[str, dict[str, Figure]]:
        """Every measure of every group."""
        return {name: measures(members) for name, members in groups(self.outcomes).items()}

    def save(self, path: Path) -> None:
        """Write the run as JSON, a figure or a question a line, so that a change can be read.

        Raises RodeDraadError when the file cannot be written.
        """
        figures = (
            f"{_plain(group)}: {{\n{_rows(f'{_plain(name)}: {_plain(f)}' for name, f in row.items())}\n}}"
            for group, row in figures_as_json(self.figures()).items()
        )
        head = {"format": RUN_FORMAT, "command": self.command, "made_by": self.made_by}
        text = _rows(f"{_plain(key)}: {_plain(value)}" for key, value in head.items())
        outcomes = _rows(_plain(asdict(outcome)) for outcome in self.outcomes)
        write(path, f'{{\n{text},\n"figures": {{\n{_rows(figures)}\n}},\n"outcomes": [\n{outcomes}\n]\n}}\n')

    @classmethod
    def load(cls, path: Path) -> "Run":
        """Read a run that `save` wrote; raises RodeDraadError for a file that is none."""
        try:
            content = parse_json(read_regular(path, LARGEST_RUN))
            if content["format"] != RUN_FORMAT:
                raise ValueError(f"format {content['format']}, not {RUN_FORMAT}")
            outcomes = (
                Outcome(**{**line, **{name: tuple(line[name]) for name in ("quotes", "found", "relevant")}})
                for line in content["outcomes"]
            )
            return cls(content["command"], content["made_by"], tuple(outcomes))
        except OSError as error:
            raise RodeDraadError(f"{path} cannot be read ({error.strerror}).") from error
        except (ValueError, KeyError, TypeError) as error:
            raise RodeDraadError(
                f"{path} is not a run of rodedraad eval --save ({error}). Run that again."
            ) from error


def figures_as_json(table: dict[str, dict[str, Figure]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Figures as JSON objects, rounded to four digits; a figure that does not exist is null."""
    return {
        name: {
            measure: {
                key: None if value != value else round(value, 4) for key, value in asdict(figure).items()
            }
            for measure, figure in row.items()
        }
        for name, row in table.items()
    }


def write(path: Path, text: str) -> None:
    """Write a file; raises RodeDraadError when that cannot be done."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise RodeDraadError(f"{path} cannot be written ({error.strerror}).") from error


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rows(lines: Iterable[str]) -> str:
    return ",\n".join(lines)
