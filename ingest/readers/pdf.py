"""PDF: the lines of printed pages in reading order, with their layout.

A PDF gives the position of each character, and no paragraphs. pdfium gives lines in the order in
which they were drawn; where columns were drawn row by row, they are reordered column by column. The
spacing, indent, type size and width of each line then show `ingest.reflow` where paragraphs end.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Content, Line, one_line
from rodedraad.ingest.running_heads import without_running_heads

_LINE = re.compile(r"[^\r\n\ufffe\x02]*[^\s\ufffe\x02][^\r\n\ufffe\x02]*[\ufffe\x02]?")
_HYPHENS = "\ufffe\x02"  # pdfium's characters for a hyphen at the end of a line
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_UNKNOWN = re.compile("[\0-\x08\ue000-\uf8ff\ufffd]")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_SENTENCE_END = re.compile(r"[.!?…;,]$")
_NO_METADATA = re.compile(
    r"(?i)\(?(anonymous|unspecified|unknown)\)?|untitled|naamloos|sans titre"
    r"|(microsoft \w+ - )?\S*\.(docx?|pptx?|indd|qxd|pdf|tex|dvi)"
)

MOST_UNKNOWN = 0.3
"""The share of characters without a letter from which a PDF has no readable text."""

LARGER = 1.12
"""A line whose type is this many times as large as the body text's is a heading."""

WIDER = 1.35
"""A line distance this many times the usual for its type size separates paragraphs."""

APART = 1.85  # times the type size: lines at a greater distance are not one heading
LEADING = 1.2  # times the type size: the customary line distance
INDENT = 0.7  # times the type size: a line with a greater indent is indented
GUTTER = 1.2  # times the type size: a wider space may separate two columns
COLUMN = 3  # lines from which the longest shows the width of the column
PROSE = 20  # characters that at least half of the lines of a column have
LONGEST_HEADING = 200  # characters


@dataclass(slots=True)
class _Printed:
    """A line as printed; lengths in points, from the lower left corner of the upright page."""

    text: str
    page: int  # counted from 0
    left: float
    right: float
    bottom: float
    size: float
    bold: bool
    gaps: tuple[tuple[int, float, float], ...] = ()  # wide spaces: index in the text, left, right


def read_pdf(data: bytes) -> Content:
    """A PDF; raises UnreadableDocument if it is damaged, encrypted, or a scan without text."""
    with open_pdf(data) as document:
        pages = [list(_printed(document, number)) for number in range(len(document))]
        metadata = document.get_metadata_dict()
    text = "".join(line.text for page in pages for line in page)
    if not text:
        raise UnreadableDocument(
            "it holds no text, only pictures, as a scan does; run text recognition (OCR) on it first"
        )
    if len(_UNKNOWN.findall(text)) > MOST_UNKNOWN * len(text):
        raise UnreadableDocument(
            "its fonts do not give the letters that they draw; run text recognition (OCR) on it first"
        )
    date = _DATE.match(metadata.get("CreationDate", ""))
    title, author = one_line(metadata.get("Title", "")), one_line(metadata.get("Author", ""))
    citation = Citation(
        title=None if not title or _NO_METADATA.fullmatch(title) else title,
        author=None if not author or _NO_METADATA.fullmatch(author) else author,
        date="-".join(filter(None, date.groups())) if date else None,
    )
    return Content(list(_lines(pages)), paged=True, citation=citation)


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """The PDF in these bytes; raises UnreadableDocument if it is damaged or encrypted."""
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableDocument("it is protected by a password; save it again without one") from error
        raise UnreadableDocument("it is damaged, or not a PDF") from error


