"""Quotes: which sentences of what was read are quoted."""

import numpy as np

from rodedraad.answering.best_sentences import best_sentences
from rodedraad.answering.quotes import quotes
from rodedraad.index.search import UNVERIFIED, Hit, Sentence
from rodedraad.ingest.documents import Citation, Document, Passage
from rodedraad.ingest.sentences import sentence_spans

MET = np.zeros(1, np.float32)


def hit(name: str, text: str, scores: list[float], verified: list[float] | None = None, rank: int = 1) -> Hit:
    """A document that is one passage, its sentences with scores."""
    spans = sentence_spans(text)
    document = Document(f"{name}.txt", "", "nl", Citation(), text, ())
    passage = Passage(document.id, 0, len(text), text, None, tuple(spans), "nl", ())
    known = verified or [UNVERIFIED] * len(spans)
    sentences = tuple(
        Sentence(start, end, score, {}, MET, odds)
        for (start, end), score, odds in zip(spans, scores, known, strict=True)
    )
    return Hit(rank, 1.0, {}, passage, document, frozenset(), {}, sentences, MET)


def quoted(*hits: Hit) -> list[str]:
    return [quote.text for quote in quotes(hits)]


def test_the_likeliest_sentence_is_quoted_alone_where_no_other_is_likely() -> None:
    found = hit("a", "De bus rijdt om acht uur. Het regent vandaag in Gent.", [1.0, -1.0])
    assert quoted(found) == ["De bus rijdt om acht uur."]


def test_a_sentence_that_is_nearly_as_likely_is_quoted_too() -> None:
    one = hit("a", "De bus rijdt om acht uur.", [1.0])
    other = hit("b", "De tram vertrekt pas om negen.", [0.9], rank=2)
    assert quoted(one, other) == ["De bus rijdt om acht uur.", "De tram vertrekt pas om negen."]


def test_a_long_sentence_has_to_be_likelier_than_a_short_one() -> None:
    one = hit("a", "De bus rijdt om acht uur.", [1.0])
    short, long = (
        hit("b", text, [0.0], rank=2) for text in ("De tram wacht.", f"De tram {'wacht lang ' * 20}hier.")
    )
    assert len(quoted(one, short)) == 2
    assert quoted(one, long) == ["De bus rijdt om acht uur."]


def test_what_the_verifier_says_decides_between_sentences_that_score_alike() -> None:
    found = hit("a", "De bus rijdt om acht uur. De tram rijdt om elf uur.", [1.0, 1.0], [-8.0, 5.0])
    assert best_sentences([found])[0][2].start == 26
    assert quoted(found) == ["De tram rijdt om elf uur."]


def test_a_further_quote_may_stand_behind_one_that_is_too_long() -> None:
    one = hit("a", "De bus rijdt om acht uur.", [1.0])
    long = hit("b", f"De trein {'rijdt en rijdt ' * 40}weg.", [1.2], rank=2)
    short = hit("c", "De tram wacht.", [0.9], rank=3)
    assert quoted(one, long, short) == ["De bus rijdt om acht uur.", "De tram wacht."]
