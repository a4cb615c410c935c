"""What every encoder is: texts in, unit vectors out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]
OnEncoded = Callable[[int], None]
"""Called with the number of texts done since the call before."""

BATCH = 256


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an index stores of a passage's text."""

    vector: Vectors  # float32[d], of unit length
    tokens: bytes = b""  # as TokenCodec packs them; empty by a model other than the bundled one


class Embedder(Protocol):
    """Texts to float32[n, dimension], rows of unit length.

    By a static table, a text without a token is all zeros.
    """

    name: str
    dimension: int
    fingerprint: str
    """SHA-256 of the weights and prefixes: vectors compare only where it is equal."""

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""

    def passages(self, texts: Sequence[str], progress: OnEncoded = ...) -> Vectors:
        """Embed passages, sentences or words of the sources."""

    def embeddings(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed passages for an index."""


def read_tokenizer(file: Path) -> tuple[bytes, "Tokenizer"]:
    """The bytes of a tokenizer's file, and the tokenizer in them."""
    from tokenizers import Tokenizer

    data = file.read_bytes()
    return data, Tokenizer.from_buffer(data)


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; rows of zeros stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return scaled
