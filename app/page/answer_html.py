"""Page: the talk as HTML, with every character of a document or a question escaped."""

import re
import unicodedata
from collections.abc import Sequence
from html import escape

from rodedraad.answering.answer import Answer
from rodedraad.answering.citation_formats import Place
from rodedraad.evaluation.votes import DOWN, UP, answer_id
from rodedraad.page.source_pane import link, places
from rodedraad.texts.phrases import phrase, reference

LIKELY = 0.75
"""The confidence from which an answer is called likely.

Measured by `rodedraad eval --save`: from there on a quote answers .80 of the gold questions that are
answered, and below it .55.
"""

MATCHED_WORDS = 4
"""How many words of the question an answer shows with what they were found as."""

LONG_ENOUGH = 4
"""Letters of a word whose match is shown: shorter ones are mostly articles and question words."""


def conversation_html(answers: Sequence[Answer], language: str = "en") -> str:
    """The talk so far: each question, and its quotes as links to the source pane.

    `language` is that of the page's own words; an answer's are in its question's language.
    """
    if not answers:
        return f'<div class="talk"><p class="welcome">{phrase("welcome", language)}</p></div>'
    turns = "".join(_turn(number, answer, language) for number, answer in enumerate(answers))
    return f'<div class="talk">{turns}</div>'


def summary(answer: Answer) -> str:
    """What a screen reader is told of an answer: how sure it is, and its quotes."""
    if answer.abstained:
        return escape(phrase("no_answer", answer.language))
    quotes = " ".join(f"[{quote.citation}] {quote.text}" for quote in answer.quotes)
    return escape(f"{phrase(_confidence(answer), answer.language)} {quotes}")


def _turn(number: int, answer: Answer, language: str) -> str:
    understood = ""
    if answer.understood_as != answer.question:
        label = phrase("understood_as", answer.language)
        understood = f'<p class="understood">{label}: {escape(answer.understood_as)}</p>'
    body = _abstention(number, answer) if answer.abstained else _quotes(number, answer)
    return (
        f'<section class="turn" lang="{answer.language}">'
        f'<h2 class="question">{escape(answer.question)}</h2>{understood}{body}'
        f"{_thumbs(number, answer, language)}</section>"
    )


def _thumbs(turn: int, answer: Answer, language: str) -> str:
    """The two votes on an answer; the browser knows which was given."""

    def thumb(vote: str) -> str:
        said = escape(phrase(f"vote_{vote}", language))
        return (
            f'<button type="button" data-turn="{turn}" data-vote="{vote}" aria-pressed="false" '
            f'aria-label="{said}" title="{said}"></button>'
        )

    return (
        f'<div class="votes" role="group" lang="{language}" data-answer="{answer_id(answer)}" '
        f'aria-label="{escape(phrase("good_answer", language))}">{thumb(UP)}{thumb(DOWN)}</div>'
    )


def _quotes(number: int, answer: Answer) -> str:
    shown = places(answer)
    lead = min(answer.quotes, key=lambda quote: quote.hit.rank)
    links = {place.number: _link(number, place, f"[{place.number}]") for place in shown}
    quotes = "".join(
        f'<blockquote lang="{quote.document.language}"{_class("lead", quote is lead)}>{escape(quote.text)} '
        f"{' '.join(links[one.citation] for one in (quote, *quote.also))}</blockquote>"
        for quote in answer.quotes
    )
    sources = "".join(
        f"<li>{links[place.number]} {escape(reference(place.document, place.start))}</li>" for place in shown
    )
    words = "".join(f"<li>{escape(asked)} → {escape(found)}</li>" for asked, found in matched_words(answer))
    if words:
        words = f'<p class="aside">{phrase("matched", answer.language)}</p><ul class="words">{words}</ul>'
    return (
        f'{quotes}<p class="confidence">{phrase(_confidence(answer), answer.language)}</p>'
        f'<p class="aside">{phrase("sources", answer.language)}</p><ul class="sources">{sources}</ul>{words}'
    )


def _abstention(number: int, answer: Answer) -> str:
    nearest = "".join(
        f'<blockquote class="nearest" lang="{place.document.language}">{escape(place.text)}'
        f"<cite>{_link(number, place, reference(place.document, place.start))}</cite></blockquote>"
        for place in places(answer)
    )
    told = f'<p class="abstained">{phrase("no_answer", answer.language)}</p>'
    if not nearest:
        return told
    return f'{told}<p class="aside">{phrase("nearest", answer.language)}</p>{nearest}'


def matched_words(answer: Answer) -> list[tuple[str, str]]:
    """Words of the question that the quotes hold in another form: as asked, and as printed there."""
    asked = _by_fold(answer.understood_as)
    printed = _by_fold(" ".join(quote.text for quote in answer.quotes))
    pairs: dict[str, str] = {}
    for word, match in (pair for quote in answer.quotes for pair in quote.hit.words.items()):
        found = printed.get(match) or next((printed[folded] for folded in printed if match in folded), None)
        if found and len(word) >= LONG_ENOUGH and word in asked and word not in printed:
            pairs.setdefault(asked[word], found)
    return list(pairs.items())[:MATCHED_WORDS]


def _by_fold(text: str) -> dict[str, str]:
    """The words of a text as printed, by what they are without capitals and accents."""
    return {_folded(word): word for word in reversed(re.findall(r"\w+", text))}


def _folded(word: str) -> str:
    """Lower case, accents folded."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _confidence(answer: Answer) -> str:
    """The name of the phrase that says how sure the answer is."""
    return "likely" if answer.confidence >= LIKELY else "unsure"


def _class(name: str, given: bool) -> str:
    return f' class="{name}"' if given else ""


def _link(turn: int, place: Place, text: str) -> str:
    return (
        f'<a class="citation" href="{escape(link(place))}" data-turn="{turn}" '
        f'data-number="{place.number}">{escape(text)}</a>'
    )
