"""Phrases: the words around answers, on the page and in the report, from a TOML file per language."""

import re
import tomllib
from collections.abc import Container, Mapping
from contextlib import suppress
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Final

SPOKEN: Final = {"nl": "Nederlands", "en": "English", "fr": "Français", "es": "Español"}
"""The languages of the page, each by its own name."""

LANGUAGE_NAMES: Final = {**SPOKEN, "de": "Deutsch"}
"""The languages of questions and documents, each by its own name."""


def phrase(name: str, language: str, /, **given: object) -> str:
    """A phrase with its placeholders filled in; raises KeyError for an unknown name or placeholder."""
    return pattern(name, language).format(**given)


def pattern(name: str, language: str) -> str:
    """A phrase with its placeholders, in a language (ISO 639-1) or, if it has none, in English.

    Raises KeyError for an unknown name.
    """
    return _phrases(language if language in LANGUAGE_NAMES else "en")[name]


def named(name: str, language: str) -> str:
    """A group, measure or verdict by its name in a language; any other name stays as it is."""
    return texts(language)["names"].get(name, name)


def page_phrases() -> dict[str, dict[str, str]]:
    """For each language of the page, its phrases by name."""
    return {language: texts(language)["page"] for language in SPOKEN}


@cache
def _phrases(language: str) -> dict[str, str]:
    english = {} if language == "en" else _phrases("en")
    own = (phrases for section, phrases in texts(language).items() if section != "names")
    return english | {name: text for phrases in own for name, text in phrases.items()}


@cache
def texts(language: str) -> dict[str, dict[str, str]]:
    """The file of a language: its phrases by section and name."""
    return tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text("utf-8"))


def page_language(headers: Mapping[str, str], among: Container[str] = SPOKEN) -> str:
    """The language of the page for a request: its cookie `language`, or the browser's first choice.

    It is one of `among`; English if the browser accepts none of them.
    """
    cookies = SimpleCookie()
    with suppress(CookieError):
        cookies.load(headers.get("cookie", ""))
    chosen = cookies["language"].value if "language" in cookies else ""
    ranges = re.sub(r";[^,]*|-[^,;]*", "", headers.get("accept-language", "").lower())
    accepted = re.findall(r"[a-z]{2,3}", ranges)
    return next((language for language in (chosen, *accepted) if language in among), "en")
