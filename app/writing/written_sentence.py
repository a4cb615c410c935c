"""Written sentence: what a language model makes of an answer, as far as the quotes support it."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from rodedraad.answering.answer import Answer
from rodedraad.texts.phrases import phrase
from rodedraad.texts.refusal import Refusal
from rodedraad.writing.http_client import pieces
from rodedraad.writing.request import (
    CLAIMS,
    TRANSLATION,
    claims_in,
    sentence_request,
    translation_in,
    translation_request,
)
from rodedraad.writing.supported import agrees, support
from rodedraad.writing.writer import Writer


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of a sentence, and the citations that it rests on, as we found them."""

    text: str
    citations: tuple[int, ...]
    translated: bool  # checked by numbers, names and a table of words, for the quote is in another language


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """What is shown beneath an answer; it grows while the model writes."""

    model: str
    language: str
    claims: tuple[Claim, ...] = ()
    dropped: int = 0  # claims that no quote supports
    failure: Refusal | None = None  # what went wrong, also after the first claims
    done: bool = False

    @property
    def translated(self) -> bool:
        """Whether a claim rests on a quote in another language."""
        return any(claim.translated for claim in self.claims)

    @property
    def note(self) -> str:
        """The name of the phrase that explains why there is no sentence; empty if there is one."""
        if self.failure or self.claims or not self.done:
            return ""
        return "writer_unsupported" if self.dropped else "writer_silent"


def sentences(writer: Writer, answer: Answer, before: Sequence[str] = ()) -> Iterator[WrittenSentence]:
    """The sentence for an answer, again after each claim, and at last when it is done.

    `before` holds the earlier questions of the talk. Without an answer nothing is asked.
    """
    if answer.abstained:
        return
    sentence = WrittenSentence(writer.model, answer.language)
    messages = sentence_request(
        answer.question, before, [quote.text for quote in answer.quotes], answer.language
    )
    reply, read = "", 0

    def with_more(whole: bool) -> Iterator[WrittenSentence]:
        nonlocal sentence, read
        claims = claims_in(reply, whole)
        for text in claims[read:]:
            sentence = _judged(sentence, answer, text)
            yield sentence
        read = max(read, len(claims))

    try:
        for piece in pieces(writer, messages, CLAIMS):
            reply += piece
            with suppress(ValueError):  # not yet JSON: whether it is any is seen at the end
                yield from with_more(whole=False)
        yield from with_more(whole=True)
    except Refusal as failure:
        sentence = replace(sentence, failure=failure)
    except ValueError:
        sentence = replace(sentence, failure=Refusal("writer_broken" if read else "writer_garbled"))
    yield replace(sentence, done=True)


def _judged(sentence: WrittenSentence, answer: Answer, text: str) -> WrittenSentence:
    found = support(
        text, sentence.language, [(quote.text, quote.document.language) for quote in answer.quotes]
    )
    if not found or any(claim.text == text for claim in sentence.claims):
        return replace(sentence, dropped=sentence.dropped + (not found))
    cited = tuple(
        one.citation
        for number in found.quotes
        for one in (answer.quotes[number], *answer.quotes[number].also)
    )
    return replace(sentence, claims=(*sentence.claims, Claim(text, cited, found.translated)))


def written(writer: Writer, answer: Answer, before: Sequence[str] = ()) -> WrittenSentence | None:
    """The sentence for an answer when it is done; None without an answer."""
    return next(iter(deque(sentences(writer, answer, before), maxlen=1)), None)


def translation(writer: Writer, quote: str, language: str, into: str) -> str:
    """A quote in another language (ISO 639-1), of which numbers, names and negations were compared.

    Raises Refusal if it cannot be had, or if they differ.
    """
    reply = "".join(pieces(writer, translation_request(quote, into), TRANSLATION))
    try:
        text = translation_in(reply)
    except ValueError as error:
        raise Refusal("writer_garbled") from error
    if not agrees(text, into, quote, language):
        raise Refusal("writer_mistranslated")
    return text


def sentence_as_json(sentence: WrittenSentence | None) -> dict[str, Any] | None:
    """A sentence as docs/api.md describes it; None where nothing is quoted."""
    if sentence is None:
        return None
    failure = sentence.failure
    return {
        "model": sentence.model,
        "language": sentence.language,
        "claims": [
            {"text": claim.text, "citations": list(claim.citations), "translated": claim.translated}
            for claim in sentence.claims
        ],
        "dropped": sentence.dropped,
        "failure": phrase(failure.why, "en", **failure.given) if failure else None,
    }
