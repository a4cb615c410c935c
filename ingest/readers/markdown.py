"""Markdown: its front matter, and its text converted to HTML."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml
from markdown_it import MarkdownIt

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.lines import Content, one_line
from rodedraad.ingest.readers.html import html_lines, parse_html
from rodedraad.ingest.readers.text import decode

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---(?:\n|\Z)", re.DOTALL)


def read_markdown(data: bytes) -> Content:
    """CommonMark with tables, after optional YAML with the title and the like."""
    text = decode(data).replace("\r\n", "\n")
    given: Mapping[str, Any] = {}
    if matter := _FRONT_MATTER.match(text):
        text = text[matter.end() :]
        given = _front_matter(matter[1])
    root = parse_html(MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").render(text))
    return Content(
        lines=html_lines(root) if root is not None else [],
        citation=Citation(
            title=_plain(given.get("title")),
            author=_plain(given.get("author") or given.get("authors")),
            publisher=_plain(given.get("publisher")),
            date=_plain(given.get("date")),
            url=_plain(given.get("url")),
        ),
        language=_plain(given.get("lang") or given.get("language")),
    )


def _front_matter(text: str) -> Mapping[str, Any]:
    try:
        given = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _plain(value: Any) -> str | None:
    """A value of the front matter as a line of text; a list is joined by commas."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value[:20] if isinstance(item, str)) or None
    if isinstance(value, str | float | date) or (isinstance(value, int) and abs(value) < 10**9):
        return one_line(str(value))[:1000] or None
    return None
