"""Kept turns: questions with all that the page shows of their answers, as a browser keeps them.

A browser gives back what it was given, or anything else. What is no turn is left out; what is one is shown
as text; and a quote counts only as far as the documents hold it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from annotated_types import Interval, MaxLen
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from rodedraad.answering.answer import Answer
from rodedraad.answering.citation_formats import reference
from rodedraad.answering.place import Place, opening
from rodedraad.answering.quotes import Quote
from rodedraad.evaluation.votes import answer_id
from rodedraad.index.scope import EVERYTHING, Scope
from rodedraad.index.search import Hit
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.page.matched_words import matched_words
from rodedraad.page.permalink import find_document, follow, link_to, query_of
from rodedraad.page.source_pane import places
from rodedraad.texts.phrases import phrase

MOST_TURNS = 100
"""The most turns of a conversation that are kept."""

Short = Annotated[str, MaxLen(100)]
KeptText = Annotated[str, MaxLen(20_000)]
Offset = Annotated[int, Interval(ge=0, lt=10**12)]


@dataclass(frozen=True, slots=True)
class Cited:
    """A place that an answer points to, with what the conversation shows of it."""

    number: Offset  # from 1
    same_as: Offset  # the number of the quote that says the same; 0 for what is quoted itself
    document: KeptText  # its id
    start: Offset  # characters of the reading text
    end: Offset
    text: KeptText
    language: Short
    reference: KeptText

    @property
    def query(self) -> dict[str, str]:
        """The query of the lasting link to the place."""
        return query_of(self.document, self.start, self.end, self.text)

    @property
    def link(self) -> str:
        """That link, relative to the page's address."""
        return link_to(self.document, self.start, self.end, self.text)

    @property
    def opening(self) -> str:
        """A line of it, where it answers nothing."""
        return opening(self.text)


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """A part of a sentence that a language model wrote, with the numbers of the places that it rests on."""

    text: KeptText
    citations: Annotated[tuple[Offset, ...], MaxLen(30)]
    translated: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a language model wrote beneath an answer, and why it is no more."""

    model: Short
    language: Short
    claims: Annotated[tuple[WrittenClaim, ...], MaxLen(30)]
    why: Short  # the name of a phrase
    given: Annotated[tuple[tuple[Short, KeptText], ...], MaxLen(5)]  # what fills it in
    done: bool

    @property
    def translated(self) -> bool:
        """Whether a claim rests on a quote in another language."""
        return any(claim.translated for claim in self.claims)

    def told(self, language: str) -> str:
        """Why it is no more, in a language; empty where a browser gives back what is no reason."""
        try:
            return phrase(self.why, language, model=self.model, **dict(self.given))
        except (KeyError, TypeError):
            return ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    id: Short  # of the answer
    time: Short  # of the answer, ISO 8601 in UTC
    kind: Literal["answer", "no answer", "not a question"]
    question: KeptText
    understood_as: KeptText
    language: Short
    confidence: float
    cited: Annotated[tuple[Cited, ...], MaxLen(30)]
    matched: Annotated[
        tuple[tuple[KeptText, KeptText], ...], MaxLen(30)
    ]  # words of the question and of the quotes
    documents: Annotated[tuple[KeptText, ...], MaxLen(30)]  # titles
    best: (
        tuple[KeptText, Offset] | None
    )  # the document of the passage that was found best, and its first character
    scope: Scope  # the documents that were searched
    written: Written | None = None

    @property
    def abstained(self) -> bool:
        """Whether nothing is quoted."""
        return self.kind != "answer"

    @property
    def quoted(self) -> list[Cited]:
        """The quotes, without the places that say the same."""
        return [] if self.abstained else [one for one in self.cited if not one.same_as]

    def same_as(self, quote: Cited) -> list[Cited]:
        """The places that say the same as a quote."""
        return [one for one in self.cited if one.same_as == quote.number]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation; its name is the browser's."""

    id: str = ""
    turns: tuple[Turn, ...] = ()

    def followed_by(self, answer: Answer) -> "Talk":
        """The conversation with one more answer; its oldest turn goes where it has too many."""
        return Talk(self.id, (*self.turns, kept_turn(answer))[-MOST_TURNS:])


