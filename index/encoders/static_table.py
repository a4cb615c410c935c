"""A static table of token vectors, read from a sentence-transformers folder without torch."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rodedraad.index.encoders.base import (
    BATCH,
    Embedding,
    OnEncoded,
    Vectors,
    read_tokenizer,
    sha256_of,
    unit,
)
from rodedraad.ingest.errors import RodeDraadError

TABLE_TOKENIZER, TABLE_FILE = "tokenizer.json", "model.safetensors"


def fingerprint_of(folder: Path, prefixes: tuple[str, str] = ("", "")) -> str:
    """The fingerprint of the table in a folder."""
    return sha256_of((folder / TABLE_TOKENIZER, folder / TABLE_FILE), json.dumps(prefixes).encode())


class StaticEmbedder:
    """A table of token vectors: a text is the mean of its tokens' vectors.

    Reads a sentence-transformers folder of a single StaticEmbedding, without importing torch.
    """

    def __init__(
        self, folder: Path, name: str, prefixes: tuple[str, str] = ("", ""), fingerprint: str = ""
    ) -> None:
        """Read the folder; RodeDraadError if it cannot. The fingerprint is made where it is not known."""
        from safetensors import SafetensorError, safe_open

        try:
            self.tokenizer = read_tokenizer(folder / TABLE_TOKENIZER)
            with safe_open(folder / TABLE_FILE, "np") as weights:
                self.table = weights.get_tensor("embedding.weight")
            self.fingerprint = fingerprint or fingerprint_of(folder, prefixes)
            if self.table.ndim != 2 or len(self.table) < self.tokenizer.get_vocab_size():
                raise ValueError("its vectors are not those of its tokens")
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise RodeDraadError(
                f"The model in {folder} cannot be read ({error}). Reinstall Rode Draad, or "
                "name another model in settings.toml."
            ) from error
        self.tokenizer.no_padding()
        self.name = name
        self.dimension = self.table.shape[1]
        self._prefixes = prefixes

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._encode(self._prefixes[0], texts)

    def passages(self, texts: Sequence[str], progress: OnEncoded = lambda done: None) -> Vectors:
        """Embed passages, sentences or words of the sources."""
        return self._encode(self._prefixes[1], texts, progress)

    def embeddings(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed passages for an index, without their tokens."""
        return [Embedding(vector) for vector in self.passages(texts)]

    def _encode(self, prefix: str, texts: Sequence[str], progress: OnEncoded = lambda done: None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), BATCH):
            batch = [prefix + text for text in texts[start : start + BATCH]]
            encodings = self.tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for row, encoding in enumerate(encodings, start):
                if encoding.ids:
                    vectors[row] = self.table[encoding.ids].mean(axis=0, dtype=np.float32)
            progress(len(batch))
        return unit(vectors)
