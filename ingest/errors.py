"""Errors: messages for the person who uses the program."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class RodeDraadError(Exception):
    """The message says what happened, to which file, and what to do."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file, or a part of it, is not read: an English text, and the values for its {names}.

    The text is the same for every file to which it applies, so that it can be translated. A value with the
    name `why` is the text of another reason, whose values are beside it.
    """

    text: str  # begins with "it" or "its", for the file
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The text in English, with its values."""
        return self.told(str)

    def told(self, translated: Callable[[str], str]) -> str:
        """The text as it is translated, with its values."""
        values = dict(self.values)
        if "why" in values:
            values["why"] = translated(str(values["why"])).format(**values)
        return translated(self.text).format(**values)


class UnreadableDocument(RodeDraadError):
    """A file of the corpus cannot be read, for a reason."""

    def __init__(self, text: str, **values: str | int) -> None:
        """The text and values of the reason, as in `Reason`."""
        self.reason = Reason(text, values)
        super().__init__(str(self.reason))

    @classmethod
    def of(cls, reason: Reason) -> "UnreadableDocument":
        """The error for a reason that is known."""
        return cls(reason.text, **reason.values)


class DamagedPart(UnreadableDocument):
    """A part of a file is missing or damaged; the file may be readable without it."""
