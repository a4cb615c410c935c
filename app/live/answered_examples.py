"""Answered examples: the example questions of sources.toml, each asked once of a generation of the index.

HOME/answered-examples.json keeps whether they are answered, with the id of the generation.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from rodedraad.answering.conversation import ask
from rodedraad.index.evidence_match import answers, squash
from rodedraad.index.files.safe_files import replace_file
from rodedraad.index.search import Searcher
from rodedraad.index.stores import store_of
from rodedraad.ingest.corpus_folder import Example, load_sources
from rodedraad.ingest.data_file import json_line, parse_json
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.regular_file import read_regular

FILE = "answered-examples.json"
LARGEST = 1_000_000  # bytes of the file


def ask_examples(corpus: Path, home: Path, searcher: Callable[[], Searcher]) -> dict[Example, bool]:
    """Each example, and whether the published generation answers it; asked and kept unless that is known.

    `searcher` gives the searcher of that generation. Raises what it raises, and RodeDraadError if
    sources.toml is invalid.
    """
    examples = dict.fromkeys(load_sources(corpus).examples)
    kept = kept_examples(home, store_of(home).current())
    if list(kept) == list(examples):
        return kept
    asked = searcher()
    found = {example: is_answered(asked, example) for example in examples}
    lines = [{**asdict(example), "answered": answered} for example, answered in found.items()]
    with suppress(OSError):  # they are asked again
        replace_file(home / FILE, json_line({"generation": asked.generation.id, "examples": lines}).encode())
    return found


def kept_examples(home: Path, generation: str | None) -> dict[Example, bool]:
    """Each example that was asked of a generation, and whether it was answered; empty if none was asked."""
    try:
        content = parse_json(read_regular(home / FILE, LARGEST))
        if content["generation"] != generation:
            return {}
        return {Example(one["question"], one["quote"]): one["answered"] for one in content["examples"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def is_answered(searcher: Searcher, example: Example) -> bool:
    """Whether the first quote that an example gets is the one meant; any, where none is given."""
    try:
        given = ask(searcher, example.question)
    except RodeDraadError:
        return False
    quoted = [squash(quote.text) for quote in given.quotes[:1]]
    return any(answers(quote, squash(example.quote)) for quote in quoted) if example.quote else bool(quoted)
