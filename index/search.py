"""Search: a question becomes ranked passages, each with what every signal gave it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import exp
from pathlib import Path

from rodedraad.index.encoders.base import Embedder, Vectors
from rodedraad.index.encoders.bundled import (
    bundled_contextual,
    bundled_interaction,
    bundled_static,
    load_embedder,
)
from rodedraad.index.encoders.late_interaction import KEPT, QuestionTokens
from rodedraad.index.settings import load_settings
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.store.publishing import current, open_current
from rodedraad.index.words.word_index import QuestionWord, coverage
from rodedraad.ingest.documents import Document, Passage
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import detect_language, load_in_background
from rodedraad.ingest.sentences import is_heading

PROPOSING = {"coverage": 1.0, "dense": 3.0, "bm25": 0.25, "nearness": 0.6}
"""What each signal counts in choosing the passages to read. They lie between 0 and 1 by themselves.

Measured by these alone on the gold questions (success@3) and XQuAD (recall@1 of nl / en questions
over Dutch passages): all .94, .936 / .930; without coverage .90, .874 / .863; without dense .83,
.884 / .833; without BM25 .94, .936 / .930. Across languages BM25 finds only names, so it counts where
question and passage share one. Nearness, to the passage that the talk is about, counts in follow-ups only.
"""

READ = 10
"""How many of the passages proposed are read token by token.

They hold an answer to .98 and .90 of the gold and held questions; 20, which take twice as long to
read, to .99 and .95.
"""

WEIGHTS = PROPOSING | {"nearness": 1.4, "interaction": 1.5, "sentence": 0.6}
"""What each signal counts in a passage's score once it is read.

