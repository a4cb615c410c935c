"""PDF pictures: recognises a page that shows a picture in place of text, as a scan does."""

from itertools import islice

import pypdfium2 as pdfium
import pypdfium2.raw as raw

FULL = 0.5
"""The share of a page that the pictures of a scan cover, at least."""

LEAST_COVERED = 0.05
"""The share of a page without any text that a picture must cover to be missed."""

DRAWN = 100
"""Drawn paths from which a page without text may hold letters drawn as shapes."""

MOST_OBJECTS = 10_000
"""Objects of a page that are looked at."""


def is_picture_page(page: pdfium.PdfPage, share: float) -> bool:
    """Whether pictures cover at least this share of a page; or it is drawn, if it has no text."""
    area = paths = 0.0
    for drawn in islice(page.get_objects(max_depth=1), MOST_OBJECTS):
        paths += drawn.type == raw.FPDF_PAGEOBJ_PATH
        if drawn.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
            left, bottom, right, top = drawn.get_bounds()
            area += (right - left) * (top - bottom)
    width, height = page.get_size()
    return area >= share * width * height or (share == LEAST_COVERED and paths > DRAWN)
