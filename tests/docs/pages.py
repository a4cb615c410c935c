"""Pages: what the project's Markdown files hold: blocks of code, links and headings."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:7860"
"""Where the pages let the chat be served."""

PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")), ROOT / "index/model/MODEL.md")
]


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code."""

    page: str
    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Its lines that are not empty."""
        return [line for line in self.text.splitlines() if line.strip()]


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def blocks(language: str, *pages: str) -> list[Block]:
    """The blocks in a language, of some pages or of all."""
    return [
        Block(page, token.info, token.content)
        for page in pages or PAGES
        for token in _tokens(page)
        if token.type == "fence" and token.info == language
    ]


def links(page: str) -> list[str]:
    """The addresses of a page's links and pictures."""
    parts = [part for token in _tokens(page) for part in token.children or ()]
    found = [part.attrs.get("href") or part.attrs.get("src") for part in parts]
    return [str(address) for address in found if address]


def pictures(page: str) -> list[tuple[str, str]]:
    """The address and the alternative text of a page's pictures."""
    parts = [part for token in _tokens(page) for part in token.children or ()]
    return [(str(part.attrs["src"]), part.content) for part in parts if part.type == "image"]


def anchors(page: str) -> set[str]:
    """What can follow the # in a link to a page: its headings, as repositories write them."""
    tokens = _tokens(page)
    headings = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _tokens(page: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text_of(page))
