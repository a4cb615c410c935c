"""HTML templates: what they are given is text, and nothing that they need may be missing."""

import pytest
from jinja2 import UndefinedError

from rodedraad.texts.html_templates import as_html, render

HOSTILE = "<b>&amp;\"'{{ 7 * 7 }}{% raw %}"


def test_a_value_is_text() -> None:
    assert (
        render("page/note.html", text=HOSTILE, kind=HOSTILE)
        == '<p class="&lt;b&gt;&amp;amp;&#34;&#39;{{ 7 * 7 }}{% raw %}">'
        "&lt;b&gt;&amp;amp;&#34;&#39;{{ 7 * 7 }}{% raw %}</p>"
    )
    assert as_html(HOSTILE) == "&lt;b&gt;&amp;amp;&#34;&#39;{{ 7 * 7 }}{% raw %}"


def test_what_fills_a_phrase_in_is_text() -> None:
    html = render("page/run.html", language="en", time=HOSTILE, report="")
    assert "&lt;b&gt;&amp;amp;&#34;&#39;{{ 7 * 7 }}{% raw %}" in html


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="kind"):
        render("page/note.html", text="")
