"""Order: whether a claim says the same of the same as its source: who comes first, and after which word."""

from rodedraad.writing.clauses import is_free
from rodedraad.writing.pairing import Pairing

_HARD = {"against", "before", "after", "between", "than", "until", "by"}
"""Roles that another language has a word for too."""

_STRICT = _HARD | {"to", "from", "for", "with"}


def in_order(pairing: Pairing) -> bool:
    """Whether the items are in the order of the source, except for what may move.

    That is a phrase with a preposition, such as a place; a date; and one word without an article, as a verb.
    """
    items, others, places = pairing.claim.items, pairing.source.items, pairing.places
    kept = _kept(pairing)
    verbs = phrases = 0
    moving = False
    for before, number in zip([-2, *places], places, strict=False):
        item, other = items[number], others[places[number]]
        if number in kept:
            moving = False
        elif not (moving and before == number - 1 and places[number] == places[before] + 1):
            moving = item.is_date or (item.tied and other.tied)
            if moving:
                phrases += not item.is_date
            elif pairing.is_across and _changed_places(pairing, number, kept):
                continue
            elif is_free(item, other):
                verbs += 1
            else:
                return False
    most_verbs = max(1, len(places) // 4) if pairing.is_across else 1
    return phrases <= 1 and verbs <= most_verbs


def _kept(pairing: Pairing) -> set[int]:
    """The items that keep their order: the most that can, and of these what has a fixed place first."""
    places = pairing.places
    best: list[tuple[int, set[int]]] = []
    for number, place in places.items():
        item = pairing.claim.items[number]
        before = [one for one, other in zip(best, places.values(), strict=False) if other <= place]
        weight, kept = max(before, key=lambda one: one[0], default=(0, set()))
        is_fixed = not is_free(item, pairing.source.items[place]) and not item.is_date
        best.append((weight + 2 + is_fixed, kept | {number}))
    return max(best, key=lambda one: one[0])[1]


def _changed_places(pairing: Pairing, number: int, kept: set[int]) -> bool:
    """Whether an item only changed places with a neighbour: "wet ground", "suelo mojado"; "Ana's hat"."""
    claim, source, places = pairing.claim.items, pairing.source.items, pairing.places
    at = places[number]
    for near in (number - 1, number + 1):
        if near in kept and abs(places[near] - at) == 1:
            second, other = claim[max(near, number)], source[max(places[near], at)]
            pair = (claim[number], claim[near], source[at], source[places[near]])
            is_owned = {second.bare, other.bare} == {True, False} and "of" in second.roles | other.roles
            if is_owned or (second.bare and other.bare and all(one.kind == "word" for one in pair)):
                return True
    return False


def same_roles(pairing: Pairing) -> bool:
    """Whether each item has the same part: after "to", "by" or "against" in both, or in neither."""
    strict = _HARD if pairing.is_across else _STRICT
    for number, at in pairing.places.items():
        one, other = pairing.claim.items[number].roles, pairing.source.items[at].roles
        if "object" in other and not one and number == 0:
            return False
        if not one & other and (
            (one and one <= strict)
            or (other and other <= strict)
            or (one and other and not pairing.is_across)
        ):
            return False
    return True


def is_uncrossed(pairing: Pairing) -> bool:
    """Whether no two clauses of a claim take from each other's clauses of the source."""
    taken: dict[int, set[int]] = {}
    for number, at in pairing.places.items():
        taken.setdefault(pairing.claim.items[number].clause, set()).add(pairing.source.items[at].clause)
    sets = list(taken.values())
    return all(
        max(one) <= min(other) or max(other) <= min(one)
        for number, one in enumerate(sets)
        for other in sets[number + 1 :]
    )
