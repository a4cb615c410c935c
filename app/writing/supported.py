"""Supported: whether quotes say what a claim says; the heart of what is shown of a language model.

A claim rests on one sentence of a quote. Each number, name and word of content of the claim stands there, in
the same order but for what may move; what limits the statement (negations, some, only, may, at least, if) is
the same in both; and what the claim leaves out of the clauses that it takes limits nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rodedraad.index.words.analysis import COMPOUNDING
from rodedraad.ingest.sentences import sentence_spans
from rodedraad.writing.clauses import Clauses, Item, clauses
from rodedraad.writing.likeness import fold, known, may_be_same, same_name, same_word, stem

LEAST_COVERED = 0.5
"""The part of the items of the clauses that a claim takes, which it has at least."""

LEAST_ACROSS = 0.6
"""The same where the quote is in another language, of whose words the table knows fewer."""

MOST_UNKNOWN = 0.34
"""The part of a claim's words that may have no match where the quote is in another language."""

_ENOUGH = 2  # items that are found, for one word not to be

_CONDITIONS = {"if", "except", "said", "anyone"}
"""Markers that limit also what stands in another clause of their sentence."""

_HARD = {"against", "before", "after", "between", "than", "until", "by"}
_STRICT = _HARD | {"to", "from", "for", "with"}
_SCOPE = {"for", "against", "than", "between"}


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
    sentences = (quote[start:end] for start, end in sentence_spans(quote))
    sources = [clauses(sentence, of_quote) for sentence in sentences if "?" not in sentence]
    return any(
        _says(way, told)
        for source in sources
        for way in _ways(source)
        for told in (read, _active(read))
        if told
    )


def _ways(source: Clauses) -> Iterator[Clauses]:
    """A sentence as it stands, and the same said in another order."""
    yield source
    for turned in (_active(source), _led_in(source)):
        if turned:
            yield turned


def _active(read: Clauses) -> Clauses | None:
    """A sentence in the passive with who does it, after "by", in the first place; None if it is none."""
    doer = next((at for at, item in enumerate(read.items) if item.roles and item.roles <= {"by"}), None)
    if not doer:
        return None
    end = doer + 1
    clause = read.items[doer].clause
    while end < len(read.items) and read.items[end].bare and read.items[end].clause == clause:
        end += 1
    begin = next(at for at, item in enumerate(read.items) if item.clause == clause)
    first = replace(read.items[doer], roles=frozenset(), tied=False)
    items = [
        *read.items[:begin],
        first,
        *read.items[doer + 1 : end],
        *read.items[begin:doer],
        *read.items[end:],
    ]
    return replace(read, items=items)


def _led_in(source: Clauses) -> Clauses | None:
    """A sentence whose first clause tells of what the second begins with, as "Built in 1912, the bridge …"."""
    lead = [item for item in source.items if item.clause == 0]
    thing = [item for item in source.items if item.clause == 1][:1]
    if not (lead and thing and lead[0].bare and lead[0].kind == "word" and thing[0].definite):
        return None
    more = len(lead) + 1
    while more < len(source.items) and source.items[more].clause == 1 and source.items[more].tied:
        thing.append(source.items[more])  # "the factory of soap"
        more += 1
    return replace(source, items=[*(replace(item, clause=0) for item in thing), *lead])


def _says(source: Clauses, claim: Clauses) -> bool:
    across = source.language != claim.language
    places = _places(source, claim, across)
    if places is None:
        return False
    source = _antecedent(source, places) or source
    taken = {source.items[at].clause for at in places.values()}
    return (
        not taken & source.quoted
        and _not_crossed(source, claim, places)
        and _in_order(source, claim, places, across)
        and _same_roles(source, claim, places, across)
        and _same_limits(source, claim, taken, across)
        and _leaves_out_nothing_that_limits(_shared(source, places), claim, places, across)
    )


