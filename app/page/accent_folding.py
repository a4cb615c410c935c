"""Accent folding: a text without capitals and accents, as it is compared with what somebody types."""

import unicodedata
from collections.abc import Callable


def folded(text: str) -> str:
    """Lower case, accents folded."""
    if text.isascii():  # as most are: a hundredth of the time
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def looked_for(words: str) -> Callable[[str, str], bool]:
    """A function: whether a path or a title contains the words, ignoring capitals and accents."""
    words = folded(words.strip())
    return lambda path, title: words in folded(path) or words in folded(title)
