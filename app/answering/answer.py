"""Answer: hits become one to three verbatim quotes with citations, or an honest abstention."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from rodedraad.answering.confidence import THRESHOLD, confidence
from rodedraad.index.search import READ, Hit, Searcher, Sentence
from rodedraad.ingest.documents import Document, Passage
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.sentences import sentence_spans

LONGEST_QUESTION = 2_000  # characters

PASSAGE = 0.56
"""What a passage's score counts beside a sentence's own.

Learned by `python -m index.training.fit_weights`.
"""

MOST_QUOTES = 3  # sentences that follow one another are one
MOST_QUOTED = 600
"""Characters up to which further sentences are quoted."""

MARGIN = 0.4
"""How much less than the best a sentence may score to be quoted too.

Measured with at most three quotes of 600 characters: at .2, .3, .4, .5 and .6 the share answered is .81,
.83, .85, .86 and .87 of the gold questions that are answered, with 229, 262, 290, 320 and 334 characters
a mean answer, and .66, .69, .71, .72 and .72 of five held corpora, with 273, 314, 349, 376 and 400.
"""

_POINTING = frozenset(
    """
    hij zij ze dit dat deze die daar daarmee daardoor daarom daarvoor daarbij daarnaast hierdoor hiermee zo
    he she it they this that these those il elle ils elles ce cela ceci ces él ella ellos ellas esto eso
    este esta estos estas er sie es dies diese dieser dieses
    """.split()
)
"""First words of a sentence that does not stand alone."""

SAME = 0.8
"""Sentences that share this part of their words say the same: the best is quoted, all are cited."""


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
    also: tuple["Quote", ...] = ()  # the same said elsewhere, cited with it and not quoted again


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
    understood_as: str | None = None,
    near: Sequence[Passage] = (),
    passages: int = 10,
) -> Answer:
    """Answer a question from the sources.

    `understood_as` is the question behind those that it leans on, where it does; passages next
    to those in `near` are preferred; the answer carries `passages` hits, or as many as it quotes
    from if that is more. Raises RodeDraadError for a question that is empty or too long.
    """
    started = time.perf_counter()
    said_before = len(understood_as) - len(question) if understood_as else 0
    question = " ".join(question.split())
    if not re.search(r"\w", question):
        raise RodeDraadError("The question is empty. Ask something about the documents.")
    if len(question) > LONGEST_QUESTION:
        raise RodeDraadError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are "
            "read. Ask a shorter one."
        )
    query = searcher.query(understood_as or question, said_before)
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
    read = list(_best_sentences(hits))
    chosen: list[_Place] = []
    least, quoted = -inf, 0
    for score, place in read:
        least = max(least, score - MARGIN)
        if chosen and (score < least or quoted + len(place.text) > MOST_QUOTED):
            break
        if any(_says_the_same(place.text, other.text) for other in chosen):
            continue
        if len(_joined([*chosen, place])) > MOST_QUOTES:
            break
        chosen.append(place)
        quoted += len(place.text)
    quotes = [place.quote(number) for number, place in enumerate(_joined(chosen), 1)]
    elsewhere = [place for _, place in read if not any(_overlap(place, other) for other in chosen)]
    cited = len(quotes)
    for at, quote in enumerate(quotes):
        parts = [place.text for place in chosen if _overlap(place, quote)]
        same = _joined([place for place in elsewhere if any(_says_the_same(place.text, t) for t in parts)])
        quotes[at] = replace(quote, also=tuple(place.quote(n) for n, place in enumerate(same, cited + 1)))
        cited += len(same)
    return quotes


@dataclass(frozen=True, slots=True)
class _Place:
    """A piece of a source that may be quoted."""

    hit: Hit
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.hit.document.text[self.start : self.end]

    @property
    def document(self) -> Document:
        return self.hit.document

    def quote(self, citation: int) -> Quote:
        page = self.document.page_at(self.start)
        return Quote(citation, self.text, self.document, self.start, self.end, page, self.hit)


def _best_sentences(hits: Sequence[Hit]) -> Iterator[tuple[float, _Place]]:
    """Every sentence of the hits that were read with its score, the likeliest answer first."""
    scored = [
        (PASSAGE * hit.score + sentence.score, hit, sentence) for hit in hits for sentence in hit.sentences
    ]
    for score, hit, sentence in sorted(scored, key=lambda item: -item[0]):
        yield score, _Place(hit, _start(hit, sentence), sentence.end)


def _start(hit: Hit, sentence: Sentence) -> int:
    """Where to quote a sentence from: the one before it where it points to what that says."""
    text = hit.document.text
    first = re.match(r"\w+", text[sentence.start : sentence.end])
    if first and first[0].casefold() in _POINTING:
        paragraph = text.rfind("\n", 0, sentence.start) + 1
        seen = max(paragraph, sentence.start - MOST_QUOTED)
        before = sentence_spans(text[seen : sentence.start])
        if before and (before[-1][0] or seen == paragraph):
            return seen + before[-1][0]
    return sentence.start


def _joined(places: Sequence[_Place]) -> list[_Place]:
    """The places in reading order, the document of the best first; neighbours in a paragraph as one."""
    order = list(dict.fromkeys(place.document.id for place in places))
    joined: list[_Place] = []
    for place in sorted(places, key=lambda place: (order.index(place.document.id), place.start)):
        if joined and _follows(joined[-1], place):
            joined[-1] = replace(joined[-1], end=max(joined[-1].end, place.end))
        else:
            joined.append(place)
    return joined


def _overlap(one: _Place, other: _Place | Quote) -> bool:
    same = one.document.id == other.document.id
    return same and one.start < other.end and other.start < one.end


def _says_the_same(one: str, other: str) -> bool:
    first, second = set(re.findall(r"\w+", one)), set(re.findall(r"\w+", other))
    return len(first & second) >= SAME * max(len(first | second), 1)


def _follows(before: _Place, place: _Place) -> bool:
    """Whether a place follows another directly, in the same paragraph."""
    gap = place.document.text[before.end : place.start]
    return before.document.id == place.document.id and not gap.strip() and "\n" not in gap
