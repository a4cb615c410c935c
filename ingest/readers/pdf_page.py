"""PDF page: an image of a page, and the boxes of a text on it.

The reading text differs from the page in hyphens, line breaks and columns. So the two are compared by
letters and digits only; and piece by piece, where the page has other words in between.
"""

import ctypes
import io
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from rodedraad.ingest.documents import Box, Picture
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers.pdf import is_unread, open_pdf, picture_of, show_forms
from rodedraad.ingest.readers.pdf_fields import field_values
from rodedraad.ingest.readers.pdf_print import page_text
from rodedraad.ingest.readers.picture import open_pictures
from rodedraad.ingest.readers.recognition import can_recognise, recognise
from rodedraad.ingest.readers.tables import CELL_SEPARATOR

LONGEST_SIDE = 1800
"""Pixels of the longer side of the image, for a page of any size."""

HEAD = 1024
"""Bytes at the start of a PDF that hold its mark."""

LEAD = 40  # letters before a text that distinguish it from equal texts on the page
SHORTEST_PIECE = 8  # letters of the shortest piece that is searched for
SHORTEST_CELL = 4  # in a row of a table, whose cells may be apart
SHARE_FOUND = 0.5
"""The share of a text's letters that must be found; fewer may be found by chance."""

BOX_GAP = 1.5  # times the height of a line: a wider space in it separates two boxes
WHOLE_PAGE = 10_000  # hundredths of a percent: the width and height of a page

_MARKS = re.compile(r"[^\w\s]*")
_Edges = tuple[int, int, int, int]
"""Left, top, right and bottom, in hundredths of a percent."""

_NOWHERE = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Glyphs:
    """The characters on a page, and the place of each by its index."""

    text: str
    box: Callable[[int], _Edges]


def draw_page(data: bytes, number: int, before: str, text: str) -> Picture:
    """An image of a page of a PDF or picture file, and the boxes of a text on it; `number` counts from 1.

    `before` is the reading text of the page up to the text. Raises UnreadableDocument if the file or
    the page is damaged, or the file is encrypted.
    """
    if b"%PDF" not in data[:HEAD]:
        with open_pictures(data) as pictures:
            image = pictures[number - 1]
        glyphs = _recognised_glyphs(image)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return _marked(image, glyphs, before, text)
    with open_pdf(data) as document:
        try:
            show_forms(document)
            page = document[number - 1]
            textpage, _ = page_text(page)
            image = page.render(scale=LONGEST_SIDE / max(page.get_size())).to_pil()
        except (IndexError, ArithmeticError, ValueError, pdfium.PdfiumError) as error:
            raise UnreadableDocument("it is damaged: its page {page} cannot be drawn", page=number) from error
        if can_recognise() and is_unread(document, number - 1):
            glyphs = _recognised_glyphs(picture_of(document, number - 1))
        else:
            glyphs = _printed_glyphs(document, page, textpage)
        return _marked(image, glyphs, before, text)


def _marked(image: Image.Image, glyphs: _Glyphs, before: str, text: str) -> Picture:
    png = io.BytesIO()
    image.save(png, "PNG")
    boxes = (
        box
        for places in _places(glyphs.text, before, text)
        for box in _lines(glyphs.box(place) for place in places)
    )
    return Picture(png.getvalue(), image.width, image.height, tuple(boxes))


def _printed_glyphs(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, textpage: pdfium.PdfTextPage
) -> _Glyphs:
    """The characters that a page prints, and then those in its fields."""
    count = raw.FPDFText_CountChars(textpage)
    printed = "".join(chr(raw.FPDFText_GetUnicode(textpage, place)) for place in range(count))
    filled = [(letter, edges) for text, edges in field_values(document, page) for letter in f" {text}"]
    return _Glyphs(
        printed + "".join(letter for letter, _ in filled),
        lambda place: (
            _box(page, textpage, place) if place < count else _area(page, *filled[place - count][1])
        ),
    )


