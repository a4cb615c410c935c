"""Search: a question becomes ranked passages, each with what every signal gave it."""

import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Embedder, Embedding, Vectors
from rodedraad.index.encoders.bundled import (
    bundled_interaction,
    bundled_static,
    bundled_verifier,
    load_embedder,
)
from rodedraad.index.encoders.late_interaction import TEXTS_CACHED, LateInteraction, QuestionTokens
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.encoders.verifier import Verifier, above
from rodedraad.index.ranking import PASSAGE, PROPOSING, SENTENCE, weighted
from rodedraad.index.scope import EVERYTHING, Scope
from rodedraad.index.settings import load_settings
from rodedraad.index.store.manifest import Entry, IndexProblem
from rodedraad.index.store.passage_segments import Places
from rodedraad.index.store.snapshot import Snapshot, Within
from rodedraad.index.stores import store_of
from rodedraad.index.vector_index import Numbers
from rodedraad.index.words.matching import QuestionWord
from rodedraad.ingest.documents import Document, Passage
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import detect_language

Scores = npt.NDArray[np.float64]

READ = 10
"""How many of the passages proposed are read token by token.

They hold an answer to .98 and .89 of the gold and held questions; 20 do to .99 and .95, but of these 1,560
questions an answer came first to 3 more and to 5 fewer.
"""

UNVERIFIED = -5.0
"""What counts as the verifier's log-odds of a sentence that it has not read: about their median."""

SWITCHES = (*PASSAGE, "expansion", "verified")
"""What a searcher can do without; without expansion, words match only the same words."""

CANDIDATES = 200
"""How many passages each signal proposes."""

TELLING = 0.65
"""Rarity times likeness from which a matched word is worth showing, found by reading: "pobres" to
"arme" (.84) is, "komen" to "zijn" (.46) and "from" to "uit" (.01) are not."""

TELLING_RARITY = 1.0
"""The inverse document frequency of a word that occurs in about a third of the passages."""

SUBJECT_REACH = 1000
"""Characters between the beginnings of two passages of which the first may name the second's subject."""