def _places(source: Clauses, claim: Clauses, across: bool) -> dict[int, int] | None:
    """Where in the source each item of a claim stands, by their numbers; None if one stands nowhere.

    Across languages a word that no table knows may stand for one that no table knows between the same words.
    """
    places: dict[int, int] = {}
    unknown: list[int] = []
    last = -1
    for number, item in enumerate(claim.items):
        found = [at for at, other in enumerate(source.items) if _same(item, claim, other, source)]
        free = [at for at in found if at not in places.values()]
        if not free and across and item.kind == "word" and last in found:
            free = [last]  # both words of "blood pressure" stand in "bloeddruk"
        if free:
            last = next((at for at in free if at > last), free[0])
            places[number] = last
        elif across and item.kind == "word":
            unknown.append(number)
        else:
            return None
    words = sum(item.kind == "word" for item in claim.items)
    most = max(int(MOST_UNKNOWN * words), len(places) >= _ENOUGH)
    if len(places) < 2 or len(unknown) > most:
        return None
    for number in unknown:
        at = _slot(source, claim, places, number)
        if at is None:
            return None
        places[number] = at
    return dict(sorted(places.items()))


def _slot(source: Clauses, claim: Clauses, places: dict[int, int], number: int) -> int | None:
    """Where an unknown word may stand: beside the same neighbour, in the place of another unknown word."""
    item = claim.items[number]
    beside = [places[near] for near in (number - 1, number + 1) if near in places]
    for at, other in enumerate(source.items):
        is_verb = _is_free(item, other) and any(other.clause == source.items[one].clause for one in beside)
        is_near = is_verb or any(abs(at - one) <= 2 for one in beside)
        if is_near and at not in places.values() and other.kind == "word":
            if may_be_same(item.text, claim.language, other.text, source.language):
                return at
    return None


def _same(item: Item, claim: Clauses, other: Item, source: Clauses) -> bool:
    if "number" in (item.kind, other.kind):
        return item.kind == other.kind and item.text == other.text
    across = claim.language != source.language
    if item.kind == other.kind == "name":
        return same_name(item.text, other.text, across)
    if "name" in (item.kind, other.kind) and not across:
        return stem(fold(item.text), claim.language) == stem(fold(other.text), source.language)
    if not across and any(
        stem(fold(one), claim.language) == stem(fold(two), claim.language)
        for one in _split_off(item, claim)
        for two in _split_off(other, source)
    ):
        return True
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
    return [item.text, *(form for form in _split_off(item, read)[1:] if form in known(read.language))]


def _split_off(item: Item, read: Clauses) -> list[str]:
    """A word as it stands, before it each particle of its sentence, and without the "ge" of a participle."""
    particles = _PARTICLES.get(read.language, [])
    joined = [p + item.text for p in particles if p in read.words]
    plain = [
        p + item.text.removeprefix(f"{p}ge")
        for p in ("", *particles)
        if particles and item.text.startswith(f"{p}ge")
    ]
    return [item.text, *joined, *plain]


