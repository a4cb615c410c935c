"""HTML templates: Jinja2 that escapes every value, with the phrases as functions."""

from typing import Final

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

from rodedraad.texts.phrases import named, pattern
from rodedraad.texts.scope_words import scope_in_words
from rodedraad.texts.translated_reasons import translated_reason


def _phrase(name: str, language: str, /, **given: object) -> Markup:
    """A phrase as HTML, its values escaped unless they are Markup."""
    return escape(pattern(name, language)).format(**given)


_ENVIRONMENT: Final = Environment(
    loader=PrefixLoader({room: PackageLoader(f"rodedraad.{room}") for room in ("evaluation", "page")}),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals |= {
    "phrase": _phrase,
    "named": named,
    "translated_reason": translated_reason,
    "scope_in_words": scope_in_words,
}


def render(template: str, **values: object) -> str:
    """The HTML of a template, such as "page/source.html" for app/page/templates/source.html.

    Raises jinja2.UndefinedError if a value that the template uses is missing.
    """
    return _ENVIRONMENT.get_template(template).render(values)


def as_html(text: str) -> str:
    """Text as HTML."""
    return str(escape(text))
