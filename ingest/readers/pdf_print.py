"""PDF print: the lines of a page as pdfium finds them, with their place, type and wide spaces."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import pi

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_LINE = re.compile(r"[^\r\n\ufffe\x02]*[^\s\ufffe\x02][^\r\n\ufffe\x02]*[\ufffe\x02]?")
_SPACE = re.compile(r"(?<=\S)\s+(?=\S)")
_HYPHENS = "\ufffe\x02"  # pdfium's characters for a hyphen at the end of a line

SPACE = 0.45
"""Times the type size: a wider space in a line may separate two cells of a table."""


FIXED, WIDE = 1, 0.8
"""The flag of a font whose spaces are as wide as its letters; and what SPACE is there."""

LOOSE = 0.62
"""Times the type size: a greater width for each character shows that there are wide spaces between."""

SAMPLE = 500
"""The characters of a page that tell which way most of its text runs."""

Piece = tuple[str, float, float]
"""A part of a line between wide spaces: its text, left and right edge."""


@dataclass(slots=True)
class Printed:
    """A line as printed; lengths in points, from the lower left corner of the upright page."""

    text: str
    page: int  # counted from 0
    left: float
    right: float
    bottom: float
    size: float
    bold: bool = False
    pieces: tuple[Piece, ...] = ()  # where wide spaces part them
    filled: bool = False  # the value of a form field
    row: bool = False  # a row of a table
    aside: bool = False  # apart from the text, as a running head is


@dataclass(slots=True)
class Box:
    """A place on the upright page, and the height of what stands there."""

    left: float
    right: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page must be turned to be read, and its edges before that, in points."""

    turned: int  # degrees clockwise
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """The height of the upright page."""
        return self.right - self.left if self.turned % 180 else self.top - self.bottom

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A rectangle of the page, as it lies on the upright page."""
        match self.turned:
            case 90:
                return Box(bottom - self.bottom, top - self.bottom, self.right - right, right - left)
            case 180:
                return Box(self.right - right, self.right - left, self.top - top, top - bottom)
            case 270:
                return Box(self.top - top, self.top - bottom, left - self.left, right - left)
        return Box(left - self.left, right - self.left, bottom - self.bottom, top - bottom)


def text_of(page: pdfium.PdfPage) -> tuple[pdfium.PdfTextPage, Frame]:
    """The text of a page, and the frame in which most of it is upright, however the page is shown."""
    textpage, shown = page.get_textpage(), page.get_rotation()
    count = raw.FPDFText_CountChars(textpage)
    angles = Counter(
        -round(raw.FPDFText_GetCharAngle(textpage, place) / (pi / 2)) % 4  # measured clockwise
        for place in range(0, count, count // SAMPLE + 1)
    )
    turned = max(angles, key=angles.__getitem__) * 90 if angles else shown
    if turned != shown:  # pdfium puts what it finds in the order of the page as it is shown
        textpage.close()
        page.set_rotation(turned)
        textpage = page.get_textpage()
        page.set_rotation(shown)
    edges = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, ctypes.byref(edges))
    return textpage, Frame(turned, edges.left, edges.bottom, edges.right, edges.top)


def printed_lines(textpage: pdfium.PdfTextPage, number: int, frame: Frame) -> Iterator[Printed]:
    """The lines of a page, in the order in which they were drawn; `number` counts from 0."""
    units = _utf16(textpage)
    aligned = len(units) == raw.FPDFText_CountChars(textpage)
    for match in _LINE.finditer(units):
        text = match[0].strip()
        start = match.start() + match[0].index(text[0])
        places = range(start, start + len(text))
        if not aligned:
            places = range(
                *(
                    raw.FPDFText_GetCharIndexFromTextIndex(textpage, place)
                    for place in (start, start + len(text))
                )
            )
        if not places:
            continue
        first, last = (_box(textpage, place, frame) for place in (places[0], places[-1]))
        size = min(first.size, last.size)
        if max(first.size, last.size) > 1.08 * size:  # as a reference to a note is smaller
            half = len(text) // 2
            middle = _box(textpage, places[half - text[half].isspace()], frame)
            size = sorted((first.size, middle.size, last.size))[1]
        if last.right <= first.left or abs(last.bottom - first.bottom) > 2 * first.size:
            last = Box(first.left, first.left + first.size * len(text) / 2, first.bottom, first.size)
        pieces: tuple[Piece, ...] = ()
        loose = last.right - first.left > LOOSE * size * len(text)
        if aligned and (loose or raw.FPDFText_CountRects(textpage, places[0], len(places)) > 1):
            pieces = tuple(_pieces(textpage, text, start, first.left, last.right, frame))
        yield Printed(
            text=_readable(text),
            page=number,
            left=first.left,
            right=last.right,
            bottom=first.bottom,
            size=size or 1.0,
            bold=_is_bold(textpage, places[0]) and _is_bold(textpage, places[-1]),
            pieces=pieces,
        )


def _utf16(textpage: pdfium.PdfTextPage) -> str:
    """The text of a page, one character for each UTF-16 code unit, which pdfium counts."""
    count = raw.FPDFText_CountChars(textpage)
    buffer = ctypes.create_string_buffer(2 * count + 2)
    written = raw.FPDFText_GetText(textpage, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    data = buffer.raw[: 2 * max(written - 1, 0)]
    text = data.decode("utf-16-le", "surrogatepass")
    if len(text) * 2 == len(data):
        return text
    return "".join(
        data[place : place + 2].decode("utf-16-le", "surrogatepass") for place in range(0, len(data), 2)
    )


def _readable(units: str) -> str:
    text = units
    if not units.isascii():
        text = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text[:-1] + "-" if text[-1:] in _HYPHENS else text


def _box(textpage: pdfium.PdfTextPage, place: int, frame: Frame) -> Box:
    """The position of a character on the upright page."""
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, place, ctypes.byref(box))
    return frame.box(box.left, box.bottom, box.right, box.top)


def _pieces(
    textpage: pdfium.PdfTextPage, text: str, start: int, left: float, right: float, frame: Frame
) -> Iterator[Piece]:
    begin, least = 0, 0.0
    for match in _SPACE.finditer(text):
        before = _box(textpage, start + match.start() - 1, frame)
        after = _box(textpage, start + match.end(), frame)
        gap = after.left - before.right
        if gap > SPACE * before.size:
            least = least or (WIDE if _is_fixed(*_font(textpage, start)) else SPACE) * before.size
            if gap > least:
                yield _readable(text[begin : match.start()]), left, before.right
                begin, left = match.end(), after.left
    if begin:
        yield _readable(text[begin:]), left, right


def _font(textpage: pdfium.PdfTextPage, place: int) -> tuple[bytes, int]:
    """The name of a character's font, and its flags."""
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, place, name, 128, ctypes.byref(flags))
    return name.value, flags.value


def _is_fixed(name: bytes, flags: int) -> bool:
    return bool(flags & FIXED) or b"courier" in name.lower()


def _is_bold(textpage: pdfium.PdfTextPage, place: int) -> bool:
    return _names_bold(_font(textpage, place)[0])


@lru_cache(1000)
def _names_bold(font: bytes) -> bool:
    return any(word in font.lower() for word in (b"bold", b"black", b"heavy"))
