"""Clauses: a sentence as items, each a number, name or word of content with what ties it to the others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from rodedraad.index.words.function_words import is_function_word
from rodedraad.writing.likeness import known
from rodedraad.writing.small_words import small_words

_NUMBER = r"\d{1,3}(?:[.,\u00a0\u202f ]\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,:]\d+)*"
_SIGN = r"(?<!\w)(?:[-−](?=\d)|[+<>≤≥≠~≈±](?=\s?\d))"
_TOKEN = re.compile(rf"{_NUMBER}|{_SIGN}|[^\W\d_]+(?:['-][^\W\d_]+)*|[%€$£]|[,;:()\[\]—–?!“”«»\"]")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|lorsqu|puisqu)'(?=\w)", re.I)
_BREAKS = frozenset(',;:()[]—–?!“”«»"')
_QUOTATION = frozenset('“”«»"')
_SIGNS = {"€": "euro", "$": "dollar", "£": "pound"}
_OF_NAMES = frozenset("van de der den het ter ten la le el los las du des von zu di da dos del".split())
"""Small words in names, such as Jan de Wit and La Merced."""

_OF_NUMBERS = {"about": "", "at_least": "more", "at_most": "less"}
"""Markers that limit a number; and what they are before another word."""

_PREPOSITIONS = frozenset({"said", "without", "except"})
"""Markers that are prepositions too: what follows them can be moved."""

Kind = Literal["number", "name", "word"]


@dataclass(slots=True)
class ContentWord:
    """A number, name or word of content."""

    kind: Kind
    text: str  # in lower case; of a number, its value
    clause: int  # from 0
    roles: frozenset[str]  # of the small words before it
    tied: bool  # whether such a word, be it only "of", is before it
    definite: bool  # whether an article or possessive for one thing is before it
    bare: bool  # whether no small word is before it

    @property
    def is_date(self) -> bool:
        """Whether it is a year, month or day of the week."""
        return self.kind == "number" and (
            self.text.startswith(("month", "day"))
            or (self.text.isdecimal() and 1000 <= int(self.text) <= 2100)
        )


@dataclass(slots=True)
class Clauses:
    """A sentence, read."""

    language: str
    items: list[ContentWord] = field(default_factory=list)
    markers: list[list[str]] = field(default_factory=lambda: [[]])  # what limits each clause
    quoted: set[int] = field(default_factory=set)  # the clauses between quotation marks
    joined: set[int] = field(default_factory=set)  # the clauses that "and" or "but" begins
    subordinate: set[int] = field(default_factory=set)  # complements: what somebody says or doubts
    relative: set[int] = field(default_factory=set)  # the clauses that describe what is before them
    determined: bool = False  # whether the first item has an article, or is a number or name
    words: frozenset[str] = frozenset()  # all, in lower case

    @property
    def is_past(self) -> bool:
        """Whether it reports what happened: it has a year, or a verb in a form of the past."""
        dated = any(item.is_date and item.text.isdecimal() for item in self.items)
        past = small_words(self.language).past
        return dated or any(
            word in past or any(word.endswith(e[1:]) for e in past if e[0] == "*") for word in self.words
        )

    @property
    def limits(self) -> list[str]:
        """The markers of all clauses."""
        return [marker for markers in self.markers for marker in markers]

    def of_clause(self, clause: int) -> list[int]:
        """The numbers of the items of a clause."""
        return [at for at, item in enumerate(self.items) if item.clause == clause]


@lru_cache(2_000)
def clauses(text: str, language: str) -> Clauses:
    """A sentence in a language (ISO 639-1), read."""
    reader = _Reader(text, language)
    for at in range(len(reader.tokens)):
        reader.read(at)
    return reader.result


class _Reader:
    """Reads the tokens of a sentence one after the other."""

    def __init__(self, text: str, language: str) -> None:
        self._language, self._small = language, small_words(language)
        self.tokens = list(_tokens(text, self._small.joined))
        self.result = Clauses(language, words=frozenset(token.lower() for token in self.tokens))
        self._last = -1  # the token that the last item is
        self._quoting = False
        self._limits: list[str] = []  # of the next item, if it is a number
        self._forget()

    def _forget(self) -> None:
        """Begin the words before the next item."""
        self._roles: frozenset[str] = frozenset()
        self._tied = self._definite = self._plural = False

    def read(self, at: int) -> None:
        """Read a token."""
        token, small = self.tokens[at], self._small
        lower = token.lower()
        if self._is_of_name(at):
            return
        if token in _BREAKS or lower in small.links:
            self._begin_clause(token)
            if lower in small.complements and at and self.tokens[at - 1] not in _BREAKS:
                self.result.subordinate.add(len(self.result.markers) - 1)
            if token in _BREAKS:
                return
        marker = self._marker(at)
        if marker:
            self._tied |= marker in _PREPOSITIONS
            (self._limits if marker in _OF_NUMBERS else self.result.markers[-1]).append(marker)
        self._definite |= lower in small.definite
        self._plural |= lower in small.plural
        if lower in small.roles:
            self._roles |= small.roles[lower]
            self._tied = True
        elif not marker and lower not in small.links:
            self._read_content(at)

    def _read_content(self, at: int) -> None:
        token, small = self.tokens[at], self._small
        lower = token.lower()
        if value := small.values.get(lower) or _value(token, self._language):
            self._add(at, "number", value)
        elif token in _SIGNS:
            self._add(at, "word", _SIGNS[token])
        elif not (
            is_function_word(token, self._language)
            or lower in small.definite | small.light | small.plural
            or (len(token) == 1 and not token.isupper())
        ):
            self._add(at, "name" if self._is_name(at) else "word", lower.removesuffix("'s"))

    def _begin_clause(self, token: str) -> None:
        result, lower = self.result, token.lower()
        if token in _QUOTATION:
            self._quoting = not self._quoting
        if result.markers[-1] or (result.items and result.items[-1].clause == len(result.markers) - 1):
            result.markers.append([])
        clause = len(result.markers) - 1
        for words, kind in ((self._small.joins, result.joined), (self._small.relatives, result.relative)):
            if lower in words:
                kind.add(clause)
        if self._quoting:
            result.quoted.add(clause)
        self._forget()

    def _add(self, at: int, kind: Kind, text: str) -> None:
        result, language = self.result, self._language
        if kind == "word" and self._definite and language in ("nl", "en") and text.endswith(("s", "en")):
            self._plural = True
        is_definite = self._definite and not self._plural
        if not result.items:
            after = self._after(at)
            is_named = text not in known(language) and (after[:1].isupper() or after in _OF_NAMES)
            result.determined = kind != "word" or is_named or is_definite
        told = self._limits if kind == "number" else filter(None, map(_OF_NUMBERS.__getitem__, self._limits))
        result.markers[-1] += told
        begins = at == 0 or self.tokens[at - 1] in _BREAKS or at - 1 == self._last
        clause = len(result.markers) - 1
        result.items.append(ContentWord(kind, text, clause, self._roles, self._tied, is_definite, begins))
        self._last, self._limits = at, []
        self._forget()

    def _after(self, at: int) -> str:
        return self.tokens[at + 1] if at + 1 < len(self.tokens) else ""

    def _is_of_name(self, at: int) -> bool:
        token, items = self.tokens[at], self.result.items
        inside = (items and items[-1].kind == "name") or (at and token[:1].isupper())
        return token.lower() in _OF_NAMES and self._after(at)[:1].isupper() and bool(inside)

    def _is_name(self, at: int) -> bool:
        """Whether a word of content has a capital that its place and language do not explain."""
        token = self.tokens[at]
        is_noun = self._language == "de" and token.lower() in known("de")
        return token[:1].isupper() and (not (at == 0 or is_noun) or token[1:2].isupper())

    def _marker(self, at: int) -> str:
        """The binding marker that a token is: "wie" only at the beginning, "als" only before a small word."""
        lower, before = self.tokens[at].lower(), self.tokens[at - 1].lower() if at else ""
        marker = self._small.marker(lower)
        is_other = (
            (marker == "anyone" and at)
            or (marker == "will" and before in self._small.definite)
            or (lower == "als" and not is_function_word(self._after(at), self._language))
        )
        return "" if is_other else marker


def _tokens(text: str, joined: frozenset[str]) -> Iterator[str]:
    """The words, numbers and breaks of a text; what is elided apart; words that make one marker joined."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text.replace("’", "'")):
        while elided := _ELIDED.match(token):
            tokens.append(elided[0][:-1])
            token = token[elided.end() :]
        tokens.append(token)
    at = 0
    while at < len(tokens):
        spans = ("_".join(tokens[at : at + length]).lower() for length in (3, 2))
        found = next((span for span in spans if span in joined), tokens[at])
        yield found
        at += found.count("_") + 1


def _value(token: str, language: str) -> str:
    """The value of a number, or a sign before one, as written in a language; empty if it is none.

    4.300, 4,300 and 4 300 are one number, 2.5 and 2,5 another.
    """
    if token == "%":
        return "percent"
    if re.match(_SIGN, f"{token}1"):
        return token.replace("−", "-")
    if not token[0].isdecimal() or ":" in token:
        return token if token[0].isnumeric() else ""
    thousands, decimal = (",", ".") if language == "en" else (".", ",")
    token = re.sub(rf"(?<=\d)[{thousands}\s](?=\d{{3}}(?!\d))", "", token)
    whole, _, part = token.replace(decimal, ".").partition(".")
    part = part.rstrip("0")
    if not whole.isdecimal():
        return token  # written as in no language that is known
    return f"{int(whole)}{'.' if part else ''}{part}"


def is_free(item: ContentWord, other: ContentWord) -> bool:
    """Whether two items may be a verb: plain words without an article or preposition."""
    return all(one.kind == "word" and not one.definite and not one.tied for one in (item, other))
