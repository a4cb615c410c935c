"""Function words: words of a language that say little by themselves, such as articles and question words."""

from functools import lru_cache

import tantivy

from rodedraad.index.words.analysis import STEMMERS

_MORE = {
    "nl": "hoeveel hoelang hoever hoevaak welk welke wiens waar waarom waarin waarmee waarvan wanneer"
    " sinds langs via tijdens vanaf volgens",
    "en": "what who whom whose which where when why how many much often since within without upon towards"
    " via per about after all also any because been before being between both can could did do does"
    " during each few from had has have he her here him his i just may me might more most must my now"
    " off only other our out over own same she should so some than through too under until up us very"
    " we were while would you your",
    "fr": "combien comment où pourquoi quand quelle quelles quels lequel laquelle lesquels lesquelles"
    " depuis pendant selon vers chez via",
    "es": "cuánto cuánta cuántos cuántas cuándo cuál cuáles dónde cómo qué quién quiénes según mediante vía",
    "de": "wieviel wieviele wann warum weshalb wieso woher wohin womit worin seit laut via",
}
"""Question words, prepositions and others that tantivy's lists, of Lucene and Snowball (BSD), lack."""


@lru_cache(20_000)
def is_function_word(word: str, language: str) -> bool:
    """Whether a word, in any case, is one of tantivy's stop words or of those above."""
    lower = word.lower()
    return lower in _MORE.get(language, "").split() or not _analyser(language).analyze(lower)


@lru_cache
def _analyser(language: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    if language in STEMMERS:
        builder = builder.filter(tantivy.Filter.stopword(STEMMERS[language]))
    return builder.build()
