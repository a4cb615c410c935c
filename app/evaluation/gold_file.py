"""Gold file: questions with their evidence, one JSON line each."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from rodedraad.index.evidence_match import squash
from rodedraad.index.files.safe_files import sync
from rodedraad.ingest.data_file import parse_json
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.regular_file import read_regular

GOLD = Path(__file__).parent / "gold"
FILES = ("questions.jsonl", "conversations.jsonl")
OWN = "gold.jsonl"
"""The gold lines that an index home keeps, of the people who ask there."""

LARGEST_GOLD = 1_000_000_000
"""Bytes of the largest file of gold lines."""

GoldItem = tuple[str, dict[str, Any]]
"""A question or a conversation: its id, or its place where it has none, and its gold line."""


def load_gold_items(files: Iterable[Path]) -> list[GoldItem]:
    """The questions and conversations of files; raises RodeDraadError for a line that is no gold line."""
    return [
        (str(line.get("id", f"{file.stem}:{n}")), line)
        for file in files
        for n, line in enumerate(load_gold(file), 1)
    ]


def load_gold(path: Path) -> list[dict[str, Any]]:
    """The gold lines of a file, blank ones left out; none if there is no such file.

    Raises RodeDraadError naming the line that is no gold line.
    """
    lines = []
    number = 0
    try:
        for line in read_regular(path, LARGEST_GOLD).decode().split("\n"):
            number += 1
            if line.strip():
                lines.append(parse_json(line))
                for turn in lines[-1].get("turns", lines[-1:]):
                    _check(turn)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RodeDraadError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else error
        raise RodeDraadError(f"{path}, line {number}, is not a gold question ({reason}).") from error
    return lines


def _check(gold: dict[str, Any]) -> None:
    if not isinstance(gold["question"], str) or not squash(gold["question"]):
        raise ValueError("the question is empty")
    if not isinstance(gold["answerable"], bool):
        raise ValueError("answerable is neither true nor false")
    if gold["answerable"] and not (
        isinstance(gold["evidence"], list) and gold["evidence"] and all(map(squash, gold["evidence"]))
    ):
        raise ValueError("the evidence is not a list of pieces of the sources")


def add_line(path: Path, line: dict[str, Any]) -> None:
    """Add a JSON line to a file, made if need be; it is on disk when this returns.

    A line before it that was cut off is ended first. Raises OSError when it cannot be written.
    """
    data = json.dumps(line, ensure_ascii=False).encode(errors="replace") + b"\n"
    with path.open("a+b") as file:
        file.write(data if _ends_a_line(file) else b"\n" + data)
    sync(path)
    sync(path.parent)


def _ends_a_line(file: BinaryIO) -> bool:
    if not file.seek(0, os.SEEK_END):
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