def _printed(document: pdfium.PdfDocument, number: int) -> Iterator[_Printed]:
    """The lines of a page in pdfium's order."""
    try:
        page = document[number]
        textpage = page.get_textpage()
    except pdfium.PdfiumError as error:
        raise UnreadableDocument("it is damaged: its page {page} cannot be read", page=number + 1) from error
    turned = page.get_rotation()
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
        first, last = (_box(textpage, place, turned) for place in (places[0], places[-1]))
        if last.right <= first.left or abs(last.bottom - first.bottom) > 2 * first.size:
            last = _Box(first.left + first.size * len(text) / 2, first.left, first.bottom, first.size)
        gaps: tuple[tuple[int, float, float], ...] = ()
        if raw.FPDFText_CountRects(textpage, places[0], len(places)) > 1 and aligned:
            gaps = tuple(_gaps(textpage, text, start, turned))
        yield _Printed(
            text=_readable(text),
            page=number,
            left=first.left,
            right=last.right,
            bottom=first.bottom,
            size=min(first.size, last.size) or 1.0,
            bold=_is_bold(textpage, places[0]) and _is_bold(textpage, places[-1]),
            gaps=gaps,
        )
    textpage.close()
    page.close()


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
        text = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").translate(_LIGATURES)
    return text[:-1] + "-" if text[-1:] in _HYPHENS else text


@dataclass(slots=True)
class _Box:
    right: float
    left: float
    bottom: float
    size: float


