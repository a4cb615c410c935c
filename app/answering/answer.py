"""Answer: hits become one to three verbatim quotes with citations, or an honest abstention."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rodedraad.answering.confidence import THRESHOLD, confidence
from rodedraad.answering.quotes import Quote, quotes
from rodedraad.index.search import READ, Hit, Searcher
from rodedraad.ingest.documents import Passage
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import detect_language

LONGEST_QUESTION = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gets: quotes in reading order, none if abstained, and the best hits."""

    question: str
    understood_as: str
    language: str
    abstained: bool
    confidence: float  # that the sources hold an answer, 0 to 1
    quotes: tuple[Quote, ...]
    hits: tuple[Hit, ...]
    milliseconds: float

    @property
    def cited(self) -> list[Quote]:
        """The quotes, and behind them those that say the same elsewhere: citation 1, 2 and so on."""
        return [*self.quotes, *(other for quote in self.quotes for other in quote.also)]


def answer(
    searcher: Searcher,
    question: str,
    leans_on: str = "",
    near: Sequence[Passage] = (),
    passages: int = 10,
) -> Answer:
    """Answer a question from the sources.

    `leans_on` is the question before, for a follow-up; passages next to those in `near` are preferred.
    The answer carries at least `passages` hits. Raises RodeDraadError for a question that is empty or
    longer than LONGEST_QUESTION.
    """
    started = time.perf_counter()
    question = " ".join(question.split())
    if not re.search(r"\w", question):
        raise RodeDraadError("The question is empty. Ask something about the documents.")
    if len(question) > LONGEST_QUESTION:
        raise RodeDraadError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are "
            "read. Ask a shorter one."
        )
    before = f"{' '.join(leans_on.split())} " if leans_on else ""
    query = searcher.query(before + question, len(before))
    hits = searcher.search(query, max(passages, READ), near)
    likely = confidence(query, hits, follow_up=bool(near))
    abstained = likely < THRESHOLD
    return Answer(
        question=question,
        understood_as=query.text,
        language=detect_language(question),
        abstained=abstained,
        confidence=likely,
        quotes=() if abstained else tuple(quotes(hits)),
        hits=tuple(hits),
        milliseconds=(time.perf_counter() - started) * 1000,
    )
