"""Late interaction: how well the words of a question match those of a text, each read in its context.

After ColBERT (Khattab and Zaharia 2020), each token of the question takes the token
of the text that is most like it. Here a learned map turns a question's tokens towards those of
answers ("hoeveel" towards numbers), one learned vector says how much each token counts, and another
how much a token without a match counts against an answer ("Bolivia"). All were learned with the
encoder's last layers, by `python -m index.training`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rodedraad.index.encoders.base import Embedding, Vectors, unit
from rodedraad.index.encoders.onnx_transformer import QUESTION_PREFIX, ContextualEmbedder
from rodedraad.ingest.documents import Passage, Span
from rodedraad.ingest.errors import RodeDraadError

INTERACTION = "interaction.safetensors"

TEXTS_CACHED = 256
"""Texts whose tokens are kept in memory, a few kilobytes for each passage."""


@dataclass(frozen=True, slots=True)
class QuestionTokens:
    """A question as late interaction reads it."""

    vector: Vectors  # float32[d], of the whole question, of unit length
    states: Vectors  # float32[n, d], rows of unit length, turned towards answers
    coded: Vectors  # float32[n, d], the same to be compared with coded tokens
    importance: Vectors  # float32[n], adding up to 1
    need: Vectors  # float32[n], how much a poor match of each token counts against an answer
    wanted: float  # how well a token should be matched

    def unmet(self, met: Vectors) -> float:
        """The evidence against an answer in a text that matches the tokens by `met`, float32[n]."""
        return float(self.need @ np.maximum(self.wanted - met, 0))


class LateInteraction:
    """The bundled transformer's tokens, compared one by one."""

    def __init__(self, embedder: ContextualEmbedder, weights: Path) -> None:
        """Read what was learned for the transformer; RodeDraadError if it cannot."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        self.embedder = embedder
        try:
            learned = load(weights.read_bytes())
            self.map = learned["map"].astype(np.float32)
            self.importance = learned["importance"].astype(np.float32)
            self.need = learned["need"].astype(np.float32)
            _, _, self.wanted, self.least_need = learned["silence"].tolist()
        except (OSError, KeyError, SafetensorError) as error:
            raise RodeDraadError(f"{weights} cannot be read ({error}). Reinstall Rode Draad.") from error
        self._starts = lru_cache(TEXTS_CACHED)(embedder.starts)
        self._read = lru_cache(TEXTS_CACHED)(lambda text: embedder.embeddings([text])[0])

    def question(self, text: str, start: int = 0) -> QuestionTokens:
        """Read a question; only its tokens from the character `start` on count."""
        read = self.embedder.tokens(text, QUESTION_PREFIX)
        states = read.states[read.spans[:, 0] >= start]
        counts = np.exp(states @ self.importance)
        turned = unit(states @ self.map.T)
        return QuestionTokens(
            vector=read.vector,
            states=turned,
            coded=self.embedder.codec.turned(turned),
            importance=counts / max(counts.sum(), 1e-9),
            need=np.logaddexp(0, states @ self.need + self.least_need),  # softplus
            wanted=self.wanted,
        )

    def match(
        self,
        question: QuestionTokens,
        passage: Passage,
        spans: Sequence[Span],
        stored: Embedding | None = None,
    ) -> Vectors:
        """How well a passage, and the part of it in each span, matches each token of a question.

        float32[1 + spans, n], from -1 to 1: the cosine of the likest token, 0 where there is none.
        `spans` are offsets into the reading text. `stored` is the passage as the index has it; without it the
        passage is read now.
        """
        read = stored or self._read(passage.searched)
        likeness = question.coded @ self.embedder.codec.unpack(read.tokens, read.vector).T
        # Tokens of a heading that is put before the text begin before the passage, and count for nothing.
        starts = self._starts(passage.searched) + passage.end - len(passage.searched)
        met = np.zeros((1 + len(spans), len(likeness)), np.float32)
        for row, (start, end) in enumerate([(passage.start, passage.end), *spans]):
            inside = likeness[:, np.searchsorted(starts, start) : np.searchsorted(starts, end)]
            if inside.size:
                met[row] = inside.max(axis=1)
        return met
