"""Language: which of the languages we speak a text is written in."""

from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = ("nl", "en", "fr", "es", "de")

_loading = Lock()


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def detect_language(text: str) -> str:
    """The likeliest of `LANGUAGES`, as an ISO 639-1 code."""
    with _loading:
        identifier = _identifier()
    return str(identifier.classify(text[:10_000])[0])


def load_in_background() -> None:
    """Start to load what `detect_language` needs, which takes half a second."""
    Thread(target=detect_language, args=("",), daemon=True).start()
