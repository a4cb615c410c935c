"""Mail headers: the values of a message's headers, decoded."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from rodedraad.ingest.lines import one_line
from rodedraad.ingest.readers.charset import readable

_WORD = r"=\?[^\s?]+\?[bBqQ]\?[^?]*\?="
_ENCODED_WORDS = re.compile(rf"{_WORD}(?:\s*{_WORD}){{0,199}}")  # decoding takes the square of their number


def header(message: Message, name: str) -> str:
    """The values of a header, decoded, with a comma between two of them."""
    values = [value for key, value in message.raw_items() if key.lower() == name.lower()]
    return ", ".join(decoded(str(value)) for value in values)


def decoded(value: str) -> str:
    """A value of a header in which words may be encoded (RFC 2047), or bytes stand for characters."""
    text = readable(value.encode("utf-8", "surrogateescape"), "utf-8")
    return one_line(_ENCODED_WORDS.sub(lambda found: _decoded_words(found[0]), text))


def _decoded_words(words: str) -> str:
    try:
        parts = decode_header(words)
    except (HeaderParseError, ValueError):
        return words
    return "".join(
        part if isinstance(part, str) else readable(part, charset or "utf-8") for part, charset in parts
    )
