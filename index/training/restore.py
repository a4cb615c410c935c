"""Restore: what was exported in eight bits, in float32 again, to be trained further."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.numpy import load

from index.training.source_encoder import SourceEncoder
from index.training.tuning import LAYERS
from rodedraad.index.encoders.verifier import SCORING, VERIFIER

_SELF = ("query", "key", "value")
_MATRICES = (
    *(f"attention.self.{part}" for part in _SELF),
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
_NORMS = ("attention.output.LayerNorm", "output.LayerNorm")


def restored_verifier(
    source: SourceEncoder, folder: Path
) -> tuple[SourceEncoder, dict[str, NDArray[np.float32]]]:
    """The verifier in `folder`, as `export_verifier` takes it; the lower layers are those of `source`."""
    layers = restored_layers(tensors(folder / VERIFIER), range(source.layers - LAYERS, source.layers))
    scoring = load((folder / SCORING).read_bytes())
    whole = replace(source, weights={**source.weights, **layers})
    return whole, {name: part.astype(np.float32) for name, part in scoring.items()}


def tensors(graph: Path) -> dict[str, NDArray[Any]]:
    """The constants of a graph, by name."""
    return {t.name: numpy_helper.to_array(t) for t in onnx.load(str(graph.resolve())).graph.initializer}


def restored_layers(found: dict[str, NDArray[Any]], layers: range) -> dict[str, NDArray[np.float32]]:
    """Layers of a graph with these constants, by the names of transformers' BertModel."""
    weights = {}
    for layer in (f"encoder.layer.{at}" for at in layers):
        biases = found[f"{layer}.attention.biases"].reshape(len(_SELF), -1)
        own = {f"attention.self.{part}": bias for part, bias in zip(_SELF, biases, strict=True)}
        for part in _MATRICES:
            matrix = found[f"{layer}.{part}.matrix"] * found[f"{layer}.{part}.scales"]
            weights[f"{layer}.{part}.weight"] = np.ascontiguousarray(matrix.T)
            weights[f"{layer}.{part}.bias"] = own[part] if part in own else found[f"{layer}.{part}.bias"]
        for name in (f"{layer}.{norm}.{kind}" for norm in _NORMS for kind in ("weight", "bias")):
            weights[name] = found[name]
    return weights
