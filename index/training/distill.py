"""Distillation: a student learns to give a text the vector that a teacher gives its English translation."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor
from torch.nn import functional
from transformers import BertModel

from index.training.data import Pair, batches
from index.training.figures import Encode
from index.training.loop import Figures, Loop, Plan


@dataclass(frozen=True)
class Rates:
    """Highest learning rates."""

    table: float
    """Of the word-piece table."""
    layers: float


FIRST = Rates(7e-4, 1.5e-4)
"""For a student fresh from the prototype."""
LATER = Rates(5e-4, 5e-5)
"""For one that goes on from exported weights."""
REMEMBERED = 8_192
"""Targets of the batches before, which a text's own target must beat as well."""
SCALE = 20.0
"""What cosines are multiplied by in cross-entropy."""


def vectors(model: SentenceTransformer, texts: Sequence[str]) -> Tensor:
    """Unit vectors, float32[n, d]: the layers in bfloat16, pooling in float32."""
    features = {
        name: value.to(model.device) if isinstance(value, Tensor) else value
        for name, value in model.preprocess(list(texts)).items()
    }
    transformer, *rest = model
    with torch.autocast(model.device.type, dtype=torch.bfloat16):
        features = transformer(features)
    features["token_embeddings"] = features["token_embeddings"].float()
    for module in rest:
        features = module(features)
    pooled: Tensor = features["sentence_embedding"]
    return pooled


def bert_of(model: SentenceTransformer) -> BertModel:
    """The transformer inside."""
    bert = model[0].auto_model
    if not isinstance(bert, BertModel):
        raise TypeError(f"a BERT model is needed, not {type(bert).__name__}")
    return bert


def encoder(model: SentenceTransformer, at_once: int = 32) -> Encode:
    """The model as a function from texts to unit vectors, float32[n, d]."""

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        found: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(texts)
        for start in range(0, len(order), at_once):
            part = order[start : start + at_once]
            for at, row in zip(part, vectors(model, [texts[at] for at in part]).cpu().numpy(), strict=True):
                found[at] = row
        return np.stack(found)

    return encode


class Teacher:
    """The English teacher; it reads each text once and remembers the vector."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._encode = encoder(model.eval())
        self._device = model.device
        self._known: dict[str, NDArray[np.float16]] = {}

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors, float32[n, d]."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encode(new).astype(np.float16), strict=True))
        return torch.from_numpy(np.stack([self._known[text] for text in texts])).to(self._device).float()


def loss_of(student: Tensor, teacher: Tensor, others: Tensor) -> Tensor:
    """Cosine distance to the own target, and cross-entropy over the batch's targets and others.

    `student` and `teacher` are float32[n, d], `others` float32[m, d]. Targets that mean nearly the same as
    the own one do not count against it.
    """
    targets = torch.cat([teacher, others])
    similarity = student @ targets.T
    own = torch.eye(len(student), len(targets), dtype=torch.bool, device=student.device)
    repeated = (teacher @ targets.T > 0.95) & ~own
    logits = (similarity * SCALE).masked_fill(repeated, float("-inf"))
    nearness = 1 - similarity.diagonal().mean()
    return 5 * nearness + functional.cross_entropy(logits, torch.arange(len(student), device=student.device))


def direct_loss_of(first: Tensor, second: Tensor) -> Tensor:
    """Cross-entropy of finding the own counterpart in the batch, both ways; both float32[n, d]."""
    own = torch.eye(len(first), dtype=torch.bool, device=first.device)
    with torch.no_grad():
        repeated = ((first @ first.T > 0.97) | (second @ second.T > 0.97)) & ~own
    logits = (first @ second.T * SCALE).masked_fill(repeated, float("-inf"))
    places = torch.arange(len(first), device=first.device)
    return functional.cross_entropy(logits, places) + functional.cross_entropy(logits.T, places)


def blend(student: SentenceTransformer, teacher: SentenceTransformer) -> None:
    """Moves the student's layers half-way back to the teacher's, from which they came; its table stays.

    Training bends the layers to the training text; half-way back they find passages better than at both ends.
    """
    table = bert_of(student).embeddings.word_embeddings.weight
    with torch.no_grad():
        for own, first in zip(bert_of(student).parameters(), bert_of(teacher).parameters(), strict=True):
            if own is not table:
                own.lerp_(first, 0.5)


class Distillation:
    """The run that trains a student; it changes the student in place."""

    def __init__(
        self,
        student: SentenceTransformer,
        teacher: SentenceTransformer,
        plan: Plan,
        work: Path,
        rates: Rates = FIRST,
    ) -> None:
        self._student = student.eval()  # no dropout: the target is exact
        self._teacher = Teacher(teacher)
        self._remembered = torch.empty(0, student.get_embedding_dimension() or 0, device=student.device)
        table = bert_of(student).embeddings.word_embeddings
        table.sparse = True
        others = [value for value in student.parameters() if value is not table.weight]
        optimisers = (
            torch.optim.SparseAdam([table.weight], lr=rates.table),
            torch.optim.AdamW(others, lr=rates.layers, weight_decay=0.0),
        )
        self._loop = Loop("student", student, optimisers, plan, work)
        self._loop.resume()

    def train(self, pairs: Sequence[Pair], direct: Sequence[Pair], seed: int, figures: Figures) -> None:
        """One pass over the pairs with English and those without, or less where time is short."""
        rng = random.Random(seed)
        steps = [(self._distil, batch) for batch in batches(pairs, rng)]
        steps += [(self._align, batch) for batch in batches(direct, rng, characters=12_000, most=128)]
        rng.shuffle(steps)
        self._loop.train(steps, lambda step: step[0](step[1]), figures)

    def _distil(self, batch: Sequence[Pair]) -> Tensor:
        """The loss of texts against the teacher's vectors of their English."""
        student = vectors(self._student, [pair.text for pair in batch])
        teacher = self._teacher([pair.target for pair in batch])
        loss = loss_of(student, teacher, self._remembered)
        self._remembered = torch.cat([teacher, self._remembered])[:REMEMBERED]
        return loss

    def _align(self, batch: Sequence[Pair]) -> Tensor:
        """The loss of texts against the student's own vectors of their translations."""
        sides = (vectors(self._student, [pair[side] for pair in batch]) for side in (0, 1))
        return direct_loss_of(*sides)
