"""Raised: digits above the line, which would falsify the number before them if they were on the line."""

import re
from collections.abc import Iterable


class Above(str):
    """A text that is above the line."""


_AMOUNT = re.compile(r"[+\-−–]?\d+")
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")


def joined(texts: Iterable[str]) -> str:
    """The texts of a line one after another, with those above it raised where they must be."""
    line = ""
    parts: list[str] = []
    for text in texts:
        if text:
            line = raised(line, text) if isinstance(text, Above) else text
            parts.append(line)
    return "".join(parts)


def raised(before: str, text: str) -> str:
    """A raised text as it follows another: digits after a digit, or with a sign, stay above the line."""
    if _AMOUNT.fullmatch(text) and (before[-1:].isdecimal() or not text.isdecimal()):
        return text.translate(_RAISED)
    return text
