"""Small words: those of a language that decide what a sentence says, from small_words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from babel import Locale

_ARTICLES = frozenset({"een", "one", "un", "uno"})  # which are number words too


@dataclass(frozen=True, slots=True)
class SmallWords:
    """The words of a language, in lower case."""

    binding: Mapping[str, str]  # what limits a statement, by its meaning; some with * for any ending
    roles: Mapping[str, frozenset[str]]  # what ties a word to the others
    values: Mapping[str, str]  # number words, months and days, by their value
    links: frozenset[str]
    joins: frozenset[str]
    relatives: frozenset[str]
    definite: frozenset[str]
    plural: frozenset[str]
    light: frozenset[str]
    lasting: frozenset[str]
    past: frozenset[str]  # some with * for any beginning
    complements: frozenset[str]
    particles: frozenset[str]

    @property
    def joined(self) -> frozenset[str]:
        """What consists of several words, with _ between them."""
        return frozenset(word for word in (*self.binding, *self.values) if "_" in word)

    def marker(self, word: str) -> str:
        """What a word limits a statement by; empty if it does not."""
        starts = (f"{word[:length]}*" for length in range(3, len(word) + 1))
        return self.binding.get(word) or next((self.binding[s] for s in starts if s in self.binding), "")


@cache
def small_words(language: str) -> SmallWords:
    """The small words of a language (ISO 639-1)."""
    table = tomllib.loads(Path(__file__).with_name("small_words.toml").read_text("utf-8"))

    def words(name: str) -> frozenset[str]:
        return frozenset(table[name][language].split())

    roles: dict[str, frozenset[str]] = {}
    for name, of in table["role"].items():
        for word in of[language].split():
            roles[word] = roles.get(word, frozenset()) | {name}
    return SmallWords(
        binding={word: name for name, of in table["binding"].items() for word in of[language].split()},
        roles=roles,
        values=_values(table, language),
        **{
            name: words(name)
            for name in (
                *(
                    "links",
                    "joins",
                    "relatives",
                    "definite",
                    "plural",
                    "light",
                    "lasting",
                    "past",
                    "complements",
                    "particles",
                ),
            )
        },
    )


def _values(table: Mapping[str, Mapping[str, str]], language: str) -> dict[str, str]:
    values = {word: str(number) for number, word in enumerate(table["numbers"][language].split())}
    tens = table["tens"][language].split()
    values |= {word: str(number) for number, word in zip(count(30, 10), tens, strict=False)}
    parts = table["parts"]
    values |= zip(parts[language].split(), parts["en"].split(), strict=True)
    more = (pair.partition("=") for pair in table["more_parts"][language].split())
    values |= {word: part for word, _, part in more}
    locale = Locale(language)
    for name, names in (("month", locale.months), ("day", locale.days)):
        for number, word in names["format"]["wide"].items():
            values[word.lower()] = values[f"{word.lower()}s"] = f"{name} {number}"
    return {word: value for word, value in values.items() if word not in _ARTICLES}