_TURN, _SCOPE = TypeAdapter(Turn), TypeAdapter(Scope)


def kept_turn(answer: Answer) -> Turn:
    """What is kept of an answer just given."""
    same_as = {other.citation: quote.citation for quote in answer.quotes for other in quote.also}
    best = answer.hits[0].passage if answer.hits else None
    return Turn(
        id=answer_id(answer),
        time=datetime.now(UTC).isoformat(timespec="milliseconds"),
        kind=answer.kind,
        question=answer.question,
        understood_as=answer.understood_as,
        language=answer.language,
        confidence=round(answer.confidence, 4),
        cited=tuple(_cited(place, same_as.get(place.number, 0)) for place in places(answer)),
        matched=tuple(matched_words(answer)),
        documents=answer.documents,
        best=(best.document_id, best.start) if best else None,
        scope=answer.scope,
    )


def _cited(place: Place, same_as: int) -> Cited:
    document = place.document
    return Cited(
        number=place.number,
        same_as=same_as,
        document=document.id,
        start=place.start,
        end=place.end,
        text=place.text,
        language=document.language,
        reference=reference(document, place.start),
    )


def as_json(turn: Turn) -> str:
    """A turn for the browser to keep."""
    return _TURN.dump_json(turn).decode()


def talk_of(text: str) -> Talk:
    """The conversation that a browser gives back; of anything else, what is a turn in it."""
    try:
        given = from_json(text)
    except (ValueError, TypeError):  # the second for a lone surrogate
        return Talk()
    if not isinstance(given, dict):
        return Talk()
    id, turns = given.get("id"), given.get("turns")
    found = map(_turn, turns[-MOST_TURNS:] if isinstance(turns, list) else [])
    return Talk(id[:100] if isinstance(id, str) else "", tuple(turn for turn in found if turn))


def _turn(given: object) -> Turn | None:
    try:
        return _TURN.validate_python(given)
    except (ValidationError, RodeDraadError):
        return None


def scope_of(text: str) -> Scope:
    """What a browser gives as chosen; all documents where it is no choice. Raises RodeDraadError as Scope."""
    try:
        return _SCOPE.validate_json(text)
    except ValidationError:
        return EVERYTHING


def found_in(generation: Snapshot, cited: Sequence[Cited]) -> list[Place]:
    """Those of the places that the documents still hold."""
    followed = ((one.number, follow(generation, one.query)) for one in cited)
    return [Place(number, place.document, place.start, place.end) for number, place in followed if place]


def restored(turn: Turn, generation: Snapshot) -> Answer:
    """The answer of a turn with what a follow-up and a vote need, as far as the documents still hold it."""
    best = _hit(generation, *turn.best) if turn.best else None
    return Answer(
        kind=turn.kind,
        question=turn.question,
        understood_as=turn.understood_as,
        language=turn.language,
        confidence=turn.confidence,
        quotes=tuple(_quote(place, generation) for place in found_in(generation, turn.quoted)),
        hits=(best,) if best else (),
        scope=turn.scope,
    )


def _quote(place: Place, generation: Snapshot) -> Quote:
    hit = _hit(generation, place.document.id, place.start)
    assert hit, "a document that holds a quote has passages"
    return Quote(place.number, place.text, place.document, place.start, place.end, place.page, hit)


def _hit(generation: Snapshot, id: str, start: int) -> Hit | None:
    """The passage that a character of a document is in, as if found; None where there is none."""
    document, passages = find_document(generation, id) or (None, [])
    passage = next((passage for passage in reversed(passages) if passage.start <= start), None)
    return Hit(1, 0.0, {}, passage, document, frozenset()) if document and passage else None
