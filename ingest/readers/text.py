"""Text: plain text and CSV, in several encodings."""

import codecs
import csv
import io
import re

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import LONGEST_TEXT, Content, Line, block, check_length
from rodedraad.ingest.reflow import text_lines

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is a prefix of this
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

MOST_CONTROL = 1 / 500
"""The largest share of control characters in a text."""

FORGIVEN = 2  # control characters allowed in a text of any length

MOST_STRAY = 1 / 20
"""The largest share of bytes beyond ASCII that are not UTF-8, in a text that otherwise is."""


def decode(data: bytes) -> str:
    """Decode bytes by their byte order mark; else as UTF-8, UTF-16 without a mark, or Windows-1252.

    A few bytes that are not UTF-8, in a text that otherwise is, are read as Windows-1252. Raises
    UnreadableDocument for bytes that are not text in any of these.
    """
    text = _decode(data)
    control = len(_CONTROL.findall(text))
    if control > max(len(text) * MOST_CONTROL, min(FORGIVEN, len(text) // 5)):
        raise UnreadableDocument("it is not text")
    return text


def _decode(data: bytes) -> str:
    try:
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return _utf_8(data[3:]) if encoding == "utf-8" else data[len(mark) :].decode(encoding)
        # In Latin script, every second byte of UTF-16 is zero.
        even, odd = data[0::2].count(0), data[1::2].count(0)
        if len(data) % 2 == 0 and max(even, odd) > len(data) // 4 > 4 * min(even, odd):
            return data.decode("utf-16-be" if even > odd else "utf-16-le")
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
            return data.decode("cp1252")
        return data.decode("utf-8", "stray as cp1252")


def _stray(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("stray as cp1252", _stray)


def read_text(data: bytes) -> Content:
    """Plain text; form feeds separate its pages."""
    text = decode(data)
    check_length(len(text))
    pages = text.split("\f")
    return Content(text_lines(pages), paged=len(pages) > 1)


def read_csv(data: bytes) -> Content:
    """A table: each row is a line, each cell follows its column name if the first row has names."""
    text = decode(data)
    check_length(len(text))
    csv.field_size_limit(LONGEST_TEXT)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:10_000], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    lines: list[Line] = []
    names: list[str] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), dialect)):
            if number == 0 and _are_names(row):
                names = [cell.strip() for cell in row]
                continue
            cells = [
                f"{names[column]}: {cell}" if column < len(names) else cell
                for column, cell in enumerate(" ".join(cell.split()) for cell in row)
                if cell
            ]
            lines += block("; ".join(cells), tight=True)
    except csv.Error as error:
        raise UnreadableDocument(
            "it is not a table of comma-separated values ({error})", error=str(error)
        ) from error
    return Content(lines or list(block(" | ".join(names))))


def _are_names(row: list[str]) -> bool:
    """Whether a first row has column names: all different, none empty or beginning with a digit."""
    cells = [cell.strip() for cell in row]
    return len(cells) > 1 and len(set(cells)) == len(cells) and all(c and not c[0].isdigit() for c in cells)
