"""RTF with HTML inside: the HTML of a message that Outlook keeps as RTF (MS-OXRTFEX)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from rodedraad.ingest.readers.charset import code_page

_MARK = re.compile(rb"\A\s*\{\\rtf1[^{]{0,200}\\fromhtml1")
_TOKEN = re.compile(
    rb"\\(?:'(?P<code>[0-9a-fA-F]{2})|(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?|(?P<symbol>[^a-zA-Z]))"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+"
)
_HIDDEN = frozenset(b"fonttbl colortbl stylesheet info pict object listtable header footer pntext".split())
_CHARACTERS = {
    b"par": "\n", b"line": "\n", b"tab": "\t", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•", b"endash": "–", b"emdash": "—", b"~": "\xa0", b"_": "-",
    b"\\": "\\", b"{": "{", b"}": "}",
}  # fmt: skip
_CHARSETS = {
    77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250,
}  # fmt: skip
"""The code page of each character set of a font, where it differs from the message's."""


@dataclass(frozen=True, slots=True)
class _Group:
    hidden: bool = False  # no text of the message
    tag: bool = False  # a piece of HTML
    rtf_only: bool = False  # shown instead of the HTML
    fonts: bool = False  # the table of fonts
    after_unicode: int = 1  # characters that replace a Unicode one
    page: str = ""  # character encoding


def html_in_rtf(rtf: bytes) -> str:
    """The HTML that is kept in a text in RTF; empty if there is none."""
    return "".join(_Reading(rtf).pieces()) if _MARK.match(rtf) else ""


class _Reading:
    """The state of reading a text in RTF."""

    def __init__(self, rtf: bytes) -> None:
        self._rtf = rtf
        self._group = _Group(page="cp1252")
        self._groups: list[_Group] = []
        self._fonts: dict[int, str] = {}
        self._font = 0  # that the table of fonts describes
        self._optional = False  # whether the next word may begin a destination that readers may not know
        self._skip = 0  # characters that replace a Unicode one before them
        self._codes = bytearray()  # to be decoded together

    def pieces(self) -> Iterator[str]:
        for token in _TOKEN.finditer(self._rtf):
            code, word, number, symbol, brace, text = token.group(
                "code", "word", "number", "symbol", "brace", "text"
            )
            if code or text:
                self._bytes(bytes.fromhex(code.decode()) if code else text)
                continue
            yield from self._flush()
            if brace:
                self._brace(brace)
            elif symbol == b"*":
                self._optional = True
            elif word == b"u" and number:
                if not self._is_silent:
                    yield self._written(chr(int(number) & 0xFFFF))
                self._skip = self._group.after_unicode
            elif (word or symbol) in _CHARACTERS and not self._is_silent:
                yield self._written(_CHARACTERS[word or symbol])
            elif word:
                self._word(word, int(number) if number else None)
        yield from self._flush()

    @property
    def _is_silent(self) -> bool:
        return self._group.hidden or (self._group.rtf_only and not self._group.tag)

    def _written(self, text: str) -> str:
        return text if self._group.tag else escape(text, quote=False)

    def _bytes(self, data: bytes) -> None:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        if not self._is_silent:
            self._codes += data[skipped:]

    def _flush(self) -> Iterator[str]:
        if self._codes:
            yield self._written(bytes(self._codes).decode(self._group.page, "replace"))
            self._codes.clear()

    def _brace(self, brace: bytes) -> None:
        self._optional, self._skip = False, 0
        if brace == b"{":
            self._groups.append(self._group)
        elif self._groups:
            self._group = self._groups.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        group = self._group
        if word == b"htmltag":
            group = replace(group, tag=True)
        elif self._optional or word in _HIDDEN:
            group = replace(group, hidden=True, fonts=word == b"fonttbl")
        elif word == b"htmlrtf":
            group = replace(group, rtf_only=number != 0)
        elif word == b"uc":
            group = replace(group, after_unicode=max(number or 0, 0))
        elif word == b"ansicpg" and number:
            group = replace(group, page=code_page(number))
        elif word == b"f" and group.fonts:
            self._font = number or 0
        elif word == b"fcharset" and number in _CHARSETS:
            self._fonts[self._font] = code_page(_CHARSETS[number])
        elif word == b"f" and (number or 0) in self._fonts:
            group = replace(group, page=self._fonts[number or 0])
        self._group, self._optional = group, False
