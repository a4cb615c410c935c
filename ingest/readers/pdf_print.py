"""PDF print: the lines of a page as pdfium finds them, with their place, type and wide spaces."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import pi

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rodedraad.ingest.readers.raised import raised

_LINE = re.compile(r"[^\r\n\ufffe\x02]*[^\s\ufffe\x02][^\r\n\ufffe\x02]*[\ufffe\x02]?")
_SPACE = re.compile(r"(?<=\S)\s+(?=\S)")
_NUMBER = re.compile(r"\d[\d+−–-]*\d")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]{2,}")
_HYPHENS = "\ufffe\x02"  # pdfium's characters for a hyphen at the end of a line

SPACE = 0.45
"""Times the type size: a wider space in a line may separate two cells of a table."""


STRETCHED, EQUAL = 1.1, 0.12
"""Times the type size: the widest spaces of a line that fills its column, and how much they differ."""

FIXED, WIDE = 1, 0.8
"""The flag of a font whose spaces are as wide as its letters; and what SPACE is there."""

LOOSE = 0.62
"""Times the type size: a greater width for each character shows that there are wide spaces between."""

RAISED_SIZE = 0.9
"""Times the type size before it: digits above the line are of at most this size."""

DIRECTION_SAMPLE = 40
"""The characters of a page that show which way most of its text runs."""

LETTER_OVERLAP = 1.0
"""Points by which a letter may reach into a rule beside it."""

Rule = tuple[float, float, float]
"""Where a rule begins and ends, and its distance from the page's lower or left edge, in points."""

Piece = tuple[str, float, float]
"""A part of a line between wide spaces: its text, left and right edge."""


# What pdfium writes its answers into, again for each character.
_rectangle, _name, _flags = raw.FS_RECTF(), ctypes.create_string_buffer(128), ctypes.c_int()
_rectangle_at, _flags_at = ctypes.byref(_rectangle), ctypes.byref(_flags)


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
    start: int = -1  # the index of its first character on the page; -1 if that is not known


@dataclass(slots=True)
class UprightBox:
    """A place on the upright page, and the height of what is there."""

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

    def box(self, left: float, bottom: float, right: float, top: float) -> UprightBox:
        """A rectangle of the page, as it lies on the upright page."""
        match self.turned:
            case 0:
                return UprightBox(left - self.left, right - self.left, bottom - self.bottom, top - bottom)
            case 90:
                return UprightBox(bottom - self.bottom, top - self.bottom, self.right - right, right - left)
            case 180:
                return UprightBox(self.right - right, self.right - left, self.top - top, top - bottom)
        return UprightBox(self.top - top, self.top - bottom, left - self.left, right - left)


