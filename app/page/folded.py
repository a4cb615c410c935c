"""Folded: a text as it is compared with what somebody types: without capitals and accents."""

import unicodedata


def folded(text: str) -> str:
    """Lower case, accents folded."""
    if text.isascii():  # as most are: a hundredth of the time
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
