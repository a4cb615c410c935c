"""Labels: the words of our own on Gradio's parts, first in the browser's language, then in the one chosen."""

from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block

from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import SPOKEN, page_phrases, phrase

PHRASES = gr.I18n(**page_phrases())
Part = TypeVar("Part", bound=Block)

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""Of the events that wait for no question, and that programs do not see."""

CHOOSE = """
const chosen = () => element.querySelector('select').value;
const speak = () => { document.documentElement.lang = chosen(); };
new MutationObserver(speak).observe(element, {attributes: true, childList: true, subtree: true});
element.addEventListener('change', () => {
  speak();
  document.cookie = `language=${chosen()}; path=${location.pathname}; max-age=31536000; samesite=strict`;
  const {turn, number} = document.querySelector('#source article')?.dataset ?? {};
  trigger('input', {turn: Number(turn ?? -1), number: Number(number ?? 0)});
});
"""
"""What a choice of language does in the browser: a cookie keeps it, and the server speaks it at once."""


class Labels:
    """The parts of a page that say something, and what they say."""

    def __init__(self) -> None:
        self._said: list[tuple[Block, dict[str, str]]] = []

    def say(self, part: Part, **names: str) -> Part:
        """Have properties of a part, by name, say the phrases of these names; the part."""
        self._said.append((part, names))
        return part

    @property
    def parts(self) -> list[Any]:
        """The parts, in the order of `updates`."""
        return [part for part, _ in self._said]

    def updates(self, language: str) -> list[Any]:
        """For each part, what it says in a language."""
        changes: list[dict[str, Any]] = [
            {property: phrase(name, language) for property, name in names.items()} for _, names in self._said
        ]
        return [gr.update(**change) for change in changes]


def languages_html(language: str) -> str:
    """The choice of the page's language, with this one chosen."""
    return render("page/languages.html", language=language, spoken=SPOKEN)
