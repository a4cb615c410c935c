"""Quotes: the best sentences of the hits become verbatim quotes with citations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp

from rodedraad.answering.best_sentences import best_sentences
from rodedraad.index.search import Hit, Sentence
from rodedraad.ingest.documents import Document, Span
from rodedraad.ingest.sentences import is_heading, sentence_spans

MOST_QUOTES = 3  # sentences that follow one another are one
MOST_QUOTED = 600
"""Characters up to which further sentences are quoted."""

WORTH, BESIDE = 0.00017, 60
"""The least probability of a further sentence that is quoted, for each of its characters and BESIDE more.

Of 2,700 fitted questions, every kind counting the same, one of the sentences quoted answers .850, .849 and
.848 with .00015, .00017 and .0002, in 311, 303 and 294 characters. Quoting what scores at most a fixed
distance below the best answered .818 where this answered .861, in 283 and 309 characters.
"""

_POINTING = frozenset(
    """
    hij zij ze dit dat deze die daar daarmee daardoor daarom daarvoor daarbij daarnaast hierdoor hiermee zo
    he she it they this that these those il elle ils elles ce cela ceci ces él ella ellos ellas esto eso
    este esta estos estas er sie es dies diese dieser dieses
    """.split()
)
"""First words of a sentence that refers to the one before it."""

SAME_WORDS = 0.8
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
    also: tuple["Quote", ...] = ()  # the same statement elsewhere, cited with it and not quoted again


def quotes(hits: Sequence[Hit]) -> list[Quote]:
    """The best sentences of the hits, neighbours joined: first the one that leads, with the best of all.

    The others come in reading order.
    """
    read = [(odds, _Piece(hit, *_span(hit, one))) for odds, hit, one in best_sentences(hits)]
    total = sum(exp(odds - read[0][0]) for odds, _ in read)
    chosen: list[_Piece] = []
    quoted = 0
    for odds, place in read:
        worth = exp(odds - read[0][0]) / total / (len(place.text) + BESIDE)
        if chosen and (worth < WORTH or quoted + len(place.text) > MOST_QUOTED):
            continue
        if any(_says_the_same(place.text, other.text) for other in chosen):
            continue
        if len(_joined([*chosen, place])) > MOST_QUOTES:
            break
        chosen.append(place)
        quoted += len(place.text)
    ordered = sorted(_joined(chosen), key=lambda place: not _overlap(place, chosen[0]))
    quotes = [place.quote(number) for number, place in enumerate(ordered, 1)]
    elsewhere = [place for _, place in read if not any(_overlap(place, other) for other in chosen)]
    cited = len(quotes)
    for at, quote in enumerate(quotes):
        parts = [place.text for place in chosen if _overlap(place, quote)]
        same = _joined([place for place in elsewhere if any(_says_the_same(place.text, t) for t in parts)])
        quotes[at] = replace(quote, also=tuple(place.quote(n) for n, place in enumerate(same, cited + 1)))
        cited += len(same)
    return quotes


@dataclass(frozen=True, slots=True)
class _Piece:
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


def _span(hit: Hit, sentence: Sentence) -> Span:
    """What to quote for a sentence: the one under it, where it only asks or announces what that says.

    It asks if it ends in a question mark; it announces if it is a heading without a number or a colon.
    """
    text = hit.document.text
    said = text[sentence.start : sentence.end]
    if said.endswith("?") or (is_heading(said) and not re.search(r"[\d:]", said)):
        after = sentence_spans(text[sentence.end : sentence.end + MOST_QUOTED])
        if after:
            start, end = (sentence.end + offset for offset in after[0])
            if not is_heading(text[start:end]):
                return start, end
    return _start(hit, sentence), sentence.end


def _joined(places: Sequence[_Piece]) -> list[_Piece]:
    """The places in reading order, the document of the best first; neighbours in a paragraph as one."""
    order = list(dict.fromkeys(place.document.id for place in places))
    joined: list[_Piece] = []
    for place in sorted(places, key=lambda place: (order.index(place.document.id), place.start)):
        if joined and _follows(joined[-1], place):
            joined[-1] = replace(joined[-1], end=max(joined[-1].end, place.end))
        else:
            joined.append(place)
    return joined


def _overlap(one: _Piece, other: _Piece | Quote) -> bool:
    same = one.document.id == other.document.id
    return same and one.start < other.end and other.start < one.end


def _says_the_same(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    return len(first & second) >= SAME_WORDS * max(len(first | second), 1)


@lru_cache(1_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def _follows(before: _Piece, place: _Piece) -> bool:
    """Whether a place follows another directly, in the same paragraph."""
    gap = place.document.text[before.end : place.start]
    return before.document.id == place.document.id and not gap.strip() and "\n" not in gap
