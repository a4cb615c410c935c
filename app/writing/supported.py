"""Supported: whether quotes say what a claim says; the heart of what is shown of a language model.

A claim rests on one sentence of a quote. Each number, name and word of content of the claim stands there, in
the same order but for what may move; what limits the statement (negations, some, only, may, at least, if) is
the same in both; and what the claim leaves out of the clauses that it takes limits nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rodedraad.ingest.sentences import sentence_spans
from rodedraad.writing.clauses import Clauses, Item, clauses
from rodedraad.writing.likeness import fold, same_name, same_word, stem

LEAST_COVERED = 0.5
"""The part of the items of the clauses that a claim takes, which it has at least."""

LEAST_ACROSS = 0.6
"""The same where the quote is in another language, of whose words the table knows fewer."""

MOST_UNKNOWN = 0.25
"""The part of a claim's words that may have no match where the quote is in another language."""

_CONDITIONS = {"if", "except", "said"}
"""Markers that limit also what stands in another clause of their sentence."""

_STRICT = {"against", "without", "before", "after", "until", "between", "than", "by", "to", "from"}
_SCOPE = {"for", "against", "than", "between", "before", "after", "until", "by"}


@dataclass(frozen=True, slots=True)
class Support:
    """The quotes that say what a claim says, counted from 0."""

    quotes: tuple[int, ...]
    translated: bool  # all of these are in another language, so that words were compared by a table


def support(claim: str, language: str, quotes: Sequence[tuple[str, str]]) -> Support | None:
    """What supports a claim in a language, of quotes each with its language (ISO 639-1); None if nothing does.

    A claim may be in the language of a quote, whatever it was asked to be in.
    """
    plain = tuple(n for n, (text, of_quote) in enumerate(quotes) if _said(claim, of_quote, text, of_quote))
    if plain:
        return Support(plain, False)
    across = tuple(
        n
        for n, (text, of_quote) in enumerate(quotes)
        if of_quote != language and _said(claim, language, text, of_quote)
    )
    return Support(across, True) if across else None


def _said(claim: str, language: str, quote: str, of_quote: str) -> bool:
    read = clauses(claim, language)
    if "?" in claim or not read.items:
        return False
    return any(
        _says(clauses(sentence, of_quote), read)
        for sentence in (quote[start:end] for start, end in sentence_spans(quote))
        if "?" not in sentence
    )


def _says(source: Clauses, claim: Clauses) -> bool:
    across = source.language != claim.language
    places = _places(source, claim, across)
    if places is None:
        return False
    taken = {source.items[at].clause for at in places.values()}
    return (
        not taken & source.quoted
        and _in_order(source, claim, places, across)
        and _same_roles(source, claim, places, across)
        and _same_limits(source, claim, taken, across)
        and _leaves_out_nothing_that_limits(source, claim, places, taken, across)
    )


def _places(source: Clauses, claim: Clauses, across: bool) -> dict[int, int] | None:
    """Where in the source each item of a claim stands, by their numbers; None if one stands nowhere.

    Across languages some words may stand nowhere.
    """
    places: dict[int, int] = {}
    unknown = 0
    last = -1
    for number, item in enumerate(claim.items):
        found = [
            at
            for at, other in enumerate(source.items)
            if at not in places.values() and _same(item, claim, other, source)
        ]
        if found:
            last = next((at for at in found if at > last), found[0])
            places[number] = last
        elif across and item.kind == "word":
            unknown += 1
        else:
            return None
    words = sum(item.kind == "word" for item in claim.items)
    return places if len(places) >= 2 and unknown <= MOST_UNKNOWN * words else None


def _same(item: Item, claim: Clauses, other: Item, source: Clauses) -> bool:
    if "number" in (item.kind, other.kind):
        return item.kind == other.kind and item.text == other.text
    across = claim.language != source.language
    if item.kind == other.kind == "name":
        return same_name(item.text, other.text, across)
    if "name" in (item.kind, other.kind) and not across:
        return stem(fold(item.text), claim.language) == stem(fold(other.text), source.language)
    return any(
        same_word(one, claim.language, two, source.language)
        for one in _forms(item, claim)
        for two in _forms(other, source)
    )


_PARTICLES = {
    "nl": "aan af bij door in mee na om onder op over toe uit voor weg terug samen".split(),
    "de": "ab an auf aus bei ein mit nach um vor weg zu zurück zusammen".split(),
}


def _forms(item: Item, read: Clauses) -> list[str]:
    """A word as it stands, and as a verb with what may be split off it."""
    split = (particle for particle in _PARTICLES.get(read.language, ()) if particle in read.words)
    return [item.text, *(particle + item.text for particle in split)]