def _recognised_glyphs(picture: Image.Image) -> _Glyphs:
    """The characters that are recognised in a picture, each with the place of its word."""
    found = recognise(picture)
    words = [(word.text, found.place(word)) for line in found.lines for word in line] if found else []
    letters = [(letter, edges) for text, edges in words for letter in f"{text} "]
    across, down = WHOLE_PAGE / picture.width, WHOLE_PAGE / picture.height

    def box(place: int) -> _Edges:
        left, top, right, bottom = letters[place][1]
        return round(left * across), round(top * down), round(right * across), round(bottom * down)

    return _Glyphs("".join(letter for letter, _ in letters), box)


def _squash(text: str) -> str:
    """The letters and digits, in lower case, without accents and ligatures."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def _places(page: str, before: str, text: str) -> Iterator[list[int]]:
    """The indexes of the characters on the page that make up each piece of a text, without spaces."""
    letters = [(letter, place) for place, character in enumerate(page) for letter in _squash(character)]
    cells = [len(_squash(cell)) for cell in text.split(CELL_SEPARATOR)]
    shortest = max(min(SHORTEST_PIECE, *cells), SHORTEST_CELL) if len(cells) > 1 else SHORTEST_PIECE
    squashed = "".join(letter for letter, _ in letters)
    for start, end in _pieces(squashed, _squash(before), _squash(text), shortest):
        first, last = letters[start][1], letters[end - 1][1]
        marks = _MARKS.match(page, last + 1)
        assert marks is not None
        yield [place for place in range(first, marks.end()) if not page[place].isspace()]


def _pieces(page: str, before: str, text: str, shortest: int) -> list[tuple[int, int]]:
    """The spans of a text on a page, all squashed: one span, or else pieces as long as possible."""
    lead = before[-LEAD:]
    sought, done, near = lead + text, 0, len(before) - len(lead)
    pieces = []
    while done < len(sought):
        rest = sought[done:]
        length = bisect_left(range(1, len(rest) + 1), True, key=lambda length: rest[:length] not in page)
        if length < min(shortest, len(text)):
            done += 1
            continue
        start = _nearest(page, rest[:length], near)
        skipped = max(len(lead) - done, 0)
        if skipped < length:
            pieces.append((start + skipped, start + length))
        near = start + length
        done += length
    return pieces if sum(end - start for start, end in pieces) >= SHARE_FOUND * len(text) else []


def _nearest(page: str, piece: str, near: int) -> int:
    """The start of the occurrence of a piece on the page that is nearest to `near`."""
    found = (page.rfind(piece, 0, near + len(piece)), page.find(piece, near))
    return min((start for start in found if start >= 0), key=lambda start: abs(start - near))


def _lines(boxes: Iterable[_Edges]) -> Iterator[Box]:
    """The boxes of characters joined to one for each line, or to several around wide spaces."""
    left = top = right = bottom = 0
    for box in (*boxes, _NOWHERE):
        height = min(bottom - top, box[3] - box[1])
        same_line = min(bottom, box[3]) - max(top, box[1]) > height / 2
        if same_line and left - height < box[0] < right + BOX_GAP * height:
            left, top = min(left, box[0]), min(top, box[1])
            right, bottom = max(right, box[2]), max(bottom, box[3])
            continue
        if left < right and top < bottom:
            yield left / 100, top / 100, (right - left) / 100, (bottom - top) / 100
        left, top, right, bottom = box


def _box(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, place: int) -> _Edges:
    """The box of a character on the page as it is shown."""
    bounds = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, place, ctypes.byref(bounds))
    return _area(page, bounds.left, bounds.bottom, bounds.right, bounds.top)


def _area(page: pdfium.PdfPage, left: float, bottom: float, right: float, top: float) -> _Edges:
    """An area of the page before it is turned, as it is shown."""
    x1, y1 = _shown(page, left, top)
    x2, y2 = _shown(page, right, bottom)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[int, int]:
    """A point of the page as it is shown, from its left and top, in hundredths of a percent."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(
        page, 0, 0, WHOLE_PAGE, WHOLE_PAGE, 0, x, y, ctypes.byref(across), ctypes.byref(down)
    )
    return min(max(across.value, 0), WHOLE_PAGE), min(max(down.value, 0), WHOLE_PAGE)
