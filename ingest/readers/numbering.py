"""Numbering: the numbers of list items and headings, as they are printed."""

from collections.abc import Sequence

LEVELS = 10
"""Levels of a list; OpenDocument has ten, Word nine."""

LAST_START = 99_999
"""The largest number from which a list is counted."""

AROUND = 100
"""The most characters of the text around the numbers of a level."""

BULLET = "• "
BOXES = "☐☑☒✓✗□■"
"""What stands before an item without a number, and the signs that do so as they are."""

_LONGEST_LETTERS = 780  # "aaa…": thirty times the alphabet
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def printed(number: int, style: str) -> str:
    """The number in a style, named by how it writes one: "1", "01", "a", "A", "i" or "I".

    What has no roman or lettered form is written in digits.
    """
    match style:
        case "01":
            return f"{number:02}"
        case "a" if 0 < number <= _LONGEST_LETTERS:
            return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        case "i" if 0 < number < 4000:
            return _roman(number)
        case "A" | "I":
            return printed(number, style.lower()).upper()
    return str(number)


def _roman(number: int) -> str:
    letters = ""
    for value, sign in _ROMAN:
        letters += sign * (number // value)
        number %= value
    return letters


class Counter:
    """The number that each level of a list has reached."""

    def __init__(self) -> None:
        self._reached: list[int | None] = [None] * LEVELS

    def count(self, level: int, start: int, restart: bool = False, kept: Sequence[int] = ()) -> None:
        """Count an item; the levels below it begin again, except those `kept`.

        The first item of a level, and one that has it `restart`, gets the number `start`.
        """
        reached = self._reached[level]
        self._reached[level] = start if reached is None or restart else reached + 1
        for below in range(level + 1, LEVELS):
            if below not in kept:
                self._reached[below] = None

    def restart(self, level: int) -> None:
        """Let a level and those below it begin again."""
        self._reached[level:] = [None] * (LEVELS - level)

    def number(self, level: int, otherwise: int) -> int:
        """The number of the last item of a level; `otherwise` if there was none."""
        reached = self._reached[level]
        return otherwise if reached is None else reached
