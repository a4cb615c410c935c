"""Document glosses: what the words of a document mean in the reader's language, word by word."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from rodedraad.index.words.gloss_tables import gloss_table
from rodedraad.ingest.documents import Document
from rodedraad.page.compound_glosses import COMPOUND_LANGUAGE, RIGHT_PARTS, compound_gloss

_INSIDE = r"[\w\u00ad\u0300-\u036f-]"  # soft hyphens and accents by themselves too
_WORD = re.compile(rf"(?<!{_INSIDE})(?:aujourd['’]hui|[^\W\d_]+)(?!{_INSIDE})", re.IGNORECASE)
"""A word; gloss.js finds the same. Parts of a hyphenated word are none, as its meaning is another."""

_OPENING = re.compile(r"(?:^|[.!?:;…\n\v•])[\s\"'«»“”„‘’(\[–—-]*$")
"""What precedes the first word of a sentence."""

LONGEST_GLOSSED = 50_000
"""Characters of a stretch whose words are glossed at once; the source pane shows fewer."""

RIGHT_GLOSSES = {95: 97, 0: 88}
"""How many of 100 glosses were right when judged by hand, by their least probability in percent."""

REACH = 20
"""Characters before a word among which the end of the sentence before it is looked for."""


def gloss_query(document: str, start: int, end: int) -> str:
    """What asks for the glosses of a stretch of a document, relative to the address of glosses."""
    return f"?{urlencode({'document': document, 'start': start, 'end': end})}"


def has_glosses(language: str, reader: str) -> bool:
    """Whether a document's words are glossed for a reader of another language."""
    return language != reader and bool(gloss_table(language, reader))


def glosses_in(document: Document, start: int, end: int, reader: str) -> Mapping[str, tuple[str, int]]:
    """The words in a stretch of a document, as printed, with their glosses and each gloss's confidence.

    Words that may be names, and those of which no gloss is likely enough, are left out, as is what follows on
    the first LONGEST_GLOSSED characters.
    """
    if not has_glosses(document.language, reader):
        return {}
    text, table = (
        document.text[start : min(end, start + LONGEST_GLOSSED)],
        gloss_table(document.language, reader),
    )
    found: dict[str, tuple[str, int]] = {}
    names: set[str] = set()
    for match in _WORD.finditer(text):
        word = match.group()
        if document.language != "de" and word != word.lower() and _is_name(text, match):
            names.add(word)
        elif word.lower() in table:
            gloss, probability = table[word.lower()]
            found[word] = gloss, next(right for least, right in RIGHT_GLOSSES.items() if probability >= least)
        elif document.language == COMPOUND_LANGUAGE and (parts := compound_gloss(word.lower(), reader)):
            found[word] = parts, RIGHT_PARTS
    return {word: gloss for word, gloss in found.items() if word not in names}


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether a word with capitals may be a name: within a sentence, or before another such word."""
    before = text[max(match.start() - REACH, 0) : match.start()]
    opens = _OPENING.search(before) if len(before) == REACH else _OPENING.search("\n" + before)
    follower = re.match(r"\W{0,3}(\w)", text[match.end() : match.end() + 4])
    return not opens or bool(follower and follower[1].isupper())
