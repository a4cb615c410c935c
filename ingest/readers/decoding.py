"""Decoding: the text in bytes of an unknown encoding."""

import codecs
import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers.alphabets import likelihoods

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is a prefix of this
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PADDING = re.compile(r"\x00{2,}")
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_IN_CONTEXT = re.compile(rb"(?<=(.))([\x80-\xff])(?=(.))", re.DOTALL)

_Context = tuple[bytes, ...]
"""A byte beyond ASCII, with the bytes before and after it."""

MOST_CONTROL = 1 / 500
"""The largest share of control characters in a text, unless NUL is the only one."""

FORGIVEN = 2  # control characters allowed in a text of any length

MOST_NUL = 1 / 4
"""The largest share of NUL characters, with which some programs pad a text."""

MOST_STRAY = 1 / 20
"""The largest share of bytes beyond ASCII that are not UTF-8, in a text that otherwise is."""

ONE_BYTE = ("cp1252", "mac_roman", "cp858", "cp437")
"""The single-byte encodings that are detected: Windows-1252, Mac Roman, DOS code pages 858 and 437."""

CHARACTERS_LOOKED_AT = 100_000
"""The characters beyond ASCII at the start of a text that decide which of them it is in."""

CLEAR = 1.5
"""How much better than Windows-1252 another encoding must be: about one letter that is certain.

It must also be better by a half for each character.
"""

LIKELIER = 4.0
"""How much likelier the letters must be in an encoding of other languages, as a logarithm."""

FEWEST_TELLING = 5
"""The fewest characters beyond ASCII for which a text is refused if they are where no language has them."""

_FREQUENT = dict.fromkeys("éëïöüèäÉËÖÜ", 1.0) | dict.fromkeys("çáíóúñàâêôîûœßÄÀÇÑ", 0.8)
_LONE = frozenset("àÀèéóúáêøØ")
_OPENING, _CLOSING = frozenset("“„‘‚«‹¿¡"), frozenset("”’»›")
_STRAIGHT = frozenset("─═│║█▓▒░▄▀")
_SIGNS = frozenset("–—…•·°€£§©®™½¼¾²³¹µ±×÷ªº´¨\xa0")


def decode(data: bytes) -> str:
    """Decode bytes by their byte order mark; else as UTF-8, UTF-16 without a mark, or one of ONE_BYTE.

    A few bytes that are not UTF-8, in a text that otherwise is, are read as Windows-1252. Raises
    UnreadableDocument for bytes that are not text in any of these.
    """
    text = _decode(data)
    _check_control(text)
    return _PADDING.sub(" ", text)


def _check_control(text: str) -> None:
    control, nul = len(_CONTROL.findall(text)), text.count("\0")
    if nul > len(text) * MOST_NUL or (
        control and control + nul > max(len(text) * MOST_CONTROL, min(FORGIVEN, len(text) // 5))
    ):
        raise UnreadableDocument("it is not text")


def _decode(data: bytes) -> str:
    try:
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return _utf_8(data[3:]) if encoding == "utf-8" else data[len(mark) :].decode(encoding)
        # In Latin script, every second byte of UTF-16 is zero.
        even, odd = data[0::2].count(0), data[1::2].count(0)
        if max(even, odd) > len(data) // 4 > 4 * min(even, odd):
            whole = data[: len(data) // 2 * 2]
            return whole.decode("utf-16-be" if even > odd else "utf-16-le")
        return _utf_8(data)
    except UnicodeDecodeError:
        raise UnreadableDocument("it is not text") from None


def _utf_8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        inside = sum(len(sequence) for sequence in _SEQUENCE.findall(data))
        beyond = len(_NOT_ASCII.findall(data))
        if beyond - inside > MOST_STRAY * beyond:
            _check_control(data.decode("latin-1"))
            return data.decode(_one_byte_encoding(data), "replace")
        return data.decode("utf-8", "stray as cp1252")


def _stray(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("stray as cp1252", _stray)


def _one_byte_encoding(data: bytes) -> str:
    """The encoding in which the characters beyond ASCII are where the languages that are read have them.

    An encoding of other languages is found by their letters. Raises UnreadableDocument if most characters
    would be elsewhere in each.
    """
    found = _IN_CONTEXT.finditer(b" " + data + b" ")
    contexts = Counter(match.groups() for match in islice(found, CHARACTERS_LOOKED_AT))
    scores = {encoding: _score(encoding, contexts) for encoding in ONE_BYTE}
    best = max(ONE_BYTE, key=scores.__getitem__)
    count = sum(contexts.values())
    if scores[best] - scores[ONE_BYTE[0]] < max(CLEAR, count / 2):
        best = ONE_BYTE[0]
    likely = likelihoods(dict.fromkeys(contexts, 1))  # a repeated word adds nothing
    other = max((name for name in likely if name not in ONE_BYTE), key=likely.__getitem__)
    if likely[other] - likely[best] > LIKELIER:
        best = other
    if count >= FEWEST_TELLING and _score(best, contexts) < 0:
        raise UnreadableDocument(
            "it is not text in an encoding that is recognised; save it as UTF-8 with the program that made it"
        )
    return best


def _score(encoding: str, contexts: Mapping[_Context, int]) -> float:
    """How well the characters of a text fit between their neighbours in an encoding."""
    characters = bytes(range(256)).decode(encoding, "replace")
    return sum(
        count * _plausibility(*(characters[byte[0]] for byte in context))
        for context, count in contexts.items()
    )


def _plausibility(before: str, character: str, after: str) -> float:
    """How well a character fits between two others in the languages that are read, from -1 to 1."""
    letters = [each for each in (before, after) if each.isalpha()]
    if (character.isalpha() and "À" <= character <= "ž") or character in "ßŒœ":
        weight = _FREQUENT.get(character, 0.4)
        if not letters:
            return 0.3 if character in _LONE else -1
        if not any(map(str.isascii, letters)):
            return -1
        if character.isupper():
            return -1 if before.islower() else weight
        return -1 if before.isupper() and after.isupper() else weight
    if len(letters) == 2:
        return {"’": 1.0, "–": 0.5, "—": 0.5, "\xa0": 0.5}.get(character, -1)
    if character in _OPENING:
        return -1 if before.isalnum() else 1 if not after.isspace() else 0.5
    if character in _CLOSING:
        return 1 if not before.isspace() else 0.5
    if character in _SIGNS:
        return 1 if character == "…" and letters else 0.5
    if "─" <= character <= "▟":
        beside = {each for each in (before, after) if "─" <= each <= "▟"}
        return 0.2 if beside <= {character, *_STRAIGHT} or character in _STRAIGHT else -1
    return -1
