"""TREC files: what was found and what is right, for trec_eval, ir-measures and their like.

A run has lines "question Q0 passage rank score tag", qrels have lines "question 0 passage 1". Only questions
with an answer count, as the tools know no refusal.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rodedraad.evaluation.ask_gold import Outcome
from rodedraad.evaluation.run_file import write
from rodedraad.ingest.errors import RodeDraadError

RUN_FILE, QRELS_FILE = "run.txt", "qrels.txt"


def write_trec(outcomes: Iterable[Outcome], folder: Path) -> None:
    """Write both files into a folder, which is made; raises RodeDraadError when that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RodeDraadError(f"{folder} cannot be made ({error.strerror}).") from error
    answerable = [outcome for outcome in outcomes if outcome.answerable]
    write(folder / RUN_FILE, "".join(f"{line}\n" for outcome in answerable for line in _found(outcome)))
    write(folder / QRELS_FILE, "".join(f"{line}\n" for outcome in answerable for line in _relevant(outcome)))


def _found(outcome: Outcome) -> Iterator[str]:
    for rank, passage in enumerate(outcome.found, 1):
        yield f"{_word(outcome.id)} Q0 {_word(passage)} {rank} {1 / rank:.4f} rodedraad"


def _relevant(outcome: Outcome) -> Iterator[str]:
    for passage in outcome.relevant:
        yield f"{_word(outcome.id)} 0 {_word(passage)} 1"


def _word(text: str) -> str:
    """A name without white space, which separates the columns."""
    return "_".join(text.split())
