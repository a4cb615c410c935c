"""Markdown: its front matter, and its text by way of HTML."""

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
    """CommonMark with tables; the YAML before it says what the text is."""
    text = decode(data).replace("\r\n", "\n")
    said: Mapping[str, Any] = {}
    if matter := _FRONT_MATTER.match(text):
        text = text[matter.end() :]
        said = _front_matter(matter[1])
    root = parse_html(MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").render(text))
    return Content(
        lines=html_lines(root) if root is not None else [],
        citation=Citation(
            title=_plain(said.get("title")),
            author=_plain(said.get("author") or said.get("authors")),
            publisher=_plain(said.get("publisher")),
            date=_plain(said.get("date")),
            url=_plain(said.get("url")),
        ),
        language=_plain(said.get("lang") or said.get("language")),
    )


def _front_matter(text: str) -> Mapping[str, Any]:
    try:
        said = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _plain(value: Any) -> str | None:
    """A value of the front matter as a line of text; several are set apart by commas."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value[:20] if isinstance(item, str)) or None
    if isinstance(value, str | float | date) or (isinstance(value, int) and abs(value) < 10**9):
        return one_line(str(value))[:1000] or None
    return None
