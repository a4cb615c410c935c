"""Clauses: a sentence as items, each a number, name or word of content with what ties it to the others.

Small words that decide what a sentence says stand in markers.toml.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import count
from typing import Literal

from babel import Locale

from rodedraad.index.words.function_words import is_function_word
from rodedraad.ingest.language import LANGUAGES
from rodedraad.writing.likeness import fold, known

_TOKEN = re.compile(
    r"\d{1,3}(?:[.,\u00a0\u202f ]\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|%|[€$£]|[,;:()\[\]—–?!“”«»\"]"
)
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|lorsqu|puisqu)['’](?=\w)", re.I)
_BREAKS = frozenset(',;:()[]—–?!“”«»"')
_LINKS = {
    "nl": "en maar of terwijl noch want omdat die dat waar wie waarvan",
    "en": "and but or while whereas nor because who which whose although",
    "fr": "et mais ou tandis ni car qui dont",
    "es": "y e pero o mientras ni sino porque quien cuyo",
    "de": "und aber oder während noch sondern weil",
}
"""Words that begin another clause."""

_JOINS = frozenset("en maar and but or of et mais ou y e pero o und aber oder".split())
_RELATIVE = frozenset("die dat who which qui quien der das".split())
_PARTICLES = frozenset("van de der den het ter ten la le el los las du des von zu di da dos del".split())
"""Small words of names, such as Jan de Wit and La Merced."""

_LIGHT = {
    "nl": "geworden worden werd werden hebben had hadden ook nog al toen echter daarom dus verder inmiddels daarna telt telde",
    "en": "been being is are was were be has have had having do does did them they those also still already then"
    " therefore thus however again yet",
    "fr": "été étant est sont a ont eu était étaient fut furent avait avaient ayant encore aussi déjà alors donc ainsi cependant puis ensuite compte comptait",
    "es": "sido siendo fueron haber es son era eran fue está están ha han también aún todavía ya entonces así luego cuenta contaba",
    "de": "worden geworden wurde wurden auch noch schon dann daher jedoch zählt zählte",
}
_PLURAL = {"fr": "les des ces mes ses leurs", "es": "los las unos unas estos estas"}
_DEFINITE = {
    "nl": "de het 't dit deze dat die zijn haar hun mijn ons onze",
    "en": "the this that his her its their my our",
    "fr": "le la l ce cet cette son sa leur mon ma notre",
    "es": "el la este esta ese esa su mi nuestro nuestra al del",
    "de": "der die das den dem des dieser diese dieses sein seine ihr ihre",
}
_NUMBERS = {
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien"
    " zeventien achttien negentien twintig",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
    " dix-huit dix-neuf vingt",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis"
    " diecisiete dieciocho diecinueve veinte",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn"
    " siebzehn achtzehn neunzehn zwanzig",
}
_TENS = {
    "nl": "dertig veertig vijftig zestig zeventig tachtig negentig honderd",
    "en": "thirty forty fifty sixty seventy eighty ninety hundred",
    "fr": "trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent",
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
    "de": "dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
}
_PARTS = {
    "nl": "helft derde kwart vijfde tiende dubbele duizend miljoen miljard dozijn procent",
    "en": "half third quarter fifth tenth double thousand million billion dozen percent",
    "fr": "moitié tiers quart cinquième dixième double mille million milliard douzaine pour_cent",
    "es": "mitad tercio cuarto quinta décima doble mil millón millardo docena por_ciento",
    "de": "hälfte drittel viertel fünftel zehntel doppelte tausend million milliarde dutzend prozent",
}
_MORE_PARTS = {
    "miljoenen": "million", "millions": "million", "millones": "million", "millionen": "million",
    "thousands": "thousand", "quinto": "fifth", "quartier": "quarter", "half": "half", "demi": "half",
    "medio": "half", "media": "half", "halve": "half", "per_cent": "percent",
}  # fmt: skip
_OF_NUMBERS = frozenset({"about", "at_least", "at_most"})
"""Markers that limit a number alone."""

_PREPOSITIONS = frozenset({"said", "without", "except"})
"""Markers that are prepositions too: what follows them can be moved."""

_ALONE = frozenset({"een", "one", "un", "uno"})  # also articles

Kind = Literal["number", "name", "word"]


@dataclass(slots=True)
class Item:
    """A number, name or word of content."""

    kind: Kind
    text: str  # in lower case; of a number, its value
    roles: frozenset[str]  # of the small words before it
    tied: bool  # whether such a word, be it only "of", stands before it
    definite: bool  # whether an article or possessive for one thing stands before it
    bare: bool  # whether no small word stands before it
    clause: int


@dataclass(slots=True)
class Clauses:
    """A sentence: its items in order, and the binding markers and first roles of each of its clauses."""

    language: str
    items: list[Item] = field(default_factory=list)
    markers: list[list[str]] = field(default_factory=list)
    quoted: set[int] = field(default_factory=set)  # the clauses between quotation marks
    joined: set[int] = field(default_factory=set)  # the clauses that "and" or "but" begins
    relative: set[int] = field(default_factory=set)  # the clauses that tell of what stands before them
    determined: bool = False  # whether the first item has an article, a number or a name
    words: frozenset[str] = frozenset()  # all, folded


@cache
def _markers(language: str) -> tuple[dict[str, str], dict[str, frozenset[str]], frozenset[str]]:
    """Binding markers by word, roles by word, and the first words of markers of several words."""
    table = tomllib.loads(files("rodedraad.writing").joinpath("markers.toml").read_text("utf-8"))
    binding = {word: name for name, words in table["binding"].items() for word in words[language].split()}
    roles: dict[str, set[str]] = {}
    for name, words in table["role"].items():
        for word in words[language].split():
            roles.setdefault(word, set()).add(name)
    many = frozenset(word for word in binding if "_" in word)
    return binding, {word: frozenset(names) for word, names in roles.items()}, many


@cache
def _values(language: str) -> dict[str, str]:
    """Number words, months and days by their value."""
    values = {word: str(n) for n, word in enumerate(_NUMBERS[language].split())}
    values |= {word: str(n) for n, word in zip(count(30, 10), _TENS[language].split(), strict=False)}
    values |= dict(zip(_PARTS[language].split(), _PARTS["en"].split(), strict=True)) | _MORE_PARTS
    locale = Locale(language)
    for name, names in (("month", locale.months), ("day", locale.days)):
        for number, word in names["format"]["wide"].items():
            values[word.lower()] = values[f"{word.lower()}s"] = f"{name} {number}"
    for word in _ALONE:
        values.pop(word, None)
    return values


@lru_cache(2_000)
def clauses(text: str, language: str) -> Clauses:
    """A sentence in a language (ISO 639-1), read."""
    read = Clauses(language)
    read.markers.append([])
    binding, roles, many = _markers(language)
    values, links = _values(language), _LINKS[language].split()
    tokens = list(_tokens(text, many | frozenset(word for word in values if "_" in word)))
    read.words = frozenset(fold(token) for token in tokens if token[0].isalpha())
    last = -1  # the token that the last item is
    pending: set[str] = set()
    limits: list[str] = []  # that bind the next item, if it is a number
    tied = definite = plural = quoting = False
    for at, token in enumerate(tokens):
        lower = token.lower()
        name_before = bool(read.items) and read.items[-1].kind == "name"
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if lower in _PARTICLES and after[:1].isupper() and (name_before or (token[:1].isupper() and at)):
            continue
        if token in _BREAKS or lower in links:
            if token in '“”«»"':
                quoting = not quoting
            if read.items and read.items[-1].clause == len(read.markers) - 1 or read.markers[-1]:
                read.markers.append([])
            if lower in _JOINS:
                read.joined.add(len(read.markers) - 1)
            if lower in _RELATIVE:
                read.relative.add(len(read.markers) - 1)
            if quoting:
                read.quoted.add(len(read.markers) - 1)
            if token in _BREAKS:
                pending, tied, definite, plural = set(), False, False, False
                continue
            if lower not in binding:
                pending, tied = set(), False
                continue
        clause = len(read.markers) - 1
        marker = _marker(tokens, at, language)
        if marker:
            tied = tied or marker in _PREPOSITIONS
            (limits if marker in _OF_NUMBERS else read.markers[clause]).append(marker)
        if lower in roles:
            pending |= roles[lower]
            tied = True
            definite = definite or lower in _DEFINITE[language].split()
            continue
        if marker:
            continue
        is_first = at == 0
        begins = is_first or tokens[at - 1] in _BREAKS
        value = values.get(lower) or (_number(token, language) if token[0].isdigit() else "")
        if token == "%":
            value = "percent"
        if not value and (token in "€$£"):
            value = {"€": "euro", "$": "dollar", "£": "pond" if language == "nl" else "pound"}[token]
            kind: Kind = "word"
        elif value:
            kind = "number"
        elif (
            is_function_word(token, language)
            or lower in _DEFINITE[language].split()
            or lower in _LIGHT[language].split()
            or (len(token) == 1 and not token.isupper())
        ):
            definite = definite or lower in _DEFINITE[language].split()
            plural = plural or lower in _PLURAL.get(language, "").split()
            continue
        else:
            kind = "name" if _is_name(token, language, is_first) else "word"
            value = lower
        if language == "en" and value.endswith(("'s", "’s")):
            value = value[:-2]
        if language in ("nl", "en") and definite and kind == "word" and value.endswith(("s", "en")):
            plural = True
        if not read.items:
            named = lower not in known(language) and (after[:1].isupper() or after in _PARTICLES)
            read.determined = kind != "word" or named or (definite and not plural)
        comparing = {"at_least": "more", "at_most": "less"}
        told = limits if kind == "number" else [comparing[one] for one in limits if one in comparing]
        read.markers[clause] += told
        limits = []
        read.items.append(
            Item(
                kind,
                value,
                frozenset(pending),
                tied,
                definite and not plural,
                begins or at - 1 == last,
                clause,
            )
        )
        last = at
        pending, tied, definite, plural = set(), False, False, False
    return read


def _tokens(text: str, many: frozenset[str]) -> Iterator[str]:
    """The words, numbers and breaks of a text; what is elided apart; words that make one marker joined."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text.replace("’", "'")):
        while elided := _ELIDED.match(token):
            tokens.append(elided[0][:-1])
            token = token[elided.end() :]
        tokens.append(token)
    at = 0
    while at < len(tokens):
        for length in (3, 2):
            joined = "_".join(tokens[at : at + length]).lower()
            if joined in many:
                yield joined
                at += length
                break
        else:
            yield tokens[at]
            at += 1


