"""Embedding: texts become unit vectors, by the bundled model or any of sentence-transformers."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index.settings import Settings
from ingest.errors import RodeDraadError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int], None]
"""Called with the number of texts done since the call before."""

BUNDLED_MODEL = Path(__file__).parent / "model"
BATCH = 256


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

    def passages(self, texts: Sequence[str], progress: Progress = ...) -> Vectors:
        """Embed passages, sentences or words of the sources."""


def load_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name.

    Raises RodeDraadError when the model cannot be loaded.
    """
    if not settings.model:
        from index.contextual import bundled_contextual

        return bundled_contextual()
    if folder := _static_folder(Path(settings.model)):
        prefixes = (settings.query_prefix, settings.passage_prefix)
        return StaticEmbedder(folder, settings.model, prefixes)
    return TransformerEmbedder(settings)


def read_tokenizer(file: Path) -> tuple[bytes, "Tokenizer"]:
    """The bytes of a tokenizer's file, and the tokenizer in them."""
    from tokenizers import Tokenizer

    data = file.read_bytes()
    return data, Tokenizer.from_buffer(data)


@cache
def bundled_static() -> "StaticEmbedder":
    """The bundled table of token vectors."""
    return StaticEmbedder(BUNDLED_MODEL, "bundled")


def _static_folder(model: Path) -> Path | None:
    """Where a model's folder keeps its StaticEmbedding; None if it is another kind of model."""
    try:
        [module] = json.loads((model / "modules.json").read_text("utf-8"))
        if module["type"].endswith(".StaticEmbedding"):
            return model / str(module["path"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


class StaticEmbedder:
    """A table of token vectors: a text is the mean of its tokens' vectors.

    Reads a sentence-transformers folder of a single StaticEmbedding, without importing torch.
    """

    def __init__(self, folder: Path, name: str, prefixes: tuple[str, str] = ("", "")) -> None:
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            tokenizer, self.tokenizer = read_tokenizer(folder / "tokenizer.json")
            weights = (folder / "model.safetensors").read_bytes()
            self.table = load(weights)["embedding.weight"]
            if self.table.ndim != 2 or len(self.table) < self.tokenizer.get_vocab_size():
                raise ValueError("its vectors are not those of its tokens")
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise RodeDraadError(
                f"The model in {folder} cannot be read ({error}). Install Rode Draad anew, or "
                "name another model in settings.toml."
            ) from error
        self.tokenizer.no_padding()
        self.name = name
        self.dimension = self.table.shape[1]
        self._prefixes = prefixes
        digest = hashlib.sha256(json.dumps(prefixes).encode())
        digest.update(tokenizer + weights)
        self.fingerprint = digest.hexdigest()

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._encode(self._prefixes[0], texts)

    def passages(self, texts: Sequence[str], progress: Progress = lambda done: None) -> Vectors:
        """Embed passages, sentences or words of the sources."""
        return self._encode(self._prefixes[1], texts, progress)

    def _encode(self, prefix: str, texts: Sequence[str], progress: Progress = lambda done: None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), BATCH):
            batch = [prefix + text for text in texts[start : start + BATCH]]
            encodings = self.tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for row, encoding in enumerate(encodings, start):
                if encoding.ids:
                    vectors[row] = self.table[encoding.ids].mean(axis=0, dtype=np.float32)
            progress(len(batch))
        return unit(vectors)


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

    def passages(self, texts: Sequence[str], progress: Progress = lambda done: None) -> Vectors:
        """Embed passages, sentences or words of the sources."""
        parts = [np.zeros((0, self.dimension), np.float32)]
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            parts.append(self._encode(self._prefixes[1], batch))
            progress(len(batch))
        return np.concatenate(parts)

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        prefixed = [prefix + text for text in texts]
        vectors = self._model.encode(prefixed, show_progress_bar=False, convert_to_numpy=True)
        return unit(np.asarray(vectors, np.float32).reshape(len(texts), self.dimension))


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; rows of zeros stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return scaled
