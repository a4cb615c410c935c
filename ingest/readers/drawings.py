"""Drawings: the text of the charts and SmartArt diagrams in a Word, PowerPoint or Excel file."""

from collections.abc import Iterator

from lxml.etree import _Element as Element

from rodedraad.ingest.lines import Line, block, one_line
from rodedraad.ingest.readers.number_formats import shown_number
from rodedraad.ingest.readers.numbering import LAST_START
from rodedraad.ingest.readers.raised import Above, joined
from rodedraad.ingest.xml_elements import attribute, child, children, local, whole_number

ChartSeries = tuple[str, dict[int, str], dict[int, str]]
"""The name of a series of a chart, and its categories and values by their place."""


def drawn_text(parent: Element) -> str:
    """The text of a shape, a cell or a title, with spaces between its paragraphs; not what is struck out."""
    return joined(map(_drawn, parent.iter("{*}t", "{*}br", "{*}p")))


def _drawn(element: Element) -> str:
    if local(element) != "t":
        return " " if local(element) == "p" else "\n"
    run = element.getparent()
    properties = None if run is None else child(run, "rPr")
    if is_struck(properties):
        return ""
    above = whole_number(attribute(properties, "baseline"), 0, 1_000_000, otherwise=0) > 0
    return Above(element.text or "") if above else element.text or ""


def is_struck(properties: Element | None) -> bool:
    """Whether the properties of a run in a drawing strike it out."""
    return attribute(properties, "strike") in ("sngStrike", "dblStrike")


def chart_lines(chart: Element, page: int = 0) -> Iterator[Line]:
    """A chart: its title, the titles of its axes, and the values of each category."""
    titles = {one_line(_title(title)): None for title in chart.iter("{*}title")}
    for title in filter(None, titles):
        yield from block(title, page=page)
    yield from series_lines([*_series(chart), *_extended_series(chart)], page)


def series_lines(series: list[ChartSeries], page: int = 0) -> Iterator[Line]:
    """The rows of a chart as a table: each category, and its values after the names of their series."""
    labels: dict[int, str] = {}
    for _, categories, values in series:
        for place in sorted({*categories, *values}):
            labels.setdefault(place, categories.get(place, ""))
    tight = False
    for place in sorted(labels):
        cells = [labels[place]]
        for name, _, values in series:
            if value := values.get(place):
                cells.append(f"{name}: {value}" if name else value)
        yield from block(" | ".join(filter(None, cells)), page=page, tight=tight)
        tight = True


def _title(title: Element) -> str:
    return drawn_text(title) or " ".join(each.text or "" for each in title.iter("{*}v"))


def _series(chart: Element) -> Iterator[ChartSeries]:
    """The series of a chart in the form that all versions of Office write."""
    language = (attribute(child(chart, "lang"), "val") or "en")[:2]
    for series in chart.iter("{*}ser"):
        categories, values = child(series, "cat"), child(series, "val")
        if values is None:
            categories, values = child(series, "xVal"), child(series, "yVal")
        name = " ".join(_points(child(series, "tx"), language).values())
        yield one_line(name), _points(categories, language), _points(values, language)


def _points(parent: Element | None, language: str) -> dict[int, str]:
    """The text of each point, by its place; that of several levels, the outermost first."""
    if parent is None:
        return {}
    levels = list(parent.iter("{*}lvl")) or [parent]
    code = next((each.text or "" for each in parent.iter("{*}formatCode")), "")
    found: dict[int, str] = {}
    for level in levels:
        for point in level.iter("{*}pt"):
            place = whole_number(attribute(point, "idx"), 0, LAST_START, otherwise=0)
            value = child(point, "v")
            text = one_line("" if value is None else value.text or "")
            if next(parent.iter("{*}numCache"), None) is not None:
                text = _number(text, code, language)
            found[place] = f"{text} {found[place]}" if place in found else text
    if not found:
        found = {0: one_line(" ".join(each.text or "" for each in parent.iterchildren("{*}v")))}
    return found


def _number(text: str, code: str, language: str) -> str:
    try:
        return shown_number(float(text), code, language)
    except ValueError:
        return text


def _extended_series(chart: Element) -> Iterator[ChartSeries]:
    """The series of the kinds of chart that Office has since 2016, such as a waterfall."""
    for data in chart.iter("{*}data"):
        texts, numbers = ({**_extended_points(each)} for each in (_of(data, "strDim"), _of(data, "numDim")))
        if texts or numbers:
            yield "", texts, numbers


def _of(data: Element, name: str) -> list[Element]:
    return list(data.iterchildren("{*}" + name))[:1]


def _extended_points(dimensions: list[Element]) -> dict[int, str]:
    return {
        whole_number(attribute(point, "idx"), 0, LAST_START, otherwise=0): one_line(point.text or "")
        for dimension in dimensions
        for point in dimension.iter("{*}pt")
    }


_NO_TEXT_OF_ITS_OWN = frozenset(["pres", "parTrans", "sibTrans"])


def diagram_lines(data: Element, page: int = 0) -> Iterator[Line]:
    """A SmartArt diagram: the text of each of its shapes, those below a shape after it."""
    points = {
        attribute(point, "modelId") or "": point
        for point in children(data, "ptLst")
        if attribute(point, "type") not in _NO_TEXT_OF_ITS_OWN
    }
    below: dict[str, list[tuple[int, str]]] = {}
    for link in children(data, "cxnLst"):
        if attribute(link, "type") in (None, "parOf"):
            order = whole_number(attribute(link, "srcOrd"), 0, LAST_START, otherwise=0)
            below.setdefault(attribute(link, "srcId") or "", []).append(
                (order, attribute(link, "destId") or "")
            )
    roots = [id for id, point in points.items() if attribute(point, "type") == "doc"]
    waiting = [*reversed(points), *roots]
    tight = False
    while waiting:
        id = waiting.pop()
        point = points.pop(id, None)
        if point is None:
            continue
        waiting += [lower for _, lower in sorted(below.get(id, ()), reverse=True)]
        for text in point.iterfind("{*}t/{*}p"):
            yield from block(drawn_text(text), page=page, tight=tight)
            tight = True
