"""JSON: its values as lines, each value after its path; also of JSON lines, and of front matter."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Content, Line, block, check_length, one_line
from rodedraad.ingest.readers.decoding import decode

LONGEST_ROW = 600
"""Characters of an object in a list that becomes one line; a longer one has a line for each value."""

MOST_LISTED = 20
"""Lines that are not JSON which a message names."""


class _Pairs(list[tuple[str, Any]]):
    """The names and values of a JSON object, of which two may have the same name."""


def read_json(data: bytes) -> Content:
    """JSON: each value is a line after its path, each object of a list a line of its own."""
    text = _text(data)
    try:
        return Content(list(value_lines(_parsed(text))))
    except json.JSONDecodeError as error:
        try:
            return _lines_of(text)
        except UnreadableDocument:
            raise UnreadableDocument(
                "it is not JSON: line {line} has an error ({error})", line=error.lineno, error=error.msg
            ) from error
    except RecursionError:
        raise UnreadableDocument("its parts are nested too deeply") from None


def read_json_lines(data: bytes) -> Content:
    """JSON lines: each object is a line; those that are not JSON are named as unread."""
    return _lines_of(_text(data))


def _text(data: bytes) -> str:
    text = decode(data)
    check_length(len(text))
    return text


def _lines_of(text: str) -> Content:
    lines: list[Line] = []
    broken: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                lines += value_lines([_parsed(line)])
            except (json.JSONDecodeError, RecursionError):
                broken.append(str(number))
    if not lines and broken:
        raise UnreadableDocument("it is not JSON: none of its lines is")
    if not broken:
        return Content(lines)
    numbers = ", ".join(broken[:MOST_LISTED]) + (" …" if len(broken) > MOST_LISTED else "")
    return Content(lines, unread=(Reason("its lines {lines} are not JSON", {"lines": numbers}),))


def _parsed(text: str) -> Any:
    """The value in JSON, with numbers as they are written."""
    return json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=str)


def value_lines(value: Any, path: str = "") -> Iterator[Line]:
    """The lines of a value: of an object, one for each value in it; of a list, one for each object in it."""
    if (pairs := _pairs(value)) is not None:
        for name, inner in pairs:
            yield from value_lines(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(map(_has_parts, value)):
        for number, item in enumerate(value):
            place = f"{path}[{number}]" if path else ""
            row = "; ".join(_labelled(item, ""))
            if len(row) <= LONGEST_ROW:
                yield from block(one_line(f"{place}: {row}" if place and row else row), tight=True)
            else:
                for labelled in _labelled(item, place):
                    yield from block(labelled, tight=True)
    else:
        for labelled in _labelled(value, path):
            yield from block(labelled, tight=True)


def _labelled(value: Any, path: str) -> Iterator[str]:
    """Each value in a value, after its path."""
    if (pairs := _pairs(value)) is not None:
        for name, inner in pairs:
            yield from _labelled(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(map(_has_parts, value)):
        for number, item in enumerate(value):
            yield from _labelled(item, f"{path}[{number}]")
    elif text := ", ".join(filter(None, map(_plain, value))) if isinstance(value, list) else _plain(value):
        yield f"{path}: {text}" if path else text


def _pairs(value: Any) -> Iterable[tuple[Any, Any]] | None:
    return value if isinstance(value, _Pairs) else value.items() if isinstance(value, Mapping) else None


def _has_parts(value: Any) -> bool:
    return isinstance(value, list | Mapping)


def _plain(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return str(value)
    except ValueError:  # an integer of more digits than are written out
        return ""


def front_matter_lines(matter: Mapping[str, Any], most: int = 1000) -> list[Line]:
    """The first lines of the values in a document's front matter, which may refer to itself."""
    try:
        return list(islice(value_lines(matter), most))
    except RecursionError:
        return []
