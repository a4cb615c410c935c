"""Hidden elements: the parts of a web page that a browser does not show, or shows as struck out."""

import re
from collections.abc import Iterator

from lxml import etree

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};@]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_RULE = re.compile(r"(?:\A|(?<=\}))([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?([.#][\w-]+)", re.I)
_NAME = re.compile(r"[.#][\w-]+")
_WORD = re.compile(r"[\w-]+")
_QUOTED = re.compile(r"""["'`][.#]?([\w-]+)["'`]""")
_HIDES = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I)
_STRIKES = re.compile(r"(?:^|;)\s*text-decoration(?:-line)?\s*:[^;]*line-through", re.I)
_SHOWS = re.compile(r"(?:^|;)\s*(?:display|visibility)\s*:", re.I)
_TARGETS = ("href", "aria-controls", "data-target", "data-bs-target")

LEAST_SHOWN = 1 / 5
"""The least share of a page's text that is shown: if less were, a script shows the rest."""


def hidden_elements(root: etree._Element) -> set[etree._Element]:
    """The elements that are hidden or struck out by an attribute, a style, or a rule for a class or an id.

    A part that opens on a click is not hidden: a tab, or one that a button, a link or a script names.
    """
    rules = _rules(root)
    hidden: set[etree._Element] = set()
    struck: set[etree._Element] = set()
    named: set[str] | None = None
    for element in root.iter(etree.Element):
        style = element.get("style") or ""
        by_rule = [rules[name] for name in _names(element) if name in rules] if rules else []
        if _STRIKES.search(style) or "struck" in by_rule:
            struck.add(element)
        if (
            element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or _HIDES.search(style)
            or "hidden" in by_rule
        ):
            named = _named(root) if named is None else named
            if not _opens_on_a_click(element, named, rules):
                hidden.add(element)
    covered = sum(_length(e) for e in hidden if hidden.isdisjoint(e.iterancestors()))
    if covered > (1 - LEAST_SHOWN) * _length(root):
        return struck
    return hidden | struck


def _length(element: etree._Element) -> int:
    """The characters of an element's text, without scripts and styles."""
    texts = (e.text for e in element.iter(etree.Element) if e.tag not in ("script", "style"))
    tails = (e.tail for e in element.iterdescendants(etree.Element))
    return sum(len(text.strip()) for text in (*texts, *tails) if text)


def _names(element: etree._Element) -> Iterator[str]:
    """How rules call an element: by its id and classes, with and without its tag."""
    names = [f".{name}" for name in (element.get("class") or "").split()]
    if id := element.get("id"):
        names.append(f"#{id}")
    for name in names:
        yield name
        yield f"{element.tag}{name}"


def _rules(root: etree._Element) -> dict[str, str]:
    """What the style elements of a page make of a class or an id: "hidden" or "struck".

    A class is left out if a rule for a narrower selector or for some screens shows it again.
    """
    css = _COMMENT.sub("", "\n".join(style.text or "" for style in root.iter("style")))
    shown = {name for rule in _AT_RULE.findall(css) if _SHOWS.search(rule) for name in _NAME.findall(rule)}
    rules: dict[str, str] = {}
    for selectors, declarations in _RULE.findall(_AT_RULE.sub("", css)):
        hides, shows = _HIDES.search(declarations), _SHOWS.search(declarations)
        for selector in map(str.strip, selectors.split(",")):
            if not _SELECTOR.fullmatch(selector):
                shown.update(_NAME.findall(selector) if shows and not hides else ())
            elif hides:
                rules[selector] = "hidden"
            elif shows:
                rules.pop(selector, None)
            elif _STRIKES.search(declarations):
                rules[selector] = "struck"
    return {selector: what for selector, what in rules.items() if shown.isdisjoint(_NAME.findall(selector))}


def _named(root: etree._Element) -> set[str]:
    """The ids and classes that links, buttons and scripts of a page name."""
    named: set[str] = set()
    for element in root.iter(etree.Element):
        if element.tag == "script" and "json" not in (element.get("type") or ""):
            named.update(_QUOTED.findall(element.text or ""))
        for attribute, value in element.attrib.items():
            if attribute.startswith("on") or (
                attribute in _TARGETS and (attribute != "href" or value[:1] == "#")
            ):
                named.update(_WORD.findall(value))
    return named


def _opens_on_a_click(element: etree._Element, named: set[str], rules: dict[str, str]) -> bool:
    def is_named(part: etree._Element) -> bool:
        return any(name[0] in ".#" and name[1:] in named and name not in rules for name in _names(part))

    before = element.getprevious()
    return (
        element.get("role") == "tabpanel"
        or is_named(element)
        or (
            before is not None
            and (before.tag in ("button", "label") or before.get("role") == "button" or is_named(before))
        )
    )
