"""Answer: hits become one to three verbatim quotes with citations, or an honest abstention."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.confidence import THRESHOLD, confidence
from index.search import READ, Hit, Searcher
from ingest.documents import Document, Passage
from ingest.errors import RodeDraadError
from ingest.language import detect_language

LONGEST_QUESTION = 2_000  # characters

PASSAGE = 0.49
"""What a passage's score counts beside a sentence's own.

Learned by `python -m tests.benchmarks.interaction`.
"""

MOST_QUOTES = 3
MOST_QUOTED = 450
"""Further quotes are added while an answer has at most this many characters.

Measured on the development questions: at 350, 400, 450 and 500 the share answered is .59, .63,
.64 and .65, with 264, 303, 346 and 385 characters a mean answer."""

SAME = 0.8
"""Sentences that share this part of their words say the same: the better one is quoted."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of a source: `document.text[start:end] == text`, always."""

    citation: int  # counted from 1 in each answer
    text: str
    document: Document
    start: int
    end: int
    page: int | None
    hit: Hit  # the passage it comes from


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


def answer(
    searcher: Searcher,
    question: str,
    understood_as: str | None = None,
    near: Sequence[Passage] = (),
    passages: int = 10,
) -> Answer:
    """Answer a question from the sources.

    `understood_as` is the question made to stand alone, where it leans on others; passages next
    to those in `near` are preferred; the answer carries `passages` hits, or as many as it quotes
    from if that is more. Raises RodeDraadError for a question that is empty or too long.
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
    query = searcher.query(understood_as or question)
    hits = searcher.search(query, max(passages, READ), near)
    likely = confidence(searcher, query, hits, follow_up=bool(near))
    abstained = likely < THRESHOLD
    return Answer(
        question=question,
        understood_as=query.text,
        language=detect_language(question),
        abstained=abstained,
        confidence=likely,
        quotes=() if abstained else tuple(_quotes(hits)),
        hits=tuple(hits),
        milliseconds=(time.perf_counter() - started) * 1000,
    )


def _quotes(hits: Sequence[Hit]) -> list[Quote]:
    """The best sentences of the hits, neighbours joined, in reading order."""
    chosen: list[tuple[Hit, int, int]] = []
    for hit, start, end in _best_sentences(hits):
        text = hit.document.text[start:end]
        quoted = [other.document.text[s:e] for other, s, e in chosen]
        if quoted and len(text) + sum(map(len, quoted)) > MOST_QUOTED:
            break
        if not any(_says_the_same(text, other) for other in quoted):
            chosen.append((hit, start, end))
        if len(chosen) == MOST_QUOTES:
            break
    order = list(dict.fromkeys(hit.document.id for hit, _, _ in chosen))
    chosen.sort(key=lambda item: (order.index(item[0].document.id), item[1]))
    joined: list[tuple[Hit, int, int]] = []
    for hit, start, end in chosen:
        if joined and _follows(joined[-1], hit, start):
            first, first_start, _ = joined.pop()
            joined.append((first, first_start, end))
        else:
            joined.append((hit, start, end))
    return [
        Quote(
            citation=number,
            text=hit.document.text[start:end],
            document=hit.document,
            start=start,
            end=end,
            page=hit.document.page_at(start),
            hit=hit,
        )
        for number, (hit, start, end) in enumerate(joined, 1)
    ]


def _best_sentences(hits: Sequence[Hit]) -> list[tuple[Hit, int, int]]:
    """Every sentence of the hits that were read, the likeliest answer first."""
    scored = [
        (PASSAGE * hit.score + sentence.score, hit, sentence) for hit in hits for sentence in hit.sentences
    ]
    scored.sort(key=lambda item: -item[0])
    return [(hit, sentence.start, sentence.end) for _, hit, sentence in scored]


def _says_the_same(one: str, other: str) -> bool:
    first, second = set(re.findall(r"\w+", one)), set(re.findall(r"\w+", other))
    return len(first & second) >= SAME * max(len(first | second), 1)


def _follows(before: tuple[Hit, int, int], hit: Hit, start: int) -> bool:
    """Whether a sentence follows another directly, in the same paragraph."""
    earlier, _, end = before
    gap = hit.document.text[end:start]
    return earlier.document.id == hit.document.id and not gap.strip() and "\n" not in gap
