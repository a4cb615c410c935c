"""Pairing: which item of a sentence each item of a claim is, in the same language or in another."""

from dataclasses import dataclass

from rodedraad.writing.clauses import Clauses, ContentWord, is_free
from rodedraad.writing.likeness import fold, known, may_be_same, same_name, same_word, stem
from rodedraad.writing.small_words import small_words

MOST_UNKNOWN_WORDS = 0.34
"""The part of a claim's words that the tables may not know, where the quote is in another language.

One may always be unknown, as the tables know few forms of verbs.
"""

LEAST_FOUND = 2  # items of a claim, for it to rest on a sentence at all


@dataclass(frozen=True, slots=True)
class Pairing:
    """The items of a claim, each with its place in a sentence of a quote, both by their numbers."""

    source: Clauses
    claim: Clauses
    places: dict[int, int]

    @property
    def is_across(self) -> bool:
        """Whether they are in two languages."""
        return self.source.language != self.claim.language

    @property
    def taken(self) -> set[int]:
        """The clauses of the sentence that the claim has something of."""
        return {self.source.items[at].clause for at in self.places.values()}


def paired(source: Clauses, claim: Clauses) -> Pairing | None:
    """A claim paired with a sentence; None if a number, name or word of it is missing there.

    Across languages a word may be missing, if one in its place there is not known to mean something else.
    """
    across = source.language != claim.language
    places: dict[int, int] = {}
    unknown: list[int] = []
    last = -1
    for number, item in enumerate(claim.items):
        found = [at for at, other in enumerate(source.items) if _same(item, claim, other, source)]
        free = [at for at in found if at not in places.values()]
        if across and item.kind == "word" and last in found:
            beside = [at for at in free if source.items[at].clause == source.items[last].clause]
            free = beside or [last]  # both words of "blood pressure" are in "bloeddruk"
        if free:
            last = next((at for at in free if at > last), free[0])
            places[number] = last
        elif across and item.kind == "word":
            unknown.append(number)
        else:
            return None
    words = sum(item.kind == "word" for item in claim.items)
    if len(places) < LEAST_FOUND or len(unknown) > max(1, int(MOST_UNKNOWN_WORDS * words)):
        return None
    for number in unknown:
        at = _place_of_unknown(source, claim, places, number)
        if at is None:
            return None
        places[number] = at
    return Pairing(source, claim, dict(sorted(places.items())))


def _place_of_unknown(source: Clauses, claim: Clauses, places: dict[int, int], number: int) -> int | None:
    """Where an unknown word may be: near the place of a neighbour, or as a verb in its clause."""
    item = claim.items[number]
    beside = [places[near] for near in (number - 1, number + 1) if near in places]
    for at, other in enumerate(source.items):
        is_verb = is_free(item, other) and any(other.clause == source.items[one].clause for one in beside)
        is_near = is_verb or any(abs(at - one) <= 2 for one in beside)
        is_open = at not in places.values() and other.kind == "word"
        if is_near and is_open and may_be_same(item.text, claim.language, other.text, source.language):
            return at
    return None


def _same(item: ContentWord, claim: Clauses, other: ContentWord, source: Clauses) -> bool:
    """Whether an item of a claim and one of a sentence are the same number or name, or mean the same."""
    if "number" in (item.kind, other.kind):
        return item.kind == other.kind and item.text == other.text
    language, across = claim.language, claim.language != source.language
    if item.kind == other.kind == "name":
        return same_name(item.text, other.text, across)
    if across:
        return any(
            same_word(one, language, two, source.language)
            for one in _known_forms(item, claim)
            for two in _known_forms(other, source)
        )
    forms = (
        {stem(fold(form), language) for form in _forms(*one)} for one in ((item, claim), (other, source))
    )
    if "name" in (item.kind, other.kind):
        return stem(fold(item.text), language) == stem(fold(other.text), language)
    return bool(set.intersection(*forms)) or same_word(item.text, language, other.text, language)


def _forms(item: ContentWord, read: Clauses) -> list[str]:
    """A word as it is, after each particle of its sentence, and without the "ge" of a participle."""
    particles = small_words(read.language).particles
    joined = [particle + item.text for particle in particles & read.words]
    participles = [p for p in ("", *particles) if particles and item.text.startswith(f"{p}ge")]
    return [item.text, *joined, *(p + item.text.removeprefix(f"{p}ge") for p in participles)]


def _known_forms(item: ContentWord, read: Clauses) -> list[str]:
    return [item.text, *(form for form in _forms(item, read)[1:] if form in known(read.language))]
