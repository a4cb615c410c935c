"""PDF rules: the lines and edges of boxes that a page draws between the cells of its tables."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rodedraad.ingest.readers.pdf_print import Frame, Rule

SHORTEST_STROKE = 10.0
"""Points of the shortest stroke that may be a part of a rule."""

THICKEST = 2.0
"""Points of the thickest rule."""

STROKE_GAP = 2.0
"""Points by which two strokes of one rule are parted at most."""

MOST_STROKES = 20_000
"""Strokes of a page that are looked at: a drawing has more than a table."""


@dataclass(slots=True)
class Rules:
    """The rules of a page; strokes in one line are one."""

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    parts: list[Rule] = field(default_factory=list)  # what is drawn of those across, between gaps


def rules(page: pdfium.PdfPage, frame: Frame) -> Rules:
    """The rules of a page, on the upright page."""
    across: dict[int, list[Rule]] = {}
    down: dict[int, list[Rule]] = {}
    for stroke in islice(_strokes(page), MOST_STROKES):
        box = frame.box(*stroke)
        if box.size < THICKEST and box.right - box.left > SHORTEST_STROKE:
            place = box.bottom + box.size / 2
            across.setdefault(round(place), []).append((box.left, box.right, place))
        elif box.right - box.left < THICKEST and box.size > SHORTEST_STROKE:
            place = (box.left + box.right) / 2
            down.setdefault(round(place), []).append((box.bottom, box.bottom + box.size, place))
    return Rules(
        list(map(_whole, across.values())),
        list(map(_whole, down.values())),
        [part for strokes in across.values() for part in _parts(strokes)],
    )


def _whole(strokes: list[Rule]) -> Rule:
    return min(start for start, _, _ in strokes), max(end for _, end, _ in strokes), strokes[-1][2]


def _parts(strokes: list[Rule]) -> list[Rule]:
    """The strokes in one line, those that touch joined."""
    parts: list[Rule] = []
    for start, end, place in sorted(strokes):
        if parts and start < parts[-1][1] + STROKE_GAP:
            parts[-1] = parts[-1][0], max(end, parts[-1][1]), place
        else:
            parts.append((start, end, place))
    return parts


def _strokes(page: pdfium.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """Left, bottom, right and top of each straight stroke."""
    x, y = ctypes.c_float(), ctypes.c_float()
    matrix = raw.FS_MATRIX()
    for number in range(min(raw.FPDFPage_CountObjects(page), MOST_STROKES)):
        drawn = raw.FPDFPage_GetObject(page, number)
        if raw.FPDFPageObj_GetType(drawn) != raw.FPDF_PAGEOBJ_PATH:
            continue
        raw.FPDFPageObj_GetMatrix(drawn, ctypes.byref(matrix))
        before: tuple[float, float] | None = None
        for place in range(min(raw.FPDFPath_CountSegments(drawn), MOST_STROKES)):
            segment = raw.FPDFPath_GetPathSegment(drawn, place)
            raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            across = matrix.a * x.value + matrix.c * y.value + matrix.e
            up = matrix.b * x.value + matrix.d * y.value + matrix.f
            if before and raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO:
                yield (*map(min, before, (across, up)), *map(max, before, (across, up)))
            before = across, up
