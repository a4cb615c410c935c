"""PDF fields: the values of a form's fields, and text typed over a page, as lines of the page."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rodedraad.ingest.lines import one_line
from rodedraad.ingest.readers.pdf_print import Frame, Printed, UprightBox
from rodedraad.ingest.readers.symbol_fonts import TICKED, UNTICKED

Edges = tuple[float, float, float, float]
"""Left, bottom, right and top on the page before it is turned, in points."""

LARGEST_TYPE = 11.0
"""Points of the largest type that is assumed in a field; its box may be higher."""

NEAR = 4.0
"""Times its height: a label is no further from its box."""

MOST_ANNOTATIONS = 5_000
"""Annotations of a page that are looked at."""

_HIDDEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_BOXES = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_TYPED = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)


def with_fields(
    lines: list[Printed], document: pdfium.PdfDocument, page: pdfium.PdfPage, number: int, frame: Frame
) -> list[Printed]:
    """The lines of a page, each value after the line that is before or above it.

    The document's forms must have been initialised. `number` is the page's, from 0.
    """
    for filled in _filled(document, page, number, frame):
        if filled.text in (TICKED, UNTICKED) and (label := _beside(lines, filled)) is not None:
            lines[label] = _ticked(lines[label], filled)
        else:
            place = _place(lines, filled)
            lines = [*lines[:place], filled, *lines[place:]]
    return lines


def _beside(lines: Sequence[Printed], box: Printed) -> int | None:
    """The index of the line beside a box to tick: the one to its right, or else to its left."""
    near = [
        (line.right < box.left, max(line.left - box.right, box.left - line.right), place)
        for place, line in enumerate(lines)
        if abs(line.bottom - box.bottom) < box.size
    ]
    return min((each[2] for each in [min(near)] if each[1] < NEAR * box.size), default=None) if near else None


def _ticked(label: Printed, box: Printed) -> Printed:
    """A label with its box; the piece of the line beside the box, if it has several."""
    pieces = label.pieces or ((label.text, label.left, label.right),)
    number = min(range(len(pieces)), key=lambda n: (pieces[n][2] < box.left, abs(pieces[n][1] - box.right)))
    text, left, right = pieces[number]
    after = right < box.left
    piece = (
        f"{text} {box.text}" if after else f"{box.text} {text}",
        min(left, box.left),
        max(right, box.right),
    )
    pieces = (*pieces[:number], piece, *pieces[number + 1 :])
    return replace(
        label,
        text=" ".join(text for text, _, _ in pieces),
        left=pieces[0][1],
        right=pieces[-1][2],
        pieces=pieces if len(pieces) > 1 else (),
    )


def _place(lines: Sequence[Printed], filled: Printed) -> int:
    """The index of the line before which a value is read: beside the nearest line."""
    if not lines:
        return 0

    def distance(place: int) -> tuple[float, float]:
        line = lines[place]
        down = abs(line.bottom - filled.bottom)
        return (0.0 if down < filled.size else down), abs(line.left - filled.left)

    nearest = min(range(len(lines)), key=distance)
    line = lines[nearest]
    beside = abs(line.bottom - filled.bottom) < filled.size
    return nearest + (line.left < filled.left if beside else line.bottom > filled.bottom)


def _filled(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, number: int, frame: Frame
) -> Iterator[Printed]:
    """The values of a page, in the order of the file."""
    for text, edges in field_values(document, page):
        yield from _lines(text, frame.box(*edges), number)


def field_values(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> Iterator[tuple[str, Edges]]:
    """What the fields and typed texts of a page show, each with its place."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            text = _shown(document, annotation)
            bounds = raw.FS_RECTF()
            if text and raw.FPDFAnnot_GetRect(annotation, ctypes.byref(bounds)):
                yield text, (bounds.left, bounds.bottom, bounds.right, bounds.top)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _lines(text: str, box: UprightBox, number: int) -> Iterator[Printed]:
    """The lines of a value, from the top of its box."""
    texts = [line for each in text.splitlines() if (line := one_line(each))]
    step = box.size / max(len(texts), 1)
    size = max(min(LARGEST_TYPE, step), 1.0)
    for place, line in enumerate(texts):
        bottom = box.bottom + box.size - (place + 0.5) * step - size / 2
        yield Printed(line, number, box.left, box.right, bottom, size, filled=True)


def _shown(document: pdfium.PdfDocument, annotation: object) -> str:
    """What an annotation shows on the page: the value of a field or a typed text; empty for others."""
    if raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return ""
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return _string(lambda *buffer: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *buffer))
    if kind != raw.FPDF_ANNOT_WIDGET or document.formenv is None:
        return ""
    field = raw.FPDFAnnot_GetFormFieldType(document.formenv, annotation)
    if field in _BOXES:
        return TICKED if raw.FPDFAnnot_IsChecked(document.formenv, annotation) else UNTICKED
    if field in _TYPED:
        return _string(lambda *buffer: raw.FPDFAnnot_GetFormFieldValue(document.formenv, annotation, *buffer))
    return ""


def _string(get: Callable[..., int]) -> str:
    """The string that a function of pdfium writes into a buffer, as UTF-16."""
    length = get(None, 0)
    if length <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2))()
    get(buffer, length)
    return bytes(buffer)[:-2].decode("utf-16-le", "replace")
