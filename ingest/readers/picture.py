"""Picture: the text of a scan or photograph, recognised; each picture of a TIFF is a page."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Content
from rodedraad.ingest.readers.printed_pages import LATE, Page, lines_of, take, unread_pages
from rodedraad.ingest.readers.recognition import LARGEST_SIDE, can_recognise, recognised

MOST_PIXELS = 100_000_000
"""Pixels of the largest picture: an A2 at 400 dots an inch."""

MOST_PAGES = 2_000
"""Pictures of a TIFF that are read."""

DOUBLED_BELOW = 1600
"""Pixels of the longer side below which a picture is doubled before its text is recognised."""

LEAST_PIXELS, LEAST_SIDE = 40_000, 50
"""Pixels, and those of the shorter side, of the smallest picture in a text whose own text is recognised."""

FEWEST_WORDS = 5
"""Words that a picture in a text must hold; others are logos and photographs."""

NOTHING = "it is a picture in which no text was recognised"

PICTURE_HEIGHT = 842.0
"""Points that a picture is taken to be high: those of an A4."""


class Pictures:
    """The pictures in a file."""

    def __init__(self, file: Image.Image) -> None:
        """Read none yet."""
        self._file = file
        self.count = min(getattr(file, "n_frames", 1), MOST_PAGES) if file.format == "TIFF" else 1
        self.is_small = file.width * file.height < LEAST_PIXELS or min(file.size) < LEAST_SIDE

    def __getitem__(self, number: int) -> Image.Image:
        """A picture, from 0: upright, in shades of grey on white, in the size in which it is recognised."""
        with _damage_told():
            self._file.seek(number)
            if self._file.width * self._file.height > MOST_PIXELS:
                raise UnreadableDocument(
                    "it is a picture of more than {most} pixels; make it smaller", most=f"{MOST_PIXELS:,}"
                )
            grey = _grey(ImageOps.exif_transpose(self._file))
            longest = max(grey.size)
            scale = LARGEST_SIDE / longest if longest > LARGEST_SIDE else 2 if longest < DOUBLED_BELOW else 1
            return grey.resize((max(round(grey.width * scale), 1), max(round(grey.height * scale), 1)))


def _grey(picture: Image.Image) -> Image.Image:
    """A picture in eight bits of grey, on white."""
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("L")


@contextmanager
def open_pictures(data: bytes) -> Iterator[Pictures]:
    """The pictures in these bytes; raises UnreadableDocument if they are damaged."""
    with _damage_told():
        file = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"))
        pictures = Pictures(file)
    with file:
        yield pictures


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as error:  # Pillow raises errors of many kinds for damaged files
        raise UnreadableDocument("it is damaged, or not a picture") from error


def read_picture(data: bytes) -> Content:
    """A picture; raises UnreadableDocument if it is damaged, or no text is recognised in it in time."""
    pages: list[Page] = []
    with open_pictures(data) as pictures:
        if not can_recognise():
            raise UnreadableDocument("it is a picture; install tesseract to have its text recognised (OCR)")
        for number, found in recognised(range(pictures.count), pictures.__getitem__):
            pages.append(Page([], PICTURE_HEIGHT))
            take(pages[number], number, found)
    read = tuple(number for number, page in enumerate(pages) if not page.unread)
    missing = unread_pages(pages, [str(number + 1) for number in range(len(pages))])
    if not read:
        late = [reason for reason in missing if reason.text == LATE]
        raise UnreadableDocument.of(*late or [Reason(NOTHING)])
    return Content(lines_of(pages), paged=True, unread=tuple(missing), recognised=read)


def read_shown(data: bytes) -> Content:
    """A picture that a text shows in place; empty if it is small, or holds few words or none.

    Raises UnreadableDocument as `read_picture` does.
    """
    with open_pictures(data) as pictures:
        if pictures.is_small:
            return Content([])
    try:
        content = read_picture(data)
    except UnreadableDocument as error:
        if error.reason.text == NOTHING:
            return Content([])
        raise
    words = sum(len(line.text.split()) for line in content.lines)
    return content if words >= FEWEST_WORDS else Content([])
