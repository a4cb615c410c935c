"""Markdown: its front matter, and its text converted to HTML."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from itertools import pairwise
from typing import Any

import yaml
from lxml.html import defs
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.lines import Content, Line, block, one_line
from rodedraad.ingest.readers.decoding import decode
from rodedraad.ingest.readers.html import html_lines, parse_html
from rodedraad.ingest.readers.json_values import front_matter_lines

_FRONT_MATTER = re.compile(
    r"\A(?:---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)|\+\+\+[ \t]*\n(?P<toml>.*?)\n\+\+\+)[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
_CITED = frozenset("title author authors publisher date url lang language".split())
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]+))?\]\](?![(\[])")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*)([^<>]*)>")
_END_TAG = re.compile(r"</([A-Za-z][\w.:-]*)")
_WITHOUT_END = frozenset((*defs.empty_tags, *"p li dt dd tr td th thead tbody tfoot option colgroup".split()))
_COMPONENT = re.compile(r"[A-Z]|.*[-.:]")
_ATTRIBUTES = re.compile(r"\s+\{[#.:][^{}]*\}\s*\Z")
_OWN_LINE = re.compile(r"[|+%]|\(@\w*\)|:::")
_ADDRESS = re.compile(r"[/.#:]")


def read_markdown(data: bytes) -> Content:
    """CommonMark with tables, footnotes and wiki links, after YAML or TOML with the title and the like.

    Other front matter is text, and so are definitions of links that nothing refers to, and <placeholders>.
    """
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    given, before, text = _front_matter(text)
    root = parse_html(_html(text))
    lines = html_lines(root) if root is not None else []
    title = _plain(given.get("title"))
    if before and not title and lines and lines[0].level:
        title = lines[0].text
    return Content(
        lines=[*before, *lines],
        citation=Citation(
            title=title,
            author=_plain(given.get("author") or given.get("authors")),
            publisher=_plain(given.get("publisher")),
            date=_plain(given.get("date")),
            url=_plain(given.get("url")),
        ),
        language=_plain(given.get("lang") or given.get("language")),
    )


def _front_matter(text: str) -> tuple[Mapping[str, Any], list[Line], str]:
    """The values of the front matter, the lines of those that no citation prints, and the text after it.

    Front matter that cannot be parsed is text.
    """
    if not (matter := _FRONT_MATTER.match(text)):
        return {}, [], text
    source, rest = matter["yaml"] or matter["toml"] or "", text[matter.end() :]
    try:
        given = yaml.safe_load(source) if matter["toml"] is None else tomllib.loads(source)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, list(block(source)), rest
    if given is None:
        return {}, [], rest
    if not isinstance(given, dict):
        return {}, [], text
    return given, front_matter_lines({k: v for k, v in given.items() if k not in _CITED}), rest


def _plain(value: Any) -> str | None:
    """A value of the front matter as a line of text; a list is joined by commas."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value[:20] if isinstance(item, str)) or None
    if isinstance(value, str | float | date) or (isinstance(value, int) and abs(value) < 10**9):
        return one_line(str(value))[:1000] or None
    return None


def _html(text: str) -> str:
    """Markdown as HTML, in which footnotes are where they are defined."""
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
    parser.block.ruler.before("reference", "footnote", footnote_def, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.core.ruler.before("inline", "footnote_label", _label_footnotes)
    parser.core.ruler.before("inline", "heading_attributes", _without_attributes)
    for name in ("footnote_reference_open", "footnote_reference_close"):
        parser.add_render_rule(name, lambda *_: "")
    parser.add_render_rule("softbreak", _line_end)
    for name in ("html_inline", "html_block"):
        parser.add_render_rule(name, _html_in_markdown)
    env: dict[str, Any] = {"ended": {name.casefold() for name in _END_TAG.findall(text)}}
    tokens = parser.parse(text, env)
    if shown := _definitions_to_show(tokens, env):
        lines = text.split("\n")
        for start, end in shown:
            lines[start] = lines[start].replace("[", "\\[", 1)
            lines[end - 1] += "\n"
        env = {"ended": env["ended"]}
        tokens = parser.parse("\n".join(lines), env)
    html: str = parser.renderer.render(tokens, parser.options, env)
    return html


def _line_end(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    """A line end: it is kept before rows and examples in Pandoc's Markdown."""
    following = tokens[place + 1].content if place + 1 < len(tokens) else ""
    return "<br>" if _OWN_LINE.match(following) else "\n"


def _definitions_to_show(tokens: Sequence[Token], env: Mapping[str, Any]) -> list[tuple[int, int]]:
    """The lines of the definitions that are text: no link uses them, or they give no address.

    An empty address, or "#", is the custom for comments.
    """
    used = {
        child.attrs.get("href") or child.attrs.get("src")
        for token in tokens
        for child in token.children or ()
        if child.type in ("link_open", "image")
    }
    definitions = [*env.get("references", {}).values(), *env.get("duplicate_refs", [])]
    return [
        definition["map"]
        for definition in definitions
        if definition["href"] not in ("", "#")
        and not (definition["href"] in used and _ADDRESS.search(definition["href"]))
    ]


def _label_footnotes(state: StateCore) -> None:
    label = ""
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            label = f"[^{token.meta['label']}]: "
        elif token.type == "inline" and label:
            token.content = label + token.content
            label = ""


def _without_attributes(state: StateCore) -> None:
    """Take the attributes, such as {#name .class}, from the ends of headings."""
    for heading, token in pairwise(state.tokens):
        if heading.type == "heading_open":
            token.content = _ATTRIBUTES.sub("", token.content)


def _wiki_link(state: StateInline, silent: bool) -> bool:
    found = _WIKI_LINK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("text", "", 0).content = found[2] or found[1]
    state.pos = found.end()
    return True


def _html_in_markdown(_: Any, tokens: Sequence[Token], place: int, __: Any, env: Mapping[str, Any]) -> str:
    """HTML in Markdown, with what only looks like a tag as text."""
    return _TAG.sub(
        lambda tag: tag[0] if _is_tag(tag, env["ended"]) else escape(tag[0]), tokens[place].content
    )


def _is_tag(tag: re.Match[str], ended: set[str]) -> bool:
    """Whether this is an element of HTML or a component, and no <placeholder>."""
    name = tag[2].casefold()
    closed = name in ended or tag[3].endswith("/")
    if name in defs.tags or name in ("svg", "math"):
        return closed or bool(tag[1]) or name in _WITHOUT_END
    return closed and bool(_COMPONENT.match(tag[2]))
