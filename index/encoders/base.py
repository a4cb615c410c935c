"""Base: what every encoder is: texts in, unit vectors out."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
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


def read_tokenizer(file: Path) -> "Tokenizer":
    """The tokenizer in a file."""
    from tokenizers import Tokenizer

    return Tokenizer.from_buffer(file.read_bytes())


def sha256_of(files: Iterable[Path], before: bytes = b"") -> str:
    """The SHA-256 of some bytes and of files, one after another, hexadecimal."""
    digest = hashlib.sha256(before)
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; rows of zeros stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return scaled
