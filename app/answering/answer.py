"""Answer: hits become one to three verbatim quotes with citations, or an honest "no answer"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rodedraad.answering.best_sentences import by_verdict, verified
from rodedraad.answering.confidence import THRESHOLD, confidence
from rodedraad.answering.quotes import Quote, quotes
from rodedraad.index.scope import EVERYTHING, Scope
from rodedraad.index.search import READ, Hit, Searcher
from rodedraad.ingest.documents import Passage
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import detect_language

LONGEST_QUESTION = 2_000  # characters
MOST_TITLES = 10
"""Documents that are named to somebody who has asked nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gets: quotes, the one that leads first, none without an answer, and the best hits.

    A text that is no question gets the titles of the documents, some at most.
    """

    kind: Literal["answer", "no answer", "not a question"]
    question: str
    understood_as: str  # the question; for a follow-up, the previous question and this one joined
    language: str
    confidence: float  # that the sources hold an answer, 0 to 1
    quotes: tuple[Quote, ...]
    hits: tuple[Hit, ...]
    milliseconds: float = 0.0  # from the text to the answer, by `conversation.ask`
    documents: tuple[str, ...] = ()
    scope: Scope = EVERYTHING  # the documents that were searched

    @property
    def abstained(self) -> bool:
        """Whether nothing is quoted."""
        return self.kind != "answer"

    @property
    def cited(self) -> list[Quote]:
        """The quotes, and behind them those that say the same elsewhere: citation 1, 2 and so on."""
        return [*self.quotes, *(other for quote in self.quotes for other in quote.also)]


def checked_question(question: str) -> str:
    """A question with its white space made plain.

    Raises RodeDraadError for one that is empty, longer than LONGEST_QUESTION, or no text in UTF-8.
    """
    question = " ".join(question.split())
    if re.search("[\ud800-\udfff]", question):
        raise RodeDraadError("The question contains an invalid character. Type it again.")
    if not re.search(r"\w", question):
        raise RodeDraadError("The question is empty. Ask something about the documents.")
    if len(question) > LONGEST_QUESTION:
        raise RodeDraadError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are "
            "read. Ask a shorter one."
        )
    return question


def answer(
    searcher: Searcher,
    question: str,
    leans_on: str = "",
    near: Sequence[Passage] = (),
    passages: int = 10,
    scope: Scope = EVERYTHING,
) -> Answer:
    """Answer a question from the sources in the scope.

    `leans_on` is the previous question, for a follow-up; passages close to those in `near` rank higher.
    The answer carries at least `passages` hits. Raises RodeDraadError as `checked_question`, and
    NothingInScope.
    """
    question = checked_question(question)
    before = f"{leans_on} " if leans_on else ""
    query = searcher.query(before + question, len(before))
    hits = verified(searcher, query, searcher.search(query, max(passages, READ), near, scope))
    likely = confidence(query, hits) if hits else 0.0
    answered = likely >= THRESHOLD
    return Answer(
        kind="answer" if answered else "no answer",
        question=question,
        understood_as=query.text,
        language=detect_language(question),
        confidence=likely,
        quotes=tuple(quotes(hits)) if answered else (),
        hits=tuple(by_verdict(hits)),
        scope=scope,
    )


def no_question(searcher: Searcher, text: str, scope: Scope = EVERYTHING) -> Answer:
    """What a text gets that is no question: what there is to ask about."""
    titles = [entry.title for entry in searcher.chosen(scope) if entry.passages]
    return Answer(
        kind="not a question",
        question=text,
        understood_as=text,
        language=detect_language(text),
        confidence=0.0,
        quotes=(),
        hits=(),
        documents=tuple(titles[:MOST_TITLES]),
        scope=scope,
    )