The last two, and those of a sentence, were learned by `python -m index.training.fit_weights`, on sentences
that were invented to be hard to tell apart: the best sentence, learned as 1.0, counts .6, so that XQuAD's
longer passages lose nothing by it (recall@1 of nl / en questions .935 / .928, with 1.0 .918 / .915). It
costs .005 of the held questions' success@3.
"""

SENTENCE = {"interaction": 5.17, "likeness": 0.52, "opening": -1.02}
"""What each signal counts in a sentence's score, learned likewise: late interaction; the cosine of the
static vectors; and being the first of its document, which is mostly its title."""

SWITCHES = (*WEIGHTS, "expansion")
"""What a searcher can do without; without expansion, words match only the same words."""

CANDIDATES = 200
"""How many passages each signal proposes."""

TELLING = 0.65
"""Rarity times likeness from which a matched word is worth telling, found by reading: "pobres" to
"arme" (.84) is, "komen" to "zijn" (.46) and "from" to "uit" (.01) are not."""

NEAR = 800
"""Characters over which nearness falls to 1/e."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage that was read, and how well it alone answers."""

    start: int  # offsets into the reading text
    end: int
    score: float
    met: Vectors = field(compare=False)  # float32[n], how well each token of the question is met


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, its document, its rank from 1, and the parts of its score."""

    rank: int
    score: float
    signals: dict[str, float]
    passage: Passage
    document: Document
    words: dict[str, str] = field(default_factory=dict)  # of the question → of the passage, both folded
    sentences: tuple[Sentence, ...] = ()  # but for headings; none if the passage was not read
    met: Vectors | None = field(default=None, compare=False)  # likewise, by the whole passage


@dataclass(frozen=True, slots=True)
class Query:
    """A question, ready to be compared with texts."""

    text: str
    language: str
    vector: Vectors  # float32[1, d], by the model of the index
    static: Vectors  # float32[1, 256], by the bundled table of token vectors
    words: list[QuestionWord]
    tokens: QuestionTokens


class Searcher:
    """The published generation of an index home, open for questions."""

    def __init__(self, home: Path, without: Collection[str] = ()) -> None:
        """Open the index; the signals in `without`, of SWITCHES, give 0 and propose nothing.

        Raises IndexProblem when there is none, when it is damaged, or when it was made by a
        model or prefixes other than those in force; RodeDraadError when there is no such signal.
        """
        if unknown := set(without) - set(SWITCHES):
            raise RodeDraadError(
                f"There is no signal {min(unknown)!r} to do without; there are {', '.join(SWITCHES)}."
            )
        self.without = frozenset(without)
        load_in_background()
        settings = load_settings(home)
        self.generation: Generation = open_current(home)
        manifest = self.generation.manifest
        if manifest.settings["model"] != settings.model:
            raise IndexProblem(
                f"The index was made by the model {manifest.model!r}, and settings.toml now names "
                f"{settings.model or 'bundled'!r}. Run: rodedraad index"
            )
        self._embedder: Embedder = load_embedder(settings)
        made_by = (manifest.fingerprint, manifest.words)
        if made_by != (self._embedder.fingerprint, bundled_static().fingerprint):
            raise IndexProblem(
                f"The index was made by another version of the model {manifest.model!r}. Run: rodedraad index"
            )
        self.generation.verify()
        self._vectors = self.generation.vectors()
        self._words = self.generation.words(bundled_static())

    def is_current(self, home: Path) -> bool:
        """Whether no newer generation has been published."""
        return current(home) == self.generation.folder

    def read_ahead(self) -> None:
        """Read a corpus that is small enough to be kept in memory, so that its first answers come fast."""
        if self.generation.passages <= KEPT:
            for number in range(self.generation.passages):
                bundled_interaction().tokens(self.generation.passage(number)[1].text)

    def query(self, question: str, start: int = 0) -> Query:
        """Analyse a question; what stands before the character `start` was asked before.

        A passage is to speak of both, and so both are looked for; but only what is asked now has to be
        met, token by token, read in the light of what was asked before.
        """
        tokens = bundled_interaction().question(question, start)
        bundled = self._embedder is bundled_contextual()
        return Query(
            text=question,
            language=detect_language(question),
            vector=tokens.vector[None] if bundled else self._embedder.questions([question]),
            static=bundled_static().questions([question]),
            words=self._words.match(question, "expansion" not in self.without),
            tokens=tokens,
        )

    def search(self, query: Query, k: int, near: Sequence[Passage] = ()) -> list[Hit]:
        """The k best passages, best first; those beside a passage in `near` are preferred.

        The READ best by the signals that need no reading come first, ranked by all signals.
        """
        proposed = self._proposed(query, near)
        read = [self._read(query, *candidate) for candidate in proposed[: READ if k else 0]]
        read.sort(key=lambda hit: -hit.score)
        hits = [*read, *(Hit(0, 0.0, *candidate) for candidate in proposed[READ:k])]
        return [
            replace(
                hit,
                rank=rank,
                score=weighted(hit.signals),
                words=self._matched(query, hit.passage),
            )
            for rank, hit in enumerate(hits[:k], 1)
        ]

    def _proposed(
        self, query: Query, near: Sequence[Passage]
    ) -> list[tuple[dict[str, float], Passage, Document]]:
        """Every passage that a signal proposes, with the signals that need no reading, best first."""
        numbers, cosines = self._vectors.search(query.vector, CANDIDATES)
        dense = dict(zip(numbers[0].tolist(), cosines[0].tolist(), strict=True))
        covered = dict(self._words.search_coverage(query.words, CANDIDATES))
        bm25 = dict(self._words.search_bm25(query.text, query.language, CANDIDATES))
        for name, proposed in (("dense", dense), ("coverage", covered), ("bm25", bm25)):
            if name in self.without:
                proposed.clear()
        candidates = []
        for number in dense.keys() | covered.keys() | bm25.keys():
            document, passage = self.generation.passage(number)
            if number not in dense:
                dense[number] = float(self._vectors.rows(number, 1)[0] @ query.vector[0])
            if number not in covered:
                covered[number] = coverage(query.words, self.words_of(passage))
            same_language = query.language == passage.language
            signals = {
                "coverage": covered[number],
                "dense": dense[number],
                "bm25": bm25.get(number, 0.0) if same_language else 0.0,
                "nearness": max((_nearness(passage, other) for other in near), default=0.0),
                "interaction": 0.0,
                "sentence": 0.0,
            }
            signals = {name: 0.0 if name in self.without else value for name, value in signals.items()}
            score = sum(weight * signals[name] for name, weight in PROPOSING.items())
            candidates.append((-score, number, (signals, passage, document)))
        candidates.sort(key=lambda candidate: candidate[:2])
        return [candidate for _, _, candidate in candidates]

    def _read(self, query: Query, signals: dict[str, float], passage: Passage, document: Document) -> Hit:
        """A passage read token by token, and its sentences."""
        spans = [span for span in passage.sentences if not is_heading(document.text[slice(*span)])]
        spans = spans or [(passage.start, passage.end)]
        met = bundled_interaction().match(query.tokens, passage, spans)
        if "interaction" in self.without:
            met[:] = 0.0
        whole, *parts = (met @ query.tokens.importance).tolist()
        likeness = _static_vectors(tuple(document.text[slice(*span)] for span in spans))
        sentences = tuple(
            Sentence(
                start,
                end,
                SENTENCE["interaction"] * part
                + SENTENCE["likeness"] * cosine
                + SENTENCE["opening"] * (not document.text[:start].strip()),
                own,
            )
            for (start, end), part, cosine, own in zip(
                spans, parts, (likeness @ query.static[0]).tolist(), met[1:], strict=True
            )
        )
        best = 0.0 if "sentence" in self.without else max(sentence.score for sentence in sentences)
        signals = signals | {"interaction": whole, "sentence": best}
        return Hit(0, weighted(signals), signals, passage, document, sentences=sentences, met=met[0])

    def _matched(self, query: Query, passage: Passage) -> dict[str, str]:
        """The telling words of a question with their best matches in a passage, most telling first."""
        words = self.words_of(passage)
        matched = []
        for word in query.words:
            if found := word.matches.keys() & words:
                best = max(found, key=lambda match: (word.matches[match], match))
                matched.append((word.rarity * word.matches[best], word.text, best))
        return {word: best for worth, word, best in sorted(matched, reverse=True) if worth >= TELLING}

    def words_of(self, passage: Passage) -> set[str]:
        """The words of a passage as they are compared: folded, compounds with their parts."""
        analysis = self._words.analysis
        return set(analysis.with_parts(analysis.words(passage.text), passage.language))

    def words_in(self, text: str) -> set[str]:
        """The words of any text, folded."""
        return set(self._words.analysis.words(text))


@lru_cache(KEPT)
def _static_vectors(sentences: tuple[str, ...]) -> Vectors:
    """A passage's sentences by the bundled table, float32[sentences, 256]."""
    return bundled_static().passages(sentences)


def _nearness(passage: Passage, other: Passage) -> float:
    """1 for the same passage, falling with the distance in the same document."""
    if passage.document_id != other.document_id:
        return 0.0
    return exp(-abs(passage.start - other.start) / NEAR)


def weighted(signals: dict[str, float]) -> float:
    """The score that signals add up to."""
    return sum(WEIGHTS[name] * value for name, value in signals.items())
