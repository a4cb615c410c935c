"""Raised: digits above the line, which would falsify the number before them if they stood on the line."""

import re

_AMOUNT = re.compile(r"[+\-−–]?\d+")
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")


def raised(before: str, text: str) -> str:
    """A raised text as it follows another: digits after a digit, or with a sign, stay above the line."""
    if _AMOUNT.fullmatch(text) and (before[-1:].isdecimal() or not text.isdecimal()):
        return text.translate(_RAISED)
    return text