def _marker(tokens: list[str], at: int, language: str) -> str:
    """The binding marker that a token is; empty if it is none, as Dutch "als" before a noun is "as"."""
    lower = tokens[at].lower()
    binding = _markers(language)[0]
    starts = (f"{lower[:length]}*" for length in range(4, len(lower) + 1))
    marker = binding.get(lower) or next((binding[start] for start in starts if start in binding), "")
    if marker == "anyone" and at:
        return ""
    if marker == "will" and at and tokens[at - 1].lower() in _DEFINITE[language].split():
        return ""
    if lower == "als":
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        return marker if is_function_word(after, language) else ""
    return marker


def _number(token: str, language: str) -> str:
    """The value of a number as written in a language: 4.300, 4,300 and 4 300 are one, 2.5 and 2,5 another."""
    if ":" in token:
        return token
    thousands, decimal = (",", ".") if language == "en" else (".", ",")
    token = re.sub(rf"(?<=\d)[{thousands}\s\u00a0\u202f](?=\d{{3}}(?!\d))", "", token)
    whole, _, part = token.replace(decimal, ".").partition(".")
    return (
        f"{int(whole)}" + (f".{part.rstrip('0')}" if part.rstrip("0") else "") if whole.isdigit() else token
    )


def _is_name(token: str, language: str, is_first: bool) -> bool:
    """Whether a word of content is a name: it has a capital that its place and language do not explain."""
    if not token[:1].isupper():
        return False
    return not (is_first or (language == "de" and token.lower() in known(language))) or token[1:2].isupper()
