"""Hyphens: whether a hyphen at the end of a line belongs to the word or to the line break."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyphen import Pyphen

_HYPHENS = ("-", "\u2010")
_BROKEN = re.compile(r"(\w[\w’'-]*)[-\u2010]$")
_LONGEST_WORD = 60  # characters searched for the start of the broken word
_FIRST_WORD = re.compile(r"\w+")
_CONJUNCTIONS = frozenset(["en", "of", "and", "or", "et", "ou", "y", "o", "u", "e", "und", "oder"])
_DICTIONARIES = {"nl": "nl_NL", "en": "en_GB", "fr": "fr_FR", "es": "es_ES", "de": "de_DE"}


@cache
def _dictionary(language: str) -> "Pyphen":
    from pyphen import Pyphen

    return Pyphen(lang=_DICTIONARIES.get(language, "nl_NL"))


def before_join(line: str, following: str, vocabulary: Mapping[str, int], language: str) -> str:
    """The line, ready to be joined with the next line of its paragraph.

    A space is appended, unless a hyphen breaks a word between the two; the hyphen is removed, unless
    it belongs to the word. `vocabulary` counts the words of the document, in lower case; `language`
    (ISO 639-1) chooses the hyphenation dictionary.
    """
    if not line.endswith(_HYPHENS):
        return line + " "
    broken = _BROKEN.search(line, max(len(line) - _LONGEST_WORD, 0))
    first = _FIRST_WORD.match(following)
    if broken is None or first is None:
        return line + " "
    if first[0].casefold() in _CONJUNCTIONS:
        return line + " "  # "bio- en fairtrademarkt": the hyphen replaces the rest of the word
    return line if _is_own(broken[1], first[0], vocabulary, language) else line[:-1]


def _is_own(head: str, tail: str, vocabulary: Mapping[str, int], language: str) -> bool:
    """Whether the word is written `head-tail` in the middle of a line too."""
    joined, hyphenated = (head + tail).casefold(), f"{head}-{tail}".casefold()
    if joined in vocabulary or hyphenated in vocabulary:
        return vocabulary.get(hyphenated, 0) > vocabulary.get(joined, 0)
    if not (head[-1].isalpha() and tail[0].islower()) or (len(head) > 1 and head.isupper()):
        return True  # "2014-2015", "Noord-Holland", "BTC-project"
    return len(head.split("-")[-1]) not in _dictionary(language).positions(head.split("-")[-1] + tail)