def page_text(page: pdfium.PdfPage) -> tuple[pdfium.PdfTextPage, Frame]:
    """The text of a page, and the frame in which most of it is upright, however the page is shown."""
    textpage, shown = page.get_textpage(), page.get_rotation()
    count = raw.FPDFText_CountChars(textpage)
    angles = Counter(
        -round(raw.FPDFText_GetCharAngle(textpage, place) / (pi / 2)) % 4  # measured clockwise
        for place in range(0, count, count // DIRECTION_SAMPLE + 1)
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
        first, last = _box(textpage, places[0], frame), _box(textpage, places[-1], frame)
        size = min(first.size, last.size)
        if max(first.size, last.size) > 1.08 * size:  # as a reference to a note is smaller
            half = len(text) // 2
            middle = _box(textpage, places[half - text[half].isspace()], frame)
            size = sorted((first.size, middle.size, last.size))[1]
        if last.right <= first.left or abs(last.bottom - first.bottom) > 2 * first.size:
            last = UprightBox(first.left, first.left + first.size * len(text) / 2, first.bottom, first.size)
        shown = _readable(text)
        known = aligned and len(shown) == len(text)
        if known and _NUMBER.search(shown):
            shown = _with_raised(textpage, shown, start, frame)
        if known and not shown.isascii():
            shown = _RIGHT_TO_LEFT.sub(partial(_as_read, textpage, start, frame), shown)
        pieces: tuple[Piece, ...] = ()
        loose = last.right - first.left > LOOSE * size * len(text)
        if known and (loose or raw.FPDFText_CountRects(textpage, places[0], len(places)) > 1):
            pieces = tuple(_pieces(textpage, shown, start, first.left, last.right, frame))
        yield Printed(
            text=shown,
            page=number,
            left=first.left,
            right=last.right,
            bottom=first.bottom,
            size=size or 1.0,
            bold=_is_bold(textpage, places[0]) and _is_bold(textpage, places[-1]),
            pieces=pieces,
            start=start if known else -1,
        )


def _with_raised(textpage: pdfium.PdfTextPage, text: str, start: int, frame: Frame) -> str:
    """The text, in which the smaller digits at the end of a number are above the line."""

    def mended(number: re.Match[str]) -> str:
        first, *_, last = range(start + number.start(), start + number.end())
        normal = _box(textpage, first, frame)
        for place in range(last, first, -1):
            box = _box(textpage, place, frame)
            if box.size > RAISED_SIZE * normal.size or box.bottom <= normal.bottom:
                split = place + 1 - start - number.start()
                return number[0][:split] + raised(number[0][:split], number[0][split:])
        return number[0][0] + raised(number[0][0], number[0][1:])

    return _NUMBER.sub(mended, text)


def _as_read(textpage: pdfium.PdfTextPage, start: int, frame: Frame, word: re.Match[str]) -> str:
    """A word of a script that runs to the left, in the order in which it is read."""
    first, last = (_box(textpage, start + place, frame) for place in (word.start(), word.end() - 1))
    return word[0][::-1] if first.left < last.left else word[0]


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


def _box(textpage: pdfium.PdfTextPage, place: int, frame: Frame) -> UprightBox:
    """The position of a character on the upright page."""
    raw.FPDFText_GetLooseCharBox(textpage, place, _rectangle_at)
    return frame.box(_rectangle.left, _rectangle.bottom, _rectangle.right, _rectangle.top)


def _pieces(
    textpage: pdfium.PdfTextPage, text: str, start: int, left: float, right: float, frame: Frame
) -> Iterator[Piece]:
    """The parts of a line between wide spaces; none where all spaces are equally wide, as in a full line."""
    spaces = []
    for match in _SPACE.finditer(text):
        before = _box(textpage, start + match.start() - 1, frame)
        after = _box(textpage, start + match.end(), frame)
        spaces.append((after.left - before.right, before, after, match))
    widths = [width / before.size for width, before, *_ in spaces if before.size]
    if len(widths) > 2 and max(widths) < STRETCHED and max(widths) - min(widths) < EQUAL:
        return
    begin, least = 0, 0.0
    for gap, before, after, match in spaces:
        if gap > SPACE * before.size:
            least = least or (WIDE if _is_fixed(*_font(textpage, start)) else SPACE) * before.size
            if gap > least:
                yield text[begin : match.start()], left, before.right
                begin, left = match.end(), after.left
    if begin:
        yield text[begin:], left, right


def parted_by_rules(
    line: Printed, textpage: pdfium.PdfTextPage, frame: Frame, down: Sequence[Rule]
) -> Printed:
    """The line with the rules that run down through one of its spaces parting pieces too."""
    middle = line.bottom + line.size / 2
    places = [place for low, high, place in down if low < middle < high and line.left < place < line.right]
    if line.start < 0 or not places:
        return line
    ends = {right for _, _, right in line.pieces}
    pieces: list[Piece] = []
    begin, left = 0, line.left
    for match in _SPACE.finditer(line.text):
        before = _box(textpage, line.start + match.start() - 1, frame)
        after = _box(textpage, line.start + match.end(), frame)
        ruled = any(before.right - LETTER_OVERLAP < place < after.left + LETTER_OVERLAP for place in places)
        if ruled or before.right in ends:
            pieces.append((line.text[begin : match.start()], left, before.right))
            begin, left = match.end(), after.left
    pieces.append((line.text[begin:], left, line.right))
    return replace(line, pieces=tuple(pieces) if begin else ())


def _font(textpage: pdfium.PdfTextPage, place: int) -> tuple[bytes, int]:
    """The name of a character's font, and its flags."""
    raw.FPDFText_GetFontInfo(textpage, place, _name, len(_name), _flags_at)
    return _name.value, _flags.value


def _is_fixed(name: bytes, flags: int) -> bool:
    return bool(flags & FIXED) or b"courier" in name.lower()


def _is_bold(textpage: pdfium.PdfTextPage, place: int) -> bool:
    return _names_bold(_font(textpage, place)[0])


@lru_cache(1000)
def _names_bold(font: bytes) -> bool:
    return any(word in font.lower() for word in (b"bold", b"black", b"heavy"))
