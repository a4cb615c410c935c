"""Other orders: a sentence in another order, and clauses that share what is in one of them."""

from collections.abc import Iterator
from dataclasses import replace

from rodedraad.writing.clauses import Clauses, ContentWord
from rodedraad.writing.pairing import Pairing


def ways(source: Clauses) -> Iterator[Clauses]:
    """A sentence as it is, and the same in other orders."""
    yield source
    for turned in (active(source), _led_in(source)):
        if turned:
            yield turned


def active(read: Clauses) -> Clauses | None:
    """A sentence in the passive with who does it, after "by", in the first place; None if it is none."""
    items = read.items
    doer = next((at for at, item in enumerate(items) if item.roles and item.roles <= {"by"}), None)
    if not doer:
        return None
    clause, end = items[doer].clause, doer + 1
    while end < len(items) and items[end].bare and items[end].clause == clause:
        end += 1
    begin = read.of_clause(clause)[0]
    name = [replace(items[doer], roles=frozenset(), tied=False), *items[doer + 1 : end]]
    return replace(read, items=[*items[:begin], *name, *items[begin:doer], *items[end:]])


def _led_in(source: Clauses) -> Clauses | None:
    """A sentence whose first clause describes what the second begins with: "Built in 1912, the bridge …"."""
    lead, rest = source.of_clause(0), source.of_clause(1)
    first = source.items[lead[0]] if lead else None
    if not (first and rest and first.bare and first.kind == "word" and source.items[rest[0]].definite):
        return None
    end = 1
    while end < len(rest) and source.items[rest[end]].tied:  # "the factory of soap"
        end += 1
    thing = [replace(source.items[at], clause=0) for at in rest[:end]]
    return replace(source, items=[*thing, *(source.items[at] for at in lead)])


def with_antecedent(pairing: Pairing) -> Pairing:
    """A pairing with what a claim takes from the end of one clause in the next, which describes it."""
    source = pairing.source
    taken = sorted(pairing.places.values())
    clause = source.items[taken[0]].clause
    lead = [at for at in taken if source.items[at].clause == clause]
    whole, told = source.of_clause(clause), source.of_clause(clause + 1)
    if len(lead) == len(taken) or not told or source.items[taken[len(lead)]].clause != clause + 1:
        return pairing
    first = source.items[told[0]]
    tells = clause + 1 in source.relative or (
        lead == whole and clause == 0 and first.bare and first.kind == "word"
    )
    if not tells or lead != whole[-len(lead) :]:
        return pairing
    moved = {at: replace(source.items[at], clause=clause + 1, roles=frozenset(), tied=False) for at in lead}
    return _changed(pairing, moved)


def with_shared(pairing: Pairing) -> Pairing:
    """A pairing with what a claim takes from the beginning of a clause in the one that "and" joins to it."""
    source = pairing.source
    taken = sorted(pairing.places.values())
    clause = source.items[taken[0]].clause
    lead = [at for at in taken if source.items[at].clause == clause]
    rest = taken[len(lead) :]
    if not rest or lead != source.of_clause(clause)[: len(lead)]:
        return pairing
    joined = source.items[rest[0]].clause
    if joined not in source.joined or source.of_clause(joined)[0] != rest[0]:
        return pairing
    return _changed(pairing, {at: replace(source.items[at], clause=joined) for at in lead})


def _changed(pairing: Pairing, moved: dict[int, ContentWord]) -> Pairing:
    items = [moved.get(at, item) for at, item in enumerate(pairing.source.items)]
    return replace(pairing, source=replace(pairing.source, items=items))
