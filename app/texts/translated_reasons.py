"""Translated reasons: why a file, or a part of it, is not read, in a language, from reasons_LANGUAGE.toml.

The keys of the tables are the English texts, as they are in the code.
"""

import tomllib
from functools import cache
from pathlib import Path

from rodedraad.ingest.errors import Reason
from rodedraad.texts.phrases import LANGUAGE_NAMES


def translated_reason(reason: Reason, language: str) -> str:
    """A reason in a language (ISO 639-1); in English where that has no translation of it."""
    translations = _translations(language)
    return reason.told(lambda text: translations.get(text, text))


@cache
def _translations(language: str) -> dict[str, str]:
    if language == "en" or language not in LANGUAGE_NAMES:
        return {}
    return tomllib.loads(Path(__file__).with_name(f"reasons_{language}.toml").read_text("utf-8"))
