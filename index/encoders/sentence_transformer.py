"""Sentence transformer: any other model, run by sentence-transformers."""

import hashlib
import json
import os
from collections.abc import Sequence

import numpy as np

from rodedraad.index.encoders.base import BATCH, Embedding, OnEncoded, Vectors, unit
from rodedraad.index.settings import Settings
from rodedraad.ingest.errors import RodeDraadError


class TransformerEmbedder:
    """Any sentence-transformers model, by name or folder, with a prefix before each text."""

    def __init__(self, settings: Settings) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        self.name = settings.model
        self._prefixes = (settings.query_prefix, settings.passage_prefix)
        try:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(settings.model, device="cpu").float()
        except Exception as error:  # the library raises whatever its loaders do
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise RodeDraadError(
                f"The model {settings.model!r} cannot be loaded ({reason}). Check its name or "
                "folder in settings.toml; a model named from the hub needs a network once."
            ) from error
        self.dimension = self._model.encode([""], convert_to_numpy=True).shape[1]
        digest = hashlib.sha256(json.dumps(self._prefixes).encode())
        for name, tensor in sorted(self._model.state_dict().items()):
            digest.update(name.encode() + tensor.float().numpy().tobytes())
        self.fingerprint = digest.hexdigest()

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._encode(self._prefixes[0], texts)

    def passages(self, texts: Sequence[str], progress: OnEncoded = lambda done: None) -> Vectors:
        """Embed passages, sentences or words of the sources."""
        parts = [np.zeros((0, self.dimension), np.float32)]
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            parts.append(self._encode(self._prefixes[1], batch))
            progress(len(batch))
        return np.concatenate(parts)

    def embeddings(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed passages for an index, without their tokens."""
        return [Embedding(vector) for vector in self.passages(texts)]

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        prefixed = [prefix + text for text in texts]
        vectors = self._model.encode(prefixed, show_progress_bar=False, convert_to_numpy=True)
        return unit(np.asarray(vectors, np.float32).reshape(len(texts), self.dimension))
