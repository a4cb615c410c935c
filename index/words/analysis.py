"""Analysis: a text becomes words, compounds their parts, and words stems."""

from collections.abc import Iterable
from functools import cache, lru_cache

import tantivy

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.words.compounds import CompoundSplitter
from rodedraad.ingest.language import LANGUAGES

STEMMERS = dict(zip(LANGUAGES, ("dutch", "english", "french", "spanish", "german"), strict=True))


COMPOUNDING = frozenset({"nl", "de"})


class Analysis:
    """Text to words: lower case, accents folded, compounds cut; and words to stems."""

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
        vocabulary = static.tokenizer.get_vocab()
        self._compounds = CompoundSplitter({w for w in vocabulary if len(w) > 3 and w.isalpha()})
        self.stem = lru_cache(200_000)(self._stem)

    def words(self, text: str) -> list[str]:
        """The words of a text in order, folded; single letters are none."""
        return [word for word in self._words.analyze(text) if len(word) > 1 or word.isdigit()]

    def with_parts(self, words: Iterable[str], language: str) -> list[str]:
        """The words, each followed by its parts where it is a compound."""
        if language not in COMPOUNDING:
            return list(words)
        return [part for word in words for part in (word, *self._compounds.parts(word))]

    def _stem(self, word: str, language: str) -> str:
        stems = self._stemmers[language].analyze(word) if language in self._stemmers else []
        return stems[0] if stems else word


@cache
def analysis(static: StaticEmbedder) -> Analysis:
    """The analysis by a table's vocabulary, made once."""
    return Analysis(static)
