"""Supported: whether quotes say what a claim says; of a language model's claims, only such are shown.

A claim rests on one sentence of a quote. Each number, name and word of content of the claim is there, in the
same order except for what may move; what limits the statement (negations, some, only, may, at least, if) is
the same in both; and what the claim leaves out of the clauses that it takes limits nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category

from rodedraad.ingest.sentences import sentence_spans
from rodedraad.writing.clauses import Clauses, clauses
from rodedraad.writing.left_out import leaves_out_little, same_limits
from rodedraad.writing.likeness import same_name
from rodedraad.writing.order import in_order, is_uncrossed, same_roles
from rodedraad.writing.other_orders import active, ways, with_antecedent, with_shared
from rodedraad.writing.pairing import paired

NAMES_KEPT = 0.5
"""The part of a quote's names that a translation of it has at least; the others have another form there."""


@dataclass(frozen=True, slots=True)
class Support:
    """The quotes that say what a claim says, counted from 0."""

    quotes: tuple[int, ...]
    translated: bool  # all of these are in another language, so that words were compared by a table


def support(claim: str, language: str, quotes: Sequence[tuple[str, str]]) -> Support | None:
    """What supports a claim in a language, of quotes each with its language (ISO 639-1); else None.

    A claim may be in the language of a quote, whatever it was asked to be in.
    """
    plain = [n for n, (text, of_quote) in enumerate(quotes) if _is_said(claim, of_quote, text, of_quote)]
    if plain:
        return Support(tuple(plain), translated=False)
    across = [
        n
        for n, (text, of_quote) in enumerate(quotes)
        if of_quote != language and _is_said(claim, language, text, of_quote)
    ]
    return Support(tuple(across), translated=True) if across else None


def _is_said(claim: str, language: str, quote: str, of_quote: str) -> bool:
    read = clauses(claim, language)
    if "?" in claim or not read.items or _symbols(claim) - _symbols(quote):
        return False
    sentences = (quote[start:end] for start, end in sentence_spans(quote))
    sources = [clauses(sentence, of_quote) for sentence in sentences if "?" not in sentence]
    told = [one for one in (read, active(read)) if one]
    return any(_says(way, one) for source in sources for way in ways(source) for one in told)


def _symbols(text: str) -> set[str]:
    """The characters of a text that are symbols of mathematics or pictures, which no item holds."""
    return {character for character in text if category(character) in ("Sm", "So")}


def _says(source: Clauses, claim: Clauses) -> bool:
    pairing = paired(source, claim)
    if pairing is None:
        return False
    pairing = with_antecedent(pairing)
    return (
        not pairing.taken & source.quoted
        and is_uncrossed(pairing)
        and in_order(pairing)
        and same_roles(pairing)
        and same_limits(pairing)
        and leaves_out_little(with_shared(pairing))
    )


def agrees(text: str, language: str, quote: str, of_quote: str) -> bool:
    """Whether a translation has the numbers of a quote, its names, and a negation where it has one."""
    one, other = clauses(text, language), clauses(quote, of_quote)
    numbers = [sorted(item.text for item in read.items if item.kind == "number") for read in (one, other)]
    negated = ["not" in read.limits for read in (one, other)]
    names = [item.text for item in other.items if item.kind == "name"]
    kept = sum(any(same_name(name, item.text, across=True) for item in one.items) for name in names)
    return numbers[0] == numbers[1] and negated[0] == negated[1] and kept >= NAMES_KEPT * len(names)
