"""Votes: answers that people voted on, kept until somebody makes gold questions of them.

HOME/candidates.jsonl is only ever added to: a line for each vote, and one for what became of it. Of
the votes on an answer the last counts, until that answer is decided on.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rodedraad.answering.answer import LONGEST_QUESTION, Answer
from rodedraad.answering.quotes import Quote
from rodedraad.evaluation.gold_file import OWN, add_line, load_gold
from rodedraad.index.evidence_match import covers, squash
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.data_file import parse_json
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.regular_file import read_regular
from rodedraad.texts.refusal import Refusal

UP, DOWN = "up", "down"
LARGEST_VOTES = 10_000_000
"""Bytes of the file from which on no vote is taken: whoever may ask may vote."""

VOTE_PATIENCE = 10  # seconds that a vote waits for another


@dataclass(frozen=True, slots=True)
class VotedAnswer:
    """An answer that somebody voted on, with its question."""

    id: str  # of the answer
    question: str  # complete by itself
    lang: str
    vote: str  # UP or DOWN
    abstained: bool
    quotes: tuple[str, ...]
    evidence: tuple[str, ...]  # the quotes, where they are voted up
    time: str  # of the vote, ISO 8601 in UTC


def answer_id(answer: Answer) -> str:
    """The id of an answer: equal for the same question with the same quotes, whoever asked it."""
    said = [_question(answer), answer.abstained, *(quote.text for quote in answer.quotes)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


class Votes:
    """The votes of an index home. Many threads and programs may use them at once."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / "candidates.jsonl"
        self.gold = home / OWN

    def vote(self, answer: Answer, vote: str) -> None:
        """Keep a vote on an answer; the same again, or on one decided on, changes nothing.

        Raises RodeDraadError when it cannot be kept.
        """
        quotes = tuple(piece for quote in answer.quotes for piece in _pieces(quote))
        voted = VotedAnswer(
            id=answer_id(answer),
            question=_question(answer),
            lang=answer.language,
            vote=vote,
            abstained=answer.abstained,
            quotes=quotes,
            evidence=quotes if vote == UP else (),
            time=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with self._writing():
            waiting, decided = self._read()
            before = waiting.get(voted.id)
            if voted.id in decided or (before and before.vote == vote):
                return
            if self._path.exists() and self._path.stat().st_size > LARGEST_VOTES:
                raise RodeDraadError(f"Too many votes wait in {self._path.name}: no more are accepted.")
            add_line(self._path, asdict(voted))

    def waiting(self) -> list[VotedAnswer]:
        """The voted answers that nobody has decided on, the newest first."""
        return list(reversed(self._read()[0].values()))

    def accept(self, id: str, generation: Snapshot, evidence: Sequence[str] | None) -> None:
        """Make a voted answer a gold question: with its evidence, or None where the sources hold no answer.

        Does nothing if it no longer waits. Raises Refusal for evidence that no passage of the corpus
        covers, and RodeDraadError when a file cannot be read or written.
        """
        pieces = [" ".join(piece.split()) for piece in evidence or () if squash(piece)]
        if evidence is not None and not pieces:
            raise Refusal("evidence_none")
        texts = [squash(generation.passage(n)[1].text) for n in range(generation.passages)] if pieces else []
        for piece in pieces:
            if not any(covers(text, squash(piece)) for text in texts):
                raise Refusal("evidence_unknown", piece=piece)
        with self._writing():
            voted = self._read()[0].get(id)
            if not voted:
                return
            # A gold line with this id may have been written just before a crash.
            if not any(line.get("id") == id for line in load_gold(self.gold)):
                gold = {
                    "id": id,
                    "lang": voted.lang,
                    "question": voted.question,
                    "answerable": bool(pieces),
                    **({"evidence": pieces} if pieces else {}),
                }
                add_line(self.gold, gold)
            self._decide(id, "accepted")

    def dismiss(self, id: str) -> None:
        """Make nothing of a voted answer; raises RodeDraadError when that cannot be kept."""
        with self._writing():
            if id in self._read()[0]:
                self._decide(id, "dismissed")

    def _decide(self, id: str, decision: str) -> None:
        time = datetime.now(UTC).isoformat(timespec="seconds")
        add_line(self._path, {"id": id, "decision": decision, "time": time})

    def _read(self) -> tuple[dict[str, VotedAnswer], set[str]]:
        """What waits, by the id of the answer, and the ids decided on; a damaged line is passed over."""
        waiting: dict[str, VotedAnswer] = {}
        decided: set[str] = set()
        try:
            lines = read_regular(self._path, 2 * LARGEST_VOTES).split(b"\n")
        except FileNotFoundError:
            return waiting, decided
        except OSError as error:
            raise RodeDraadError(f"{self._path} cannot be read ({error.strerror}).") from error
        for line in lines:
            try:
                record = parse_json(line)
                id = record["id"]
                if "decision" in record:
                    decided.add(id)
                    waiting.pop(id, None)
                elif id not in decided:
                    voted = _voted_answer(record)
                    waiting.pop(id, None)  # the last vote comes last
                    waiting[id] = voted
            except (ValueError, KeyError, TypeError):
                continue
        return waiting, decided

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with FileLock(self._home / "candidates.lock", timeout=VOTE_PATIENCE):
                yield
        except Timeout:
            raise RodeDraadError("Others are voting just now. Try again in a moment.") from None
        except OSError as error:
            raise RodeDraadError(f"The vote cannot be kept ({error.strerror or error}).") from error


def _question(answer: Answer) -> str:
    """The question as it can be asked again by itself."""
    alone = answer.understood_as
    return alone if len(alone) <= LONGEST_QUESTION else answer.question


def _pieces(quote: Quote) -> list[str]:
    """A quote, in two where it crosses the end of its passage: evidence is within one passage."""
    edge = min(max(quote.hit.passage.end, quote.start), quote.end)
    pieces = (quote.document.text[quote.start : edge], quote.document.text[edge : quote.end])
    return [piece for piece in pieces if squash(piece)]


def _voted_answer(record: dict[str, Any]) -> VotedAnswer:
    """A voted answer of its line; raises ValueError, KeyError or TypeError for what is none."""
    if record["vote"] not in (UP, DOWN):
        raise ValueError(record["vote"])
    texts = {name: str(record[name]) for name in ("id", "question", "lang", "vote", "time")}
    quotes, evidence = (tuple(map(str, record[name])) for name in ("quotes", "evidence"))
    return VotedAnswer(**texts, abstained=bool(record["abstained"]), quotes=quotes, evidence=evidence)
