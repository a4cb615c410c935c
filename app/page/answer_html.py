"""Conversation: questions and their answers as HTML."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rodedraad.answering.answer import Answer
from rodedraad.answering.citation_formats import reference
from rodedraad.answering.place import Place
from rodedraad.answering.quotes import Quote
from rodedraad.evaluation.votes import answer_id
from rodedraad.page.permalink import link
from rodedraad.page.source_pane import places
from rodedraad.texts.html_templates import as_html, render
from rodedraad.texts.phrases import phrase

LIKELY = 0.6
"""The confidence from which an answer is called likely.

Measured by `rodedraad eval --save`: from there on a quote answers .80 of the gold questions that are
answered, and below it .67.
"""

MATCHED_WORDS = 4
"""The most words of the question that are shown with the word they matched."""

LONG_ENOUGH = 4
"""Letters of a word whose match is shown: shorter ones are mostly articles and question words."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the template needs of a question and its answer."""

    number: int  # from 0
    answer: Answer
    id: str  # of the answer
    confidence: str  # name of a phrase
    lead: Quote | None  # the quote from the best passage
    places: list[Place]
    links: dict[int, str]  # by the number of the place, like the next
    references: dict[int, str]
    matched: list[tuple[str, str]]


def conversation_html(answers: Sequence[Answer], language: str = "en") -> str:
    """The conversation so far: each question, and its quotes as links to the source pane.

    `language` is that of the page's own words; an answer's are in its question's language.
    """
    turns = [_turn(number, answer) for number, answer in enumerate(answers)]
    return render("page/conversation.html", turns=turns, language=language)


def summary(answer: Answer, language: str = "en") -> str:
    """An answer for a screen reader, as HTML: how sure it is, and its quotes.

    `language` is the page's, in which a text is answered that is no question.
    """
    if answer.kind == "not a question":
        return as_html(f"{phrase('no_question', language)} {', '.join(answer.documents)}")
    if answer.abstained:
        return as_html(phrase("no_answer", answer.language))
    quotes = " ".join(f"[{quote.citation}] {quote.text}" for quote in answer.quotes)
    return as_html(f"{phrase(_confidence(answer), answer.language)} {quotes}")


def _turn(number: int, answer: Answer) -> _Turn:
    shown = places(answer)
    return _Turn(
        number=number,
        answer=answer,
        id=answer_id(answer),
        confidence=_confidence(answer),
        lead=min(answer.quotes, key=lambda quote: quote.hit.rank, default=None),
        places=shown,
        links={place.number: link(place) for place in shown},
        references={place.number: reference(place.document, place.start) for place in shown},
        matched=matched_words(answer),
    )


def matched_words(answer: Answer) -> list[tuple[str, str]]:
    """Words of the question that matched another word in the quotes, as pairs of both words."""
    asked = _by_fold(answer.understood_as)
    printed = _by_fold(" ".join(quote.text for quote in answer.quotes))
    pairs: dict[str, str] = {}
    for word, match in (pair for quote in answer.quotes for pair in quote.hit.words.items()):
        found = printed.get(match) or next((printed[folded] for folded in printed if match in folded), None)
        if found and len(word) >= LONG_ENOUGH and word in asked and word not in printed:
            pairs.setdefault(asked[word], found)
    return list(pairs.items())[:MATCHED_WORDS]


def _by_fold(text: str) -> dict[str, str]:
    """The words of a text as printed, by their form without capitals and accents."""
    return {_folded(word): word for word in reversed(re.findall(r"\w+", text))}


def _folded(word: str) -> str:
    """Lower case, accents folded."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _confidence(answer: Answer) -> str:
    """The name of the phrase for how sure the answer is."""
    return "likely" if answer.confidence >= LIKELY else "unsure"
