"""Garbled: recognises a text whose letters are not those that its page shows.

A font in a PDF may map its shapes to the wrong letters. The text then looks encrypted: its letter frequencies
are those of no language, and the most common words of a language are missing.
"""

import re
from collections import Counter
from math import sqrt

COMMON_WORDS = frozenset(
    """
    de het een en van in is dat op te voor met zijn niet aan er om ook als dan bij door naar uit deze wordt
    the of and to in that it was for on are as with be at by this from or an have not which you
    le la les des et est un une que dans pour sur qui par au il ne pas plus ce avec son se
    el los las del que en un por con para no su al lo como más pero sus este entre
    der die und den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden
    """.split()
)
"""The most common words of the five languages: a fifth to a half of the words of any prose."""

FREQUENCIES = dict(
    zip(
        "enatsroidluchpgmwvfbqkzxjy",
        (162, 87, 84, 79, 79, 67, 61, 59, 48, 36, 36, 32, 26, 25, 22, 16, 15, 14, 13, 12, 9, 5, 5, 3, 3, 3),
        strict=True,
    )
)
"""Letters in a thousand, the mean of the five languages.

Measured on the texts of the page, which are the same in each language.
"""

SAMPLE_LENGTH = 1_500
"""Characters from the start of a text by which it is judged."""

LETTERS = 50
"""A text with fewer letters in its different words is not judged."""

FEW = 0.08
"""The share of common words from which a text is prose in a known language."""

LEAST_LIKENESS = 0.7
"""The cosine of a text's letter frequencies and FREQUENCIES from which it may be in a language.

Lists of names reach 0.9, and Polish, Finnish and Turkish 0.8; shifted letters 0.4 to 0.5.
"""

MOST_UNREADABLE = 0.3
"""The share of characters that no font explains from which a text is not readable."""

_UNKNOWN = re.compile("[\0-\x08\ue000-\uf8ff\ufffd]")
_WORD = re.compile(r"[^\W\d_]+")


def is_garbled(text: str) -> bool:
    """Whether a text has no letters where it should, or is in Latin letters and in no language."""
    text = text[:SAMPLE_LENGTH]
    if len(_UNKNOWN.findall(text)) > MOST_UNREADABLE * len(text):
        return True
    words = _WORD.findall(text.casefold())
    if sum(word in COMMON_WORDS for word in words) >= FEW * max(len(words), 1):
        return False
    counts = Counter("".join(set(words)))
    latin = sum(counts[letter] for letter in FREQUENCIES)
    if latin < max(LETTERS, 0.7 * counts.total()):
        return False
    product = sum(counts[letter] * share for letter, share in FREQUENCIES.items())
    lengths = sqrt(sum(counts[letter] ** 2 for letter in FREQUENCIES)) * sqrt(
        sum(share**2 for share in FREQUENCIES.values())
    )
    return product < LEAST_LIKENESS * lengths