def _box(textpage: pdfium.PdfTextPage, place: int, turned: int) -> _Box:
    """The position of a character on the page, rotated as it is shown."""
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, place, ctypes.byref(box))
    left, bottom, right, top = box.left, box.bottom, box.right, box.top
    for _ in range(turned // 90):
        left, bottom, right, top = bottom, -right, top, -left
    return _Box(right, left, bottom, top - bottom)


def _gaps(
    textpage: pdfium.PdfTextPage, text: str, start: int, turned: int
) -> Iterator[tuple[int, float, float]]:
    for match in re.finditer(r"\S(\s+)\S", text):
        before = _box(textpage, start + match.start(), turned)
        after = _box(textpage, start + match.end() - 1, turned)
        if after.left - before.right > GUTTER * before.size:
            yield match.start(1), before.right, after.left


def _is_bold(textpage: pdfium.PdfTextPage, place: int) -> bool:
    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(textpage, place, name, 128, ctypes.byref(ctypes.c_int()))
    return _names_bold(name.value)


@lru_cache(1000)
def _names_bold(font: bytes) -> bool:
    return any(word in font.lower() for word in (b"bold", b"black", b"heavy"))


def _lines(pages: Sequence[Sequence[_Printed]]) -> Iterator[Line]:
    """The lines of all pages in reading order, without running heads and page numbers."""
    kept = list(_without_running_heads(pages))
    if not kept:
        return
    sizes: Counter[float] = Counter()
    for line in kept:
        sizes[round(line.size * 2) / 2] += len(line.text)
    body = sizes.most_common(1)[0][0]
    bold_body = sum(len(line.text) for line in kept if line.bold) > sum(len(line.text) for line in kept) / 2
    larger = sorted({round(line.size * 2) / 2 for line in kept if line.size > LARGER * body}, reverse=True)
    ranks = {size: min(rank, 5) for rank, size in enumerate(larger, 1)}
    levels: list[int] = []
    for line in kept:
        level = ranks.get(round(line.size * 2) / 2, 0)
        if not level and line.bold and not bold_body and not _SENTENCE_END.search(line.text):
            level = min(len(ranks), 5) + 1
        levels.append(level if any(c.isalpha() for c in line.text) and len(line.text) > 2 else 0)
    leadings = _leadings(kept)
    runs = [[place for place, _ in run] for _, run in groupby(enumerate(_runs(kept, levels)), itemgetter(1))]
    columns = [_reach(kept[run[0] : run[-1] + 1]) for run in runs if len(run) >= COLUMN]
    column = median(columns) if columns else 0.0
    for run in runs:
        lines, level = kept[run[0] : run[-1] + 1], levels[run[0]]
        if sum(len(line.text) for line in lines) > LONGEST_HEADING:
            level = 0
        yield from _placed(lines, level, leadings, column if level or len(run) < COLUMN else 0.0)


def _reach(run: Sequence[_Printed]) -> float:
    return max(line.right for line in run) - min(line.left for line in run)


def _without_running_heads(pages: Sequence[Sequence[_Printed]]) -> Iterator[_Printed]:
    """The lines in reading order, without those at the top or bottom that pages share."""
    on_page = [sorted(page, key=lambda line: -line.bottom) for page in pages]
    lines = [
        Line(one_line(printed.text), printed.page, size=printed.size) for page in on_page for printed in page
    ]
    order = {
        id(line): printed for line, printed in zip(lines, (p for page in on_page for p in page), strict=True)
    }
    kept = {id(order[id(line)]) for line in without_running_heads(lines)}
    for number, page in enumerate(pages, 1):
        if page and (lowest := min(page, key=lambda line: line.bottom)).text == str(number):
            kept.discard(id(lowest))  # a page number, even of the only page
        yield from _by_column([line for line in page if id(line) in kept])


def _by_column(lines: list[_Printed]) -> Iterable[_Printed]:
    """The lines of a page; columns that were drawn row by row are put one after the other."""
    if (gutter := _gutter(lines)) is None:
        return lines
    ordered: list[_Printed] = []
    right: list[_Printed] = []
    for line in lines:
        gap = next((gap for gap in line.gaps if abs(gap[2] - gutter) < GUTTER * line.size), None)
        if gap is not None:
            place, end, start = gap
            text = line.text
            ordered.append(
                _Printed(text[:place], line.page, line.left, end, line.bottom, line.size, line.bold)
            )
            right.append(
                _Printed(
                    text[place:].strip(), line.page, start, line.right, line.bottom, line.size, line.bold
                )
            )
        elif line.left > gutter - GUTTER * line.size:
            right.append(line)
        else:
            if line.right > gutter:  # it spans both columns
                ordered += right
                right = []
            ordered.append(line)
    return ordered + right


def _gutter(lines: list[_Printed]) -> float | None:
    """The left edge of the right one of two columns, if most lines of the page run across both."""
    found = [(line, gap) for line in lines for gap in line.gaps if len(line.gaps) == 1]
    if len(found) < max(5, len(lines) // 3):
        return None
    gutter = median(start for _, (_, _, start) in found)
    fitting = [(line, place) for line, (place, _, start) in found if abs(start - gutter) < GUTTER * line.size]
    shorter = sorted(min(place, len(line.text) - place) for line, place in fitting)
    if len(fitting) < 0.7 * len(found) or shorter[len(shorter) // 2] < PROSE:
        return None
    return gutter


def _leadings(lines: Sequence[_Printed]) -> dict[float, float]:
    """The usual distance from one line to the next, in points, by type size."""
    found: dict[float, Counter[float]] = {}
    for before, line in pairwise(lines):
        down = before.bottom - line.bottom
        if before.page == line.page and 0.5 * line.size < down < 2.5 * line.size:
            found.setdefault(round(line.size), Counter())[round(down * 2) / 2] += 1
    return {size: counts.most_common(1)[0][0] for size, counts in found.items()}


def _runs(lines: Sequence[_Printed], levels: Sequence[int]) -> Iterator[int]:
    """A run number for each line; lines in one column and one type size share it."""
    number = 0
    for place, line in enumerate(lines):
        if place:
            before = lines[place - 1]
            if (
                line.page != before.page
                or line.bottom > before.bottom + line.size / 4
                or abs(line.size - before.size) > 0.08 * before.size
                or levels[place] != levels[place - 1]
            ):
                number += 1
        yield number


def _placed(
    run: Sequence[_Printed], level: int, leadings: dict[float, float], column: float
) -> Iterator[Line]:
    """The lines of a run, with their gap, indent and width; `column` is the least column width in points."""
    edge = max(max(line.right for line in run), min(line.left for line in run) + column)
    margin = Counter(round(line.left) for line in run).most_common(1)[0][0]
    before: _Printed | None = None
    for line in run:
        usual = leadings.get(round(line.size), LEADING * line.size)
        if level:  # the distance between two headings is not the line distance within one
            usual = min(usual, LEADING * line.size)
        down = before.bottom - line.bottom if before else 0.0
        indent = line.left - (before.left if before else margin)
        full = len(line.text) * (edge - line.left) / max(line.right - line.left, 1.0)
        yield Line(
            text=one_line(line.text),
            page=line.page,
            gap=(down > WIDER * usual) + (down > APART * line.size),
            indented=indent > INDENT * line.size,
            width=max(round(full), 1),
            level=level,
        )
        before = line
