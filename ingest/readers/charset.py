"""Charset: texts in a character set that is declared beside them, as by a message or a site."""

import codecs

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers.decoding import decode

_ENCODINGS = ("ascii", "big5", "cp", "euc", "gb", "hz", "iso", "johab", "koi8", "mac", "shift", "tis", "utf")
_WESTERN = {"ascii": "cp1252", "iso8859-1": "cp1252"}  # as browsers and mail programs take them
_GUESSED = ("cp1252", "utf-8", "utf-16", "utf-16-le", "utf-16-be")  # these names are often wrong
_CODE_PAGES = {10000: "mac-roman", 20127: "cp1252", 20866: "koi8-r", 28591: "cp1252", 65001: "utf-8"}


def code_page(number: int) -> str:
    """The character encoding of a code page of Windows, by its number."""
    return _CODE_PAGES.get(number, f"iso8859-{number - 28590}" if 28590 < number < 28606 else f"cp{number}")


def decode_as(data: bytes, charset: str) -> str:
    """Decode bytes in a declared character set; guess where it is unknown, wrong or one of those often wrong.

    Raises UnreadableDocument for bytes that are not text.
    """
    try:
        name = codecs.lookup(charset).name
        name = _WESTERN.get(name, name)
        if name.startswith(_ENCODINGS) and name not in _GUESSED:
            return data.decode(name)
    except (LookupError, UnicodeError, ValueError):
        pass
    return decode(data)


def readable(data: bytes, charset: str) -> str:
    """As `decode_as`; of bytes that are not text, the printable ones."""
    try:
        return decode_as(data, charset)
    except UnreadableDocument:
        return data.decode("latin-1")
