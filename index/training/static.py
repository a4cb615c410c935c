"""Static table: one vector a token, trained to find its like among the tokens of a matching text."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from index.training.data import TextPair, of_like_length
from index.training.loop import Loop, MeasureModel, RunLength, best_device

HIGHEST_RATE = 3e-3
"""Highest learning rate; rows have unit length."""
POWER = 2
"""Makes near tokens count more than middling ones, while training."""
SCALE = 20.0
PASSES = 2
TENSOR = "embedding.weight"
MOST_TOKENS = 64
"""Different tokens of a text that are looked at."""
BATCH_TOKENS = 2_000
"""Tokens that a batch may have on its longer side, padding included."""
MOST_ROWS = 256
BATCH_WINDOW = 8_000
"""Pairs next to each other, from which a batch is made."""

DifferentTokens = NDArray[np.int64]


def read_table(folder: Path) -> NDArray[np.float32]:
    """The table of a sentence-transformers folder, float32[tokens, d]."""
    return np.asarray(load_file(folder / "model.safetensors")[TENSOR], np.float32)


def write_table(table: NDArray[np.float32], folder: Path) -> None:
    """Writes a table in half precision, as sentence-transformers reads it."""
    save_file({TENSOR: table.astype(np.float16)}, folder / "model.safetensors")


def unit_rows(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length one; rows of nothing stay so."""
    return np.asarray(table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-6), np.float32)


def best_matches(similarity: Tensor, weights: Tensor, axis: int) -> Tensor:
    """Each text's tokens with their best match in every other text, averaged by weight.

    `similarity` is [n, tokens, n, tokens] between two sides; `weights`, float32[n, tokens], belong to the
    side whose tokens are kept, and `axis` (1 or 3) holds the tokens of the other, of which the best counts.
    The result is float32[n, n] with the first side's texts as rows.
    """
    best = similarity.max(axis).values.float().clamp(min=0) ** POWER
    if axis == 3:
        return torch.einsum("alb,al->ab", best, weights) / weights.sum(1)[:, None]
    return torch.einsum("abl,bl->ab", best, weights) / weights.sum(1)[None, :]


class TableTraining:
    """The run that trains a table on texts of the same meaning, of any two languages."""

    def __init__(self, table: NDArray[np.float32], tokenizer: Tokenizer, plan: RunLength, work: Path) -> None:
        self._lengths = np.linalg.norm(table, axis=1, keepdims=True)
        self._tokenizer = tokenizer
        self._device = best_device()
        self._table = nn.Embedding(len(table), table.shape[1], sparse=True, device=self._device)
        self._table.weight.data.copy_(torch.from_numpy(unit_rows(table)))
        self._rarity = torch.ones(len(table), device=self._device)
        optimiser = torch.optim.SparseAdam(self._table.parameters(), lr=HIGHEST_RATE)
        self._loop = Loop("static", self._table, [optimiser], plan, work)
        self._loop.resume()

    @property
    def table(self) -> NDArray[np.float32]:
        """The table as it is, float32[tokens, d], rows as long as before training."""
        return np.asarray(unit_rows(self._table.weight.detach().cpu().numpy()) * self._lengths, np.float32)

    def train(self, pairs: Sequence[TextPair], seed: int, figures: MeasureModel) -> None:
        """Passes over the pairs: one shuffled, one source by source, whose batches are harder, and so on."""
        rng = random.Random(seed)
        sides = [self._tokens([pair[side] for pair in pairs], rng) for side in (0, 1)]
        counts = np.bincount(np.concatenate(sides[0] + sides[1]), minlength=len(self._rarity))
        rarity = np.log(1 + (2 * len(pairs) - counts + 0.5) / (counts + 0.5))
        self._rarity = torch.from_numpy(rarity).float().clamp(min=0.05).to(self._device)
        rows = [row for row in zip(*sides, strict=True) if len(row[0]) and len(row[1])]
        orders = (rows if at % 2 else rng.sample(rows, len(rows)) for at in range(PASSES))
        batches = [
            batch
            for order in orders
            for batch in of_like_length(order, longer_side, BATCH_TOKENS, BATCH_WINDOW, MOST_ROWS, rng)
        ]
        self._loop.train(batches, self._loss_of, figures)

    def _tokens(self, texts: Sequence[str], rng: random.Random) -> list[DifferentTokens]:
        """The different tokens of each text."""
        found: list[DifferentTokens] = []
        for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
            ids = sorted(set(encoding.ids))
            found.append(np.array(rng.sample(ids, min(len(ids), MOST_TOKENS)), np.int64))
        return found

    def _padded(self, rows: Sequence[DifferentTokens]) -> Tensor:
        """Tokens of several texts, int64[n, longest], with zeros behind."""
        return nn.utils.rnn.pad_sequence([torch.from_numpy(row) for row in rows], True).to(self._device)

    def _loss_of(self, batch: Sequence[tuple[DifferentTokens, DifferentTokens]]) -> Tensor:
        """Cross-entropy of finding the own counterpart in the batch, by the tokens of either side."""
        ids = [self._padded([row[side] for row in batch]) for side in (0, 1)]
        first, second = (
            functional.normalize(self._table(side), dim=-1) * (side > 0)[..., None] for side in ids
        )
        similarity = (first.bfloat16().flatten(0, 1) @ second.bfloat16().flatten(0, 1).T).view(
            *ids[0].shape, *ids[1].shape
        )
        weights = [self._rarity[side] * (side > 0) for side in ids]
        own = torch.arange(len(batch), device=self._device)
        scores = best_matches(similarity, weights[0], 3), best_matches(similarity, weights[1], 1)
        losses = [
            functional.cross_entropy(view * SCALE, own) for score in scores for view in (score, score.T)
        ]
        return torch.stack(losses).mean()


def longer_side(row: tuple[DifferentTokens, DifferentTokens]) -> int:
    """Tokens of the longer of two texts."""
    return max(map(len, row))