def _in_order(source: Clauses, claim: Clauses, places: dict[int, int], across: bool) -> bool:
    """Whether the items stand in the order of the source, but for what may move.

    That is a phrase with a preposition, such as a place; a date; and one word without an article, as a verb.
    """
    numbers = list(places)
    fixed = [number for number in numbers if not _is_free(claim.items[number], source.items[places[number]])]
    kept = _longest_rising(numbers, places, set(fixed))
    verbs = 0
    moving = False
    for before, number in zip([-2, *numbers], numbers, strict=False):
        if number in kept:
            moving = False
            continue
        item, other = claim.items[number], source.items[places[number]]
        follows = moving and before == number - 1 and places[number] == places[before] + 1
        if (item.tied and other.tied) or follows or _is_date(item):
            moving = True
            continue
        moving = False
        if not _is_free(item, other):
            return False
        verbs += 1
    return verbs <= (1 if not across else max(1, len(numbers) // 4))


def _is_free(item: Item, other: Item) -> bool:
    """Whether an item may be a verb: a plain word without an article or preposition."""
    return item.kind == other.kind == "word" and not (item.definite or other.definite or item.tied or other.tied)


def _is_date(item: Item) -> bool:
    return item.kind == "number" and (
        item.text.startswith(("month", "day")) or (item.text.isdigit() and 1000 <= int(item.text) <= 2100)
    )


def _longest_rising(numbers: list[int], places: dict[int, int], fixed: set[int]) -> set[int]:
    """The items that keep their order: the most that can, and of these what has a fixed place first."""
    best: list[tuple[int, set[int]]] = []
    for at, number in enumerate(numbers):
        before = [best[k] for k in range(at) if places[numbers[k]] < places[number]]
        weight, kept = max(before, key=lambda one: one[0], default=(0, set()))
        best.append((weight + (3 if number in fixed else 2), kept | {number}))
    return max(best, key=lambda one: one[0])[1]


def _same_roles(source: Clauses, claim: Clauses, places: dict[int, int], across: bool) -> bool:
    strict = _STRICT - {"by", "to", "from"} if across else _STRICT
    for number, at in places.items():
        one, other = claim.items[number].roles, source.items[at].roles
        if one & other or not one | other:
            continue
        if (one and other) or (one | other) <= strict:
            return False
    return True


def _same_limits(source: Clauses, claim: Clauses, taken: set[int], across: bool) -> bool:
    """Whether what limits the statement is the same in the claim and in the clauses that it takes."""
    said = [marker for markers in claim.markers for marker in markers]
    stated = [
        marker
        for number, markers in enumerate(source.markers)
        for marker in markers
        if number in taken or marker in _CONDITIONS
    ]
    return set(said) == set(stated) if across else sorted(said) == sorted(stated)


def _leaves_out_nothing_that_limits(
    source: Clauses, claim: Clauses, places: dict[int, int], taken: set[int], across: bool
) -> bool:
    """Whether a claim has enough of the clauses that it takes, and no number, name or limit is left out."""
    there = [at for at, item in enumerate(source.items) if item.clause in taken]
    left = [at for at in there if at not in places.values()]
    if not left:
        return True
    if len(left) > (1 - (LEAST_ACROSS if across else LEAST_COVERED)) * len(there):
        return False
    if not claim.determined and not across:
        return False
    is_dated = any(map(_is_date, claim.items))
    permits = {marker for markers in claim.markers for marker in markers} & {"may", "must"}
    for chunk in _chunks(source, left):
        items = [source.items[at] for at in chunk]
        kinds = {item.kind for item in items}
        is_phrase = items[0].tied and not (items[0].roles and items[0].roles <= _SCOPE)
        if "number" in kinds:
            if is_dated or permits or not all(item.kind != "number" or _is_date(item) for item in items):
                return False
        elif "name" in kinds:
            if not is_phrase or permits:
                return False
        elif not across and not (is_phrase and not permits) and not _describes(source, chunk):
            return False
    return True


def _chunks(source: Clauses, left: Sequence[int]) -> Iterator[list[int]]:
    """What is left out, phrase by phrase."""
    chunk: list[int] = []
    for at in left:
        item = source.items[at]
        if chunk and (at != chunk[-1] + 1 or item.tied or item.definite or item.clause != source.items[at - 1].clause):
            yield chunk
            chunk = []
        chunk.append(at)
    if chunk:
        yield chunk


def _describes(source: Clauses, chunk: Sequence[int]) -> bool:
    """Whether words only describe one thing that is named besides: "the new hall", "the baker Anselmo Gil"."""
    before = source.items[chunk[0] - 1] if chunk[0] else None
    after = source.items[chunk[-1] + 1] if chunk[-1] + 1 < len(source.items) else None
    same = source.items[chunk[0]].clause
    if after and after.clause == same and not after.tied:
        return source.items[chunk[0]].definite or after.kind == "name"
    return bool(before and before.clause == same and (before.definite or before.kind == "name"))


def agrees(text: str, language: str, quote: str, of_quote: str) -> bool:
    """Whether a translation has the numbers of a quote, its names, and a negation where it has one."""
    one, other = clauses(text, language), clauses(quote, of_quote)
    numbers = [sorted(item.text for item in read.items if item.kind == "number") for read in (one, other)]
    negated = ["not" in {m for markers in read.markers for m in markers} for read in (one, other)]
    names = [item for item in other.items if item.kind == "name"]
    kept = sum(any(same_name(name.text, item.text, True) for item in one.items) for name in names)
    return numbers[0] == numbers[1] and negated[0] == negated[1] and kept >= len(names) * LEAST_COVERED
