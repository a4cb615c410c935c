"""Loop: steps until the time is over, with a bar, a log of figures, and checkpoints to go on from."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor, nn

Batch = TypeVar("Batch")
MeasureModel = Callable[[], dict[str, float]]
"""Measures the model as it is; for the log."""


@dataclass(frozen=True)
class RunLength:
    """How long a run may take."""

    minutes: float
    """Training time; the learning rates fall to nearly nothing at its end."""
    warm_up: int = 60
    """Steps until the learning rates are highest."""
    checkpoint_minutes: float = 10


def best_device() -> torch.device:
    """The GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Loop:
    """One run: a model, its optimisers and how far it is."""

    def __init__(
        self,
        name: str,
        model: nn.Module,
        optimisers: Sequence[torch.optim.Optimizer],
        plan: RunLength,
        work: Path,
    ) -> None:
        self._name = name
        self._model = model
        self._optimisers = optimisers
        self._rates = [optimiser.param_groups[0]["lr"] for optimiser in optimisers]
        self._plan = plan
        self._work = work
        self._step = 0
        self._seconds = 0.0

    @property
    def _checkpoint(self) -> Path:
        return self._work / f"{self._name}.pt"

    def resume(self) -> None:
        """Goes back to the last checkpoint, if there is one."""
        if self._checkpoint.exists():
            state = torch.load(self._checkpoint, map_location="cpu", weights_only=True)
            self._model.load_state_dict(state["model"])
            for optimiser, kept in zip(self._optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(kept)
            self._step, self._seconds = state["step"], state["seconds"]

    def train(
        self, batches: Sequence[Batch], loss_of: Callable[[Batch], Tensor], figures: MeasureModel
    ) -> None:
        """One step a batch, until the batches or the time are over; figures are taken at each checkpoint."""
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()
        losses: list[float] = []
        saved = self._seconds
        with Progress(*columns) as progress:
            task = progress.add_task(self._name, total=1.0)
            while (done := self._done(len(batches))) < 1:
                began = time.monotonic()
                losses.append(self._learn(loss_of, batches[self._step], done))
                self._seconds += time.monotonic() - began
                shown = f"{self._name}, step {self._step}, loss {np.mean(losses[-100:]):.3f}"
                progress.update(task, completed=done, description=shown)
                over = self._done(len(batches)) >= 1
                if over or self._seconds - saved >= 60 * self._plan.checkpoint_minutes:
                    self._save({"loss": round(float(np.mean(losses)), 4), **figures()})
                    losses, saved = [], self._seconds

    def _done(self, steps: int) -> float:
        """How much of the run is over, from 0 to 1."""
        return max(self._seconds / (60 * self._plan.minutes), self._step / steps)

    def _learn(self, loss_of: Callable[[Batch], Tensor], batch: Batch, done: float) -> float:
        """One step; gives the loss."""
        pace = min(1.0, (self._step + 1) / self._plan.warm_up) * max(0.02, 1 - done)
        for optimiser, rate in zip(self._optimisers, self._rates, strict=True):
            optimiser.param_groups[0]["lr"] = rate * pace
            optimiser.zero_grad()
        loss = loss_of(batch)
        torch.autograd.backward(loss)
        for optimiser in self._optimisers:
            optimiser.step()
        self._step += 1
        return loss.item()

    def _save(self, figures: dict[str, float]) -> None:
        """Writes the checkpoint, and the figures as a line of the log."""
        self._work.mkdir(parents=True, exist_ok=True)
        state = {
            "model": self._model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
            "step": self._step,
            "seconds": self._seconds,
        }
        new = self._checkpoint.with_suffix(".new")
        torch.save(state, new)
        new.replace(self._checkpoint)
        line = {"run": self._name, "step": self._step, "seconds": round(self._seconds), **figures}
        with (self._work / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
