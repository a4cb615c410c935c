"""RTF tokens: the groups, control words and characters of rich text."""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,40})(?P<number>-?\d{1,10})? ?|\\'(?P<code>[\da-fA-F]{2})|\\(?P<sign>[^A-Za-z])"
    rb"|(?P<brace>[{}])|[\r\n\x00]+|(?P<bytes>[^\\{}\r\n\x00]+)|(?P<stray>\\)"
)

_CHARSETS = {
    0: "cp1252", 1: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "cp936",
    136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip


class Token(NamedTuple):
    """A part of rich text: "{", "}", a control word or sign with its number, or bytes of text."""

    kind: str  # "open", "close", "word" or "bytes"
    word: str = ""
    number: int | None = None
    data: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of rich text; the bytes of pictures that are not in hexadecimal digits are skipped."""
    place = 0
    while found := _TOKEN.match(data, place):
        place = found.end()
        match found.lastgroup:
            case "word" | "number":
                word, number = found["word"].decode(), found["number"]
                if word == "bin" and number:
                    place += max(int(number), 0)
                else:
                    yield Token("word", word, None if number is None else int(number))
            case "code":
                yield Token("bytes", data=bytes.fromhex(found["code"].decode()))
            case "sign":
                yield Token("word", found["sign"].decode("latin-1"))
            case "brace":
                yield Token("open" if found["brace"] == b"{" else "close")
            case "bytes":
                yield Token("bytes", data=found["bytes"])


def encoding_of_charset(charset: int) -> str:
    """The encoding of a font's character set."""
    return _CHARSETS.get(charset, "cp1252")


def encoding_of_page(page: int) -> str:
    """The encoding with the number of a code page; Windows-1252 for one that is not known."""
    name = {10000: "mac_roman", 65001: "utf-8", 1361: "johab"}.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
