"""Analysis: splits texts into words and compounds into parts, and reduces words to stems."""

from collections.abc import Iterable
from functools import cache, lru_cache

import tantivy

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.words.compounds import CompoundSplitter
from rodedraad.ingest.language import LANGUAGES

STEMMERS = dict(zip(LANGUAGES, ("dutch", "english", "french", "spanish", "german"), strict=True))
COMPOUNDING = frozenset({"nl", "de"})


class Analysis:
    """Splits texts into words in lower case without accents; splits compounds; stems words.

    The lexicon for compounds is the vocabulary of the static table.
    """

    def __init__(self, static: StaticEmbedder) -> None:
        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        for step in (tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold()):
            builder = builder.filter(step)
        self._words = builder.filter(tantivy.Filter.remove_long(60)).build()
        self._stemmers = {
            language: tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
            .filter(tantivy.Filter.stemmer(stemmer))
            .build()
            for language, stemmer in STEMMERS.items()
        }
        known = static.tokenizer.token_to_id
        self._compounds = CompoundSplitter(lambda word: word.isalpha() and known(word) is not None)
        self.stem = lru_cache(200_000)(self._stem)

    def words(self, text: str) -> list[str]:
        """The words of a text in order, in lower case without accents; single letters are left out."""
        return [word for word in self._words.analyze(text) if len(word) > 1 or word.isdigit()]

    def with_parts(self, words: Iterable[str], language: str) -> list[str]:
        """The words, each compound followed by its parts; `language` is ISO 639-1."""
        if language not in COMPOUNDING:
            return list(words)
        return [part for word in words for part in (word, *self._compounds.parts(word))]

    def _stem(self, word: str, language: str) -> str:
        stems = self._stemmers[language].analyze(word) if language in self._stemmers else []
        return stems[0] if stems else word


@cache
def analysis(static: StaticEmbedder) -> Analysis:
    """The analysis with a table's vocabulary; made once for each table."""
    return Analysis(static)
