"""ONNX transformer: the bundled encoder, run by onnxruntime without importing torch."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime

from rodedraad.index.encoders.base import Embedding, OnEncoded, Vectors, read_tokenizer, sha256_of, unit
from rodedraad.index.encoders.token_codes import TOKEN_CODES, TokenCodec
from rodedraad.ingest.errors import RodeDraadError

if TYPE_CHECKING:
    from tokenizers import Encoding

Ids = npt.NDArray[np.int64]

ENCODER, FROZEN, TOKENIZER = "encoder.onnx", "encoder.onnx_data", "tokenizer.json"
"""The files of the graph with the weights that training changes, of all others, and of the tokenizer."""

EMBEDDING, STATES = "sentence_embedding", "last_hidden_state"
"""The outputs: a vector of unit length for a text, and a state for each token."""

QUESTION_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "
"""What the model was trained to see before a text (Wang et al. 2024, Multilingual E5 Text Embeddings)."""

TOKENS_READ = 512
"""Tokens of a text that are read, its two marks and prefix included; the rest is left out."""

PADDED = 512
"""Tokens read at once, padding included: little enough for the cache of a core."""

THREADS = 1 if os.environ.get("OMP_NUM_THREADS") == "1" else 2
"""Of a session; the variable is that of other libraries."""


def open_session(graph: Path, threads: int = THREADS) -> onnxruntime.InferenceSession:
    """A session for a graph, on threads that do not spin.

    More optimisation than the basic one would join nodes that are faster apart.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def fingerprint_of(folder: Path) -> str:
    """The fingerprint of the encoder in a folder, and of what packs its tokens."""
    return sha256_of((folder / TOKENIZER, folder / ENCODER, folder / FROZEN, TOKEN_CODES))


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text as the transformer reads them."""

    vector: Vectors  # float32[384], of the whole text, of unit length
    states: Vectors  # float32[n, 384], rows of unit length
    spans: Ids  # int64[n, 2], where in the text each begins and ends


class ContextualEmbedder:
    """Texts to float32[n, 384], rows of unit length, by a transformer in eight bits."""

    def __init__(self, folder: Path, name: str, fingerprint: str = "") -> None:
        """Read the encoder and its tokenizer from a folder; RodeDraadError if it cannot.

        The fingerprint is made where it is not known.
        """
        try:
            self.tokenizer = read_tokenizer(folder / TOKENIZER)
            self.fingerprint = fingerprint or fingerprint_of(folder)
            ids = map(self.tokenizer.token_to_id, ("<s>", "</s>"))
            self._first, self._last = (id for id in ids if id is not None)
            self._session = open_session(folder / ENCODER)
        except Exception as error:  # the libraries raise exceptions of no common kind
            raise RodeDraadError(
                f"The model in {folder} cannot be read ({error}). Reinstall Rode Draad, or "
                "name another model in settings.toml."
            ) from error
        self.name = name
        self.dimension: int = self._session.get_outputs()[0].shape[1]

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._encode(QUESTION_PREFIX, texts)

    def passages(self, texts: Sequence[str], progress: OnEncoded = lambda done: None) -> Vectors:
        """Embed passages or sentences of the sources."""
        return self._encode(PASSAGE_PREFIX, texts, progress)

    def embeddings(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed passages for an index, with their tokens."""
        read = self.all_tokens(texts)
        return [Embedding(of.vector, self.codec.pack(of.states, of.vector)) for of in read]

    @cached_property
    def codec(self) -> TokenCodec:
        """What packs the tokens' states."""
        return TokenCodec()

    def _encode(self, prefix: str, texts: Sequence[str], progress: OnEncoded = lambda done: None) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        encodings = self.tokenizer.encode_batch_fast(
            [prefix + text for text in texts], add_special_tokens=False
        )
        for places, batch in self._batches([encoding.ids for encoding in encodings]):
            vectors[places] = self._session.run([EMBEDDING], batch)[0]
            progress(len(places))
        return vectors

    def tokens(self, text: str, prefix: str = PASSAGE_PREFIX) -> Tokens:
        """The tokens of a text in the light of the whole text, without its marks and its prefix."""
        return self.all_tokens([text], prefix)[0]

    def all_tokens(self, texts: Sequence[str], prefix: str = PASSAGE_PREFIX) -> list[Tokens]:
        """The tokens of each text."""
        encodings = self.tokenizer.encode_batch([prefix + text for text in texts], add_special_tokens=False)
        found: dict[int, Tokens] = {}
        for places, batch in self._batches([encoding.ids for encoding in encodings]):
            vectors, states = self._session.run([EMBEDDING, STATES], batch)
            for place, vector, of_text in zip(places, vectors, states, strict=True):
                spans = _spans(encodings[place], prefix)
                own = spans[:, 0] >= 0
                found[place] = Tokens(vector, unit(of_text[1 : len(spans) + 1][own]), spans[own])
        return [found[place] for place in range(len(texts))]

    def starts(self, text: str) -> Ids:
        """Where in a passage's text each of its tokens begins, int64[n]; the transformer is not run."""
        starts = _spans(
            self.tokenizer.encode(PASSAGE_PREFIX + text, add_special_tokens=False), PASSAGE_PREFIX
        )[:, 0]
        return starts[starts >= 0]

    def _batches(self, texts: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], dict[str, Ids]]]:
        """Places in `texts` and the input for them: token ids between their marks, and the mask."""
        tokens = [[self._first, *ids[: TOKENS_READ - 2], self._last] for ids in texts]
        order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and (end + 1 - start) * len(tokens[order[end]]) <= PADDED:
                end += 1
            places = order[start:end]
            ids = np.zeros((len(places), len(tokens[places[-1]])), np.int64)
            mask = np.zeros_like(ids)
            for row, place in enumerate(places):
                ids[row, : len(tokens[place])] = tokens[place]
                mask[row, : len(tokens[place])] = 1
            yield places, {"input_ids": ids, "attention_mask": mask}
            start = end


def _spans(encoding: "Encoding", prefix: str) -> Ids:
    """Where in a text each of its tokens that are read begins and ends; below 0 those of the prefix."""
    return np.array(encoding.offsets[: TOKENS_READ - 2], np.int64).reshape(-1, 2) - len(prefix)
