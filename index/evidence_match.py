"""Evidence match: whether a passage, or a quote of it, holds what a gold line names as evidence.

All texts are compared squashed. A passage *covers* a span of evidence when it holds the span whole, or
at least 80 % of it at the passage's edge. A quote *answers* when it covers a span, or lies inside one
with at least half of its letters.
"""

from math import ceil

COVERED = 0.8
INSIDE = 0.5


def squash(text: str) -> str:
    """Lower case, letters and digits only."""
    return "".join(character for character in text.lower() if character.isalnum())


def covers(passage: str, span: str) -> bool:
    """Whether a passage covers a span of evidence; both squashed."""
    if span in passage:
        return True
    least = ceil(COVERED * len(span))
    return any(
        passage.startswith(span[-length:]) or passage.endswith(span[:length])
        for length in range(least, len(span))
    )


def answers(quote: str, span: str) -> bool:
    """Whether a quote answers by a span of evidence; both squashed."""
    return covers(quote, span) or (quote in span and len(quote) >= INSIDE * len(span))