def _in_order(source: Clauses, claim: Clauses, places: dict[int, int], across: bool) -> bool:
    """Whether the items stand in the order of the source, but for what may move.

    That is a phrase with a preposition, such as a place; a date; and one word without an article, as a verb.
    """
    numbers = list(places)
    fixed = [
        number
        for number in numbers
        if not _is_free(claim.items[number], source.items[places[number]])
        and not _is_date(claim.items[number])
    ]
    kept = _longest_rising(numbers, places, set(fixed))
    verbs = blocks = 0
    moving = False
    for before, number in zip([-2, *numbers], numbers, strict=False):
        if number in kept:
            moving = False
            continue
        item, other = claim.items[number], source.items[places[number]]
        if moving and before == number - 1 and places[number] == places[before] + 1:
            continue
        moving = bool((item.tied and other.tied) or _is_date(item))
        if moving:
            blocks += not _is_date(item)
        elif across and _is_beside(source, claim, places, number, kept):
            continue
        elif _is_free(item, other):
            verbs += 1
        else:
            return False
    return blocks <= 1 and verbs <= (1 if not across else max(1, len(numbers) // 4))


def _is_beside(source: Clauses, claim: Clauses, places: dict[int, int], number: int, kept: set[int]) -> bool:
    """Whether an item only changed places with its neighbour: "wet ground" and "suelo mojado", "Ana's hat"."""
    at = places[number]
    for near in range(number - 2, number + 3):
        if near in kept and abs(places[near] - at) <= 2:
            pair = (claim.items[number], claim.items[near], source.items[at], source.items[places[near]])
            if any("of" in one.roles for one in pair):
                return True
            if abs(near - number) == 1 == abs(places[near] - at) and all(one.kind == "word" for one in pair):
                return True
    return False


def _is_free(item: Item, other: Item) -> bool:
    """Whether an item may be a verb: a plain word without an article or preposition."""
    return item.kind == other.kind == "word" and not (
        item.definite or other.definite or item.tied or other.tied
    )


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
    """Whether each item has the same part: after "to", "by" or "against" in both, or in neither."""
    for number, at in places.items():
        one, other = claim.items[number].roles, source.items[at].roles
        if one & other:
            continue
        if across:
            if (one and one <= _HARD) or (other and other <= _HARD):
                return False
        elif (one and other) or (one and one <= _STRICT) or (other and other <= _STRICT):
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
    source: Clauses, claim: Clauses, places: dict[int, int], across: bool
) -> bool:
    """Whether a claim has enough of the clauses that it takes, and no number, name or limit is left out."""
    taken = {source.items[at].clause for at in places.values()}
    there = [at for at, item in enumerate(source.items) if item.clause in taken]
    left = [at for at in there if at not in places.values()]
    if not left:
        return True
    if len(left) > (1 - (LEAST_ACROSS if across else LEAST_COVERED)) * len(there):
        return False
    if not claim.determined and not across:
        return False
    is_lasting = bool(claim.words & _LASTING[claim.language])
    is_dated = any(map(_is_date, claim.items))
    permits = {marker for markers in claim.markers for marker in markers} & {"may", "must"}
    for chunk in _chunks(source, left):
        items = [source.items[at] for at in chunk]
        kinds = {item.kind for item in items}
        behind = source.items[chunk[-1] + 1 : chunk[-1] + 2]
        is_whole = not behind or behind[0].clause != items[-1].clause or not behind[0].bare
        is_phrase = (
            items[0].tied
            and (is_whole or items[-1].kind != "word")
            and not is_lasting
            and not (items[0].roles & _SCOPE)
        )
        if "number" in kinds:
            if is_dated or permits or not _is_when(items):
                return False
        elif "name" in kinds:
            if not is_phrase or permits or ("to" in items[0].roles and "place" not in items[0].roles):
                return False
        elif (
            not (is_phrase and not permits)
            and not _describes(source, chunk)
            and not (across and _is_part(claim, places, chunk))
        ):
            return False
    return True


_LASTING = {
    language: frozenset(words.split())
    for language, words in {
        "nl": "is", "en": "is are", "fr": "est sont", "es": "es son esta estan", "de": "ist sind"
    }.items()
}  # fmt: skip
"""Folded words of what holds for long, so that when and where it holds is not left out."""


def _is_when(items: Sequence[Item]) -> bool:
    """Whether the numbers of a phrase are a date with its year."""
    numbers = [item for item in items if item.kind == "number"]
    return any(item.text.isdigit() and len(item.text) == 4 for item in numbers) and all(
        _is_date(item) or (item.text.isdigit() and int(item.text) <= 31) for item in numbers
    )


def _chunks(source: Clauses, left: Sequence[int]) -> Iterator[list[int]]:
    """What is left out, phrase by phrase."""
    chunk: list[int] = []
    for at in left:
        item = source.items[at]
        if chunk and (
            at != chunk[-1] + 1 or item.tied or item.definite or item.clause != source.items[at - 1].clause
        ):
            yield chunk
            chunk = []
        chunk.append(at)
    if chunk:
        yield chunk


def _describes(source: Clauses, chunk: Sequence[int]) -> bool:
    """Whether words only describe one thing that is named behind them: "the new hall", "baker Anselmo Gil"."""
    first = source.items[chunk[0]]
    after = source.items[chunk[-1] + 1] if chunk[-1] + 1 < len(source.items) else None
    if not after or after.clause != first.clause or after.tied or after.definite:
        return False
    before = source.items[chunk[0] - 1] if chunk[0] else None
    is_title = not before or before.clause != first.clause or before.kind != "name"
    return first.definite or (after.kind == "name" and is_title)


def _is_part(claim: Clauses, places: dict[int, int], chunk: Sequence[int]) -> bool:
    """Whether a word is in a compound of the claim: "lane", where "cycle lane" became "fietspad"."""
    return claim.language in COMPOUNDING and len(chunk) == 1 and chunk[0] - 1 in places.values()


def _shared(source: Clauses, places: dict[int, int]) -> Clauses:
    """The source with what a claim takes from the beginning of a clause in the one that "and" joins to it."""
    taken = sorted(places.values())
    first, last = source.items[taken[0]].clause, source.items[taken[-1]].clause
    lead = [at for at in taken if source.items[at].clause == first]
    begin = min(at for at, item in enumerate(source.items) if item.clause == first)
    rest = [at for at in taken if at not in lead]
    if not rest or lead != list(range(begin, begin + len(lead))):
        return source
    joined = source.items[rest[0]].clause
    opens = min(at for at, item in enumerate(source.items) if item.clause == joined)
    if joined not in source.joined or opens != rest[0] or last < joined:
        return source
    items = list(source.items)
    for at in lead:
        items[at] = replace(items[at], clause=joined)
    return replace(source, items=items)


def _antecedent(source: Clauses, places: dict[int, int]) -> Clauses | None:
    """The source with what a claim begins with in the relative clause that tells of it; None if there is none."""
    first = [at for _, at in sorted(places.items())]
    lead = [at for at in first if source.items[at].clause == source.items[first[0]].clause]
    clause = source.items[lead[0]].clause
    last = max(at for at, item in enumerate(source.items) if item.clause == clause)
    told = next((item for item in source.items if item.clause == clause + 1), None)
    is_whole = lead[0] == min(at for at, item in enumerate(source.items) if item.clause == clause)
    tells = clause + 1 in source.relative or (is_whole and told and told.bare and told.kind == "word")
    is_tail = lead == list(range(lead[0], last + 1)) and lead == first[: len(lead)]
    if not is_tail or not tells or len(lead) == len(first):
        return None
    if source.items[first[len(lead)]].clause != clause + 1:
        return None
    items = list(source.items)
    for at in lead:
        items[at] = replace(items[at], clause=clause + 1, roles=frozenset(), tied=False)
    return replace(source, items=items)


def _not_crossed(source: Clauses, claim: Clauses, places: dict[int, int]) -> bool:
    """Whether no two clauses of a claim take from each other's clauses of the source."""
    taken: dict[int, set[int]] = {}
    for number, at in places.items():
        taken.setdefault(claim.items[number].clause, set()).add(source.items[at].clause)
    sets = list(taken.values())
    return all(
        max(one) <= min(other) or max(other) <= min(one)
        for n, one in enumerate(sets)
        for other in sets[n + 1 :]
    )


def agrees(text: str, language: str, quote: str, of_quote: str) -> bool:
    """Whether a translation has the numbers of a quote, its names, and a negation where it has one."""
    one, other = clauses(text, language), clauses(quote, of_quote)
    numbers = [sorted(item.text for item in read.items if item.kind == "number") for read in (one, other)]
    negated = ["not" in {m for markers in read.markers for m in markers} for read in (one, other)]
    names = [item for item in other.items if item.kind == "name"]
    kept = sum(any(same_name(name.text, item.text, True) for item in one.items) for name in names)
    return numbers[0] == numbers[1] and negated[0] == negated[1] and kept >= len(names) * LEAST_COVERED