NEARNESS_REACH = 800
"""Characters over which nearness falls to 1/e."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question, ready to be compared with texts."""

    text: str
    language: str
    vector: Vectors  # float32[1, d], by the model of the index
    static: Vectors  # float32[1, 256], by the bundled table of token vectors
    words: list[QuestionWord]
    names: frozenset[str]  # folded words that are capitalised or numbers, but for the first
    tokens: QuestionTokens


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a signal proposes, by its number."""

    number: int
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage that was read, and how well it alone answers."""

    start: int  # offsets into the reading text
    end: int
    score: float
    signals: dict[str, float]
    met: Vectors = field(compare=False)  # float32[n], how well each token of the question is matched
    verified: float = UNVERIFIED  # the verifier's log-odds that it answers


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, its document, its rank from 1, and the parts of its score."""

    rank: int
    score: float
    signals: dict[str, float]
    passage: Passage
    document: Document
    vocabulary: frozenset[str]  # its words, folded, compounds with their parts
    words: dict[str, str] = field(default_factory=dict)  # of the question → of the passage, both folded
    sentences: tuple[Sentence, ...] = ()  # with headings; empty if the passage was not read
    met: Vectors | None = field(default=None, compare=False)  # float32[n], by the whole passage, if read


class Searcher:
    """A generation of the index, open for questions: question → query → candidates → hits."""

    def __init__(
        self,
        generation: Snapshot,
        embedder: Embedder,
        static: StaticEmbedder,
        interaction: LateInteraction,
        verifier: Verifier,
        without: Collection[str] = (),
    ) -> None:
        """Search `generation`, made by `embedder` and `static`, without some of the signals in SWITCHES.

        A signal that is left out gives 0 and proposes nothing. Raises RodeDraadError when there is no
        such signal, and IndexProblem when the generation is damaged.
        """
        if unknown := set(without) - set(SWITCHES):
            raise RodeDraadError(f"There is no signal {min(unknown)!r}. Signals: {', '.join(SWITCHES)}.")
        self.without = frozenset(without)
        self.generation = generation
        self._embedder, self._static = embedder, static
        self._interaction, self._verifier = interaction, verifier
        self._words = generation.words(static)
        self._question = lru_cache(TEXTS_CACHED)(interaction.question)
        self._within = lru_cache(16)(partial(_within, generation))
        self._static_vectors = lru_cache(TEXTS_CACHED)(static.passages)  # of a passage's sentences

    def chosen(self, scope: Scope) -> Sequence[Entry]:
        """The documents in the scope, without their texts; raises NothingInScope where there are none."""
        entries = self.generation.manifest.documents
        return [entries[number] for number in scope.numbers(entries)]

    @classmethod
    def open(cls, home: Path, without: Collection[str] = ()) -> "Searcher":
        """Open the published generation of an index home, with the models that made it.

        Raises IndexProblem when there is no index, when it is damaged, or when it was made by a model
        or prefixes other than those in settings.toml; RodeDraadError as `Searcher` does.
        """
        settings = load_settings(home)
        generation = store_of(home).open()
        manifest = generation.manifest
        if manifest.settings["model"] != settings.model:
            raise IndexProblem(
                f"The index was made by the model {manifest.model!r}, and settings.toml now names "
                f"{settings.model or 'bundled'!r}. Run: rodedraad index"
            )
        embedder, static = load_embedder(settings), bundled_static()
        if (manifest.fingerprint, manifest.words) != (embedder.fingerprint, static.fingerprint):
            raise IndexProblem(
                f"The index was made by another version of the model {manifest.model!r}. Run: rodedraad index"
            )
        generation.verify()
        return cls(generation, embedder, static, bundled_interaction(), bundled_verifier(), without)

    def is_current(self, home: Path) -> bool:
        """Whether no newer generation has been published."""
        return store_of(home).current() == self.generation.id

    def vector(self, text: str) -> Vectors:
        """The bundled encoder's vector of a question, float32[d], of unit length."""
        return self._question(text, 0).vector

    def knows(self, text: str) -> bool:
        """Whether a text is one or two words that occur in the documents, and not in most passages."""
        words = self._words.match(text, expand=False)
        return 1 <= len(words) <= 2 and all(word.matches and word.rarity > TELLING_RARITY for word in words)

    def query(self, question: str, start: int = 0) -> Query:
        """Analyse a question. `question[:start]` is the question before, for a follow-up.

        Retrieval uses the whole string. Token matching scores only the tokens from `start` on, each in
        the context of the whole.
        """
        tokens = self._question(question, start)
        bundled = self._embedder is self._interaction.embedder
        analysis = self._words.analysis
        return Query(
            text=question,
            language=detect_language(question),
            vector=tokens.vector[None] if bundled else self._embedder.questions([question]),
            static=self._static.questions([question]),
            words=self._words.match(question, "expansion" not in self.without),
            names=frozenset(analysis.words(" ".join(_names(question)))),
            tokens=tokens,
        )

    def search(
        self, query: Query, k: int, near: Sequence[Passage] = (), scope: Scope = EVERYTHING
    ) -> list[Hit]:
        """The k best passages in the scope, best first; passages close to one in `near` rank higher.

        The READ best candidates are read token by token and ranked by all signals; the others follow in
        the order in which they were proposed. Raises NothingInScope where no document is in the scope.
        """
        within = self._within(scope)
        candidates = self._candidates(query, near, max(k, READ) if k else 0, within)
        self.generation.fetch([candidate.number for candidate in candidates])
        read = [self._read(query, candidate) for candidate in candidates[:READ]]
        hits = [self._after(query, hit, read) for hit in read]
        hits.sort(key=lambda hit: -hit.score)
        hits += [self._hit(candidate) for candidate in candidates[READ:k]]
        return [
            replace(hit, rank=rank, words=_matched(query, hit.vocabulary))
            for rank, hit in enumerate(hits[:k], 1)
        ]

    def _candidates(
        self, query: Query, near: Sequence[Passage], k: int, within: Within | None
    ) -> list[Candidate]:
        """The k best of all passages that a signal proposes, by the signals that need no reading."""
        keys = within.keys if within else None
        dense = self.generation.nearest(query.vector[0], CANDIDATES, within)
        covered = dict(self._words.search_coverage(query.words, CANDIDATES, keys))
        bm25 = dict(self._words.search_bm25(query.text, query.language, CANDIDATES, keys))
        for name, proposed in (("dense", dense), ("coverage", covered), ("bm25", bm25)):
            if name in self.without:
                proposed.clear()
        numbers = np.array(sorted(dense.keys() | covered.keys() | bm25.keys()), np.int64)
        others = numbers[[number not in dense for number in numbers.tolist()]]
        dense |= self.generation.cosines(query.vector[0], others)
        covered |= self._words.coverage(query.words, numbers[[n not in covered for n in numbers.tolist()]])
        places = self.generation.places(numbers)
        same_language = places["language"] == query.language.encode()
        signals = {
            "coverage": _values(covered, numbers),
            "dense": _values(dense, numbers),
            "bm25": _values(bm25, numbers) * same_language,
            "nearness": self._nearness(numbers, places, near),
        }
        signals = {name: values * (name not in self.without) for name, values in signals.items()}
        best = np.argsort(-weighted(signals, PROPOSING), kind="stable")[:k].tolist()
        return [
            Candidate(int(numbers[at]), {name: float(values[at]) for name, values in signals.items()})
            for at in best
        ]

    def _nearness(self, numbers: Numbers, places: Places, near: Sequence[Passage]) -> Scores:
        """1 for a passage in `near`, falling with the distance in the same document: float64[numbers]."""
        nearness = np.zeros(len(numbers))
        if near:
            documents = self.generation.manifest.documents
            ids = np.array([documents[self.generation.document_of(n)].path for n in numbers.tolist()])
            for other in near:
                distance = np.abs(places["start"].astype(np.int64) - other.start)
                nearness = np.maximum(
                    nearness, (ids == other.document_id) * np.exp(-distance / NEARNESS_REACH)
                )
        return nearness

    def _read(self, query: Query, candidate: Candidate) -> Hit:
        """A candidate read token by token, and its sentences."""
        document, passage = self.generation.passage(candidate.number)
        spans = passage.sentences or ((passage.start, passage.end),)
        met = self._interaction.match(query.tokens, passage, spans, self._stored(candidate.number))
        if "interaction" in self.without:
            met[:] = 0.0
        whole, *parts = (met @ query.tokens.importance).tolist()
        texts = tuple(document.text[slice(*span)] for span in spans)
        likeness = (self._static_vectors(texts) @ query.static[0]).tolist()
        so_far = (np.maximum.accumulate(met[1:], axis=0) @ query.tokens.importance).tolist()
        sentences = []
        for (start, end), *found, own in zip(spans, parts, so_far, likeness, met[1:], strict=True):
            signals = dict(zip(SENTENCE, found, strict=True))
            sentences.append(Sentence(start, end, weighted(signals, SENTENCE), signals, own))
        best = 0.0 if "sentence" in self.without else max(sentence.score for sentence in sentences)
        hit = self._hit(candidate, interaction=whole, sentence=best)
        return replace(hit, sentences=tuple(sentences), met=met[0])

    def _stored(self, number: int) -> Embedding | None:
        """A passage as the index has it; None if that has no tokens, for it was made by another model."""
        stored = self.generation.embedding(number)
        return stored if stored.tokens else None

    def _after(self, query: Query, hit: Hit, read: Sequence[Hit]) -> Hit:
        """A hit, scored with what the passages before it, of those in `read`, say of its subject."""
        earlier = [other.met for other in read if _is_before(other.passage, hit.passage)]
        if not earlier or "before" in self.without:
            return hit
        met = np.array([hit.met, *earlier])
        more = float((met.max(axis=0) - met[0]) @ query.tokens.importance)
        signals = hit.signals | {"before": more}
        return replace(hit, score=weighted(signals, PASSAGE), signals=signals)

    def verified(self, query: Query, hit: Hit) -> Hit:
        """A hit that was read, its sentences verified."""
        if "verified" in self.without:
            return hit
        spans = [(sentence.start, sentence.end) for sentence in hit.sentences]
        scores = self._verifier.scores(
            query.text, above(hit.document, hit.passage), hit.passage, spans
        ).tolist()
        sentences = zip(hit.sentences, scores, strict=True)
        return replace(hit, sentences=tuple(replace(one, verified=score) for one, score in sentences))

    def _hit(self, candidate: Candidate, interaction: float = 0.0, sentence: float = 0.0) -> Hit:
        """The hit that a candidate becomes, as yet without a rank."""
        signals = candidate.signals | {"before": 0.0, "interaction": interaction, "sentence": sentence}
        document, passage = self.generation.passage(candidate.number)
        return Hit(0, weighted(signals, PASSAGE), signals, passage, document, self._words_of(passage))

    def _words_of(self, passage: Passage) -> frozenset[str]:
        """The words of a passage as they are compared: folded, compounds with their parts."""
        analysis = self._words.analysis
        return frozenset(analysis.with_parts(analysis.words(passage.text), passage.language))


