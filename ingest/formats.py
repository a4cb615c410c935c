"""Formats: the bytes of a file become its raw text, one string a page."""

import codecs
import html
import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.errors import UnreadableDocument

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---(?:\n|\Z)", re.DOTALL)
_LINE_TAG = re.compile(r"<(?:br|/?(?:p|div|li|tr|td|th|h[1-6]))\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)


def decode(data: bytes) -> str:
    """Bytes as text: by byte order mark, else UTF-8, UTF-16 without a mark, or Windows-1252.

    Raises UnreadableDocument for bytes that are no text in any of them.
    """
    text = _decode(data)
    if len(_CONTROL.findall(text)) > len(text) // 500:
        raise UnreadableDocument("it is not text")
    return text


def _decode(data: bytes) -> str:
    try:
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return data[len(mark) :].decode(encoding)
        if b"\0" not in data:
            try:
                return data.decode("utf-8")
            except UnicodeDecodeError:
                return data.decode("cp1252")
        # In Latin script, every second byte of UTF-16 is zero.
        even, odd = data[0::2].count(0), data[1::2].count(0)
        if len(data) % 2 == 0 and max(even, odd) > len(data) // 4 > 4 * min(even, odd):
            return data.decode("utf-16-be" if even > odd else "utf-16-le")
    except UnicodeDecodeError:
        pass
    raise UnreadableDocument("it is not text")


def _plain_pages(data: bytes) -> list[str]:
    return decode(data).split("\f")


def _markdown_pages(data: bytes) -> list[str]:
    text = _FRONT_MATTER.sub("", decode(data).replace("\r\n", "\n"))
    blocks: list[str] = []
    row: list[str] | None = None  # the cells read so far, inside a table's row
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            blocks.append(" | ".join(row))
            row = None
        elif block := _block_text(token):
            (blocks if row is None else row).append(block)
    return ["\n\n".join(blocks)]


def _block_text(token: Token) -> str:
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    if token.type == "html_block":
        return html.unescape(_TAG.sub("", _LINE_TAG.sub("\n", token.content))).strip()
    if token.type == "inline":
        return "".join(map(_inline_text, token.children or ())).strip()
    return ""


def _inline_text(token: Token) -> str:
    if token.type == "softbreak":
        return " "
    if token.type == "hardbreak":
        return "\n"
    if token.type == "html_inline":
        return "\n" if _LINE_TAG.fullmatch(token.content) else ""
    return token.content


READERS: dict[str, Callable[[bytes], list[str]]] = {
    ".txt": _plain_pages,
    ".md": _markdown_pages,
}
"""How each kind of file is read, by the ending of its name."""
