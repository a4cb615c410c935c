"""Interaction: how well the words of a question are met by those of a text, each read in its context.

Late interaction after ColBERT (Khattab and Zaharia 2020): each token of the question takes the token
of the text that is most like it. Here a learned map turns a question's tokens towards those of
answers ("hoeveel" towards numbers), and a learned vector says how much each token counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from index.contextual import ContextualEmbedder, Tokens
from index.embedding import BUNDLED_MODEL, Vectors, unit
from ingest.documents import Passage, Span
from ingest.errors import RodeDraadError

WEIGHTS = "interaction.safetensors"

KEPT = 256
"""Texts whose tokens are kept in memory, about 0.2 MB for each passage."""


@dataclass(frozen=True, slots=True)
class QuestionTokens:
    """A question as late interaction reads it."""

    states: Vectors  # float32[n, d], rows of unit length
    importance: Vectors  # float32[n], adding up to 1


class LateInteraction:
    """The bundled transformer's tokens, compared one by one."""

    def __init__(self, folder: Path) -> None:
        """Read the transformer and what was learned for it from a folder; RodeDraadError if it cannot."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        self._embedder = ContextualEmbedder(folder, "bundled")
        try:
            learned = load((folder / WEIGHTS).read_bytes())
            self.map = learned["map"].astype(np.float32)
            self.importance = learned["importance"].astype(np.float32)
        except (OSError, KeyError, SafetensorError) as error:
            raise RodeDraadError(
                f"{WEIGHTS} in {folder} cannot be read ({error}). Install Rode Draad anew."
            ) from error
        self.tokens = lru_cache(KEPT)(self._read)

    def question(self, text: str) -> QuestionTokens:
        """Read a question."""
        states = self.tokens(text).states
        counts = np.exp(states @ self.importance)
        return QuestionTokens(unit(states @ self.map.T), counts / max(counts.sum(), 1e-9))

    def match(self, question: QuestionTokens, passage: Passage, spans: Sequence[Span]) -> Vectors:
        """How well each token of a question is met by a passage, and by the part of it in each span.

        float32[1 + spans, n], from -1 to 1: the cosine of the likest token, 0 where there is none.
        `spans` are offsets into the reading text.
        """
        tokens = self.tokens(passage.text)
        likeness = question.states @ tokens.states.T
        starts = tokens.spans[:, 0] + passage.start
        met = np.zeros((1 + len(spans), len(likeness)), np.float32)
        for row, (start, end) in enumerate([(passage.start, passage.end), *spans]):
            inside = likeness[:, np.searchsorted(starts, start) : np.searchsorted(starts, end)]
            if inside.size:
                met[row] = inside.max(axis=1)
        return met

    def _read(self, text: str) -> Tokens:
        return self._embedder.tokens([text])[0]


@cache
def bundled_interaction() -> LateInteraction:
    """Late interaction with the bundled model."""
    return LateInteraction(BUNDLED_MODEL)