def _within(generation: Snapshot, scope: Scope) -> Within | None:
    """The passages in the scope; None for all."""
    return generation.within(scope.numbers(generation.manifest.documents)) if scope else None


def _matched(query: Query, words: Set[str]) -> dict[str, str]:
    """The informative words of a question with their best matches in a passage, most informative first."""
    matched = []
    for word in query.words:
        if found := word.matches.keys() & words:
            best = max(found, key=lambda match: (word.matches[match], match))
            matched.append((word.rarity * word.matches[best], word.text, best))
    return {word: best for worth, word, best in sorted(matched, reverse=True) if worth >= TELLING}


def _names(question: str) -> list[str]:
    """The words of a question that are capitalised or numbers, but for its first word."""
    words = re.findall(r"[\w’'-]+", question)[1:]
    return [word for word in words if word[0].isupper() or word[0].isdigit()]


def _is_before(passage: Passage, other: Passage) -> bool:
    """Whether a passage begins shortly before another."""
    distance = other.start - passage.start
    return passage.document_id == other.document_id and 0 < distance < SUBJECT_REACH


def _values(of: Mapping[int, float], numbers: Numbers) -> Scores:
    """What there is for each number, 0 where there is nothing: float64[numbers]."""
    return np.array([of.get(number, 0.0) for number in numbers.tolist()], np.float64)
