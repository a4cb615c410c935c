"""Translated labels: the texts on Gradio's parts, in the browser's language and then in the chosen one."""

from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block

from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import SPOKEN, page_phrases, phrase

PHRASES = gr.I18n(**page_phrases())
Component = TypeVar("Component", bound=Block)

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""Options of events that run at once, outside the queue, and that the API does not list."""

EACH = QUIET | {"trigger_mode": "multiple"}
"""Options of those that run although another of the same kind has not ended; Gradio else drops them."""

CHOOSE = """
const chosen = () => element.querySelector('select').value;
const speak = () => { document.documentElement.lang = chosen(); };
new MutationObserver(speak).observe(element, {attributes: true, childList: true, subtree: true});
element.addEventListener('change', () => {
  speak();
  const everywhere = location.pathname.replace(/collections\\/[^/]*\\/$/, ''); // in all collections
  document.cookie = `language=${chosen()}; path=${everywhere}; max-age=31536000; samesite=strict`;
  const {turn, number, link, opened} = document.querySelector('#source article')?.dataset ?? {};
  const asking = new CustomEvent('asking', {detail: {}});
  dispatchEvent(asking);
  const place = turn === '-1' && opened === undefined ? link : ''; // a quote that a link led to
  const at = {link: place, turn: Number(turn ?? -1), number: Number(number ?? 0)};
  trigger('input', {talk: asking.detail.talk, ...at});
});
"""
"""What a choice of language does in the browser: it sets a cookie, and asks the server for the page in it."""


class Labels:
    """The parts of a page that have a label, and the phrases on them."""

    def __init__(self) -> None:
        self._labelled: list[tuple[Block, dict[str, str]]] = []

    def label(self, part: Component, **names: str) -> Component:
        """Fill properties of a part, by name, with the phrases of these names; returns the part."""
        self._labelled.append((part, names))
        return part

    @property
    def parts(self) -> list[Any]:
        """The parts, in the order of `updates`."""
        return [part for part, _ in self._labelled]

    def updates(self, language: str) -> list[Any]:
        """For each part, its labels in a language, as an update for Gradio."""
        changes: list[dict[str, Any]] = [
            {property: phrase(name, language) for property, name in names.items()}
            for _, names in self._labelled
        ]
        return [gr.update(**change) for change in changes]


def languages_html(language: str) -> str:
    """The menu of the page's languages, with this one chosen."""
    return render("page/languages.html", language=language, spoken=SPOKEN)
