"""Left out: whether what a claim leaves out of its source limits nothing."""

from collections.abc import Iterator, Sequence

from rodedraad.writing.clauses import Clauses, ContentWord
from rodedraad.writing.pairing import Pairing
from rodedraad.writing.small_words import small_words

LEAST_WITHIN, LEAST_ACROSS = 0.5, 0.6
"""The part of the items of the clauses that a claim takes, which it has at least: in one language, in two."""

_CONDITIONS = {"if", "except", "said", "anyone", "doubt", "unreal"}
"""Markers that also limit the other clauses of their sentence."""

_SCOPE = {"for", "against", "than", "between"}
"""Roles of phrases that state for whom something holds."""


def same_limits(pairing: Pairing) -> bool:
    """Whether what limits the statement is the same in the claim and in the clauses that it takes."""
    taken = pairing.taken
    stated = [
        marker
        for number, markers in enumerate(pairing.source.markers)
        for marker in markers
        if number in taken or marker in _CONDITIONS
    ]
    said = pairing.claim.limits
    return set(said) == set(stated) if pairing.is_across else sorted(said) == sorted(stated)


def leaves_out_little(pairing: Pairing) -> bool:
    """Whether a claim has enough of the clauses that it takes, and what it lacks of them limits nothing."""
    source, claim, taken = pairing.source, pairing.claim, pairing.taken
    there = [at for at, item in enumerate(source.items) if item.clause in taken]
    left = [at for at in there if at not in pairing.places.values()]
    if taken & {clause for clause in source.subordinate if clause - 1 not in taken}:
        return False
    before = source.of_clause(min(taken) - 1)
    if not claim.determined and before and source.items[before[0]].tied:
        return False  # "in the hills, …"
    least = LEAST_ACROSS if pairing.is_across else LEAST_WITHIN
    if not left:
        return True
    if len(left) > (1 - least) * len(there) or not (claim.determined or pairing.is_across):
        return False
    return all(_limits_nothing(pairing, chunk) for chunk in _phrases(source, left))


def _limits_nothing(pairing: Pairing, chunk: Sequence[int]) -> bool:
    source, claim = pairing.source, pairing.claim
    items = [source.items[at] for at in chunk]
    kinds, roles = {item.kind for item in items}, items[0].roles
    permits = bool({"may", "must"} & set(claim.limits))
    if "number" in kinds:
        return not permits and not any(item.is_date for item in claim.items) and _is_when(items)
    is_phrase = (
        items[0].tied
        and not roles & _SCOPE
        and not permits
        and not claim.words & small_words(claim.language).lasting
        and (items[-1].kind != "word" or _is_whole(source, chunk))
        and (claim.is_past or _stands_alone(source, chunk))
    )
    if "name" in kinds:
        return is_phrase and ("to" not in roles or "place" in roles)
    return is_phrase or _describes(source, chunk)


def _phrases(source: Clauses, left: Sequence[int]) -> Iterator[list[int]]:
    """What is left out, phrase by phrase."""
    chunk: list[int] = []
    for at in left:
        item = source.items[at]
        follows = chunk and at == chunk[-1] + 1 and item.clause == source.items[at - 1].clause
        if chunk and (not follows or item.tied or item.definite):
            yield chunk
            chunk = []
        chunk.append(at)
    if chunk:
        yield chunk


def _behind(source: Clauses, chunk: Sequence[int]) -> ContentWord | None:
    """The item after some items in their clause, if any."""
    behind = source.items[chunk[-1] + 1 : chunk[-1] + 2]
    return behind[0] if behind and behind[0].clause == source.items[chunk[0]].clause else None


def _stands_alone(source: Clauses, chunk: Sequence[int]) -> bool:
    """Whether what precedes a phrase is one thing without it, unlike "children" before "with fever"."""
    before = source.items[chunk[0] - 1] if chunk[0] else None
    return before is None or before.definite or before.kind != "word"


def _is_whole(source: Clauses, chunk: Sequence[int]) -> bool:
    """Whether a phrase ends where what is left out ends, which "with mild" does not in "with mild asthma"."""
    behind = _behind(source, chunk)
    return behind is None or not behind.bare


def _is_when(items: Sequence[ContentWord]) -> bool:
    """Whether the numbers of a phrase are a date with its year."""
    numbers = [item for item in items if item.kind == "number"]
    return any(item.text.isdecimal() and len(item.text) == 4 for item in numbers) and all(
        item.is_date or (item.text.isdecimal() and int(item.text) <= 31) for item in numbers
    )


def _describes(source: Clauses, chunk: Sequence[int]) -> bool:
    """Whether words only describe one thing that is named behind them: "the new hall", "baker Anselmo"."""
    first, behind = source.items[chunk[0]], _behind(source, chunk)
    if not behind or behind.tied or behind.definite:
        return False
    before = source.items[chunk[0] - 1] if chunk[0] else None
    is_title = not before or before.clause != first.clause or before.kind != "name"
    return first.definite or (behind.kind == "name" and is_title)
