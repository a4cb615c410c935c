"""Restore: an exported encoder back in float32, so that a run can go on from the bundled weights."""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from transformers import BertModel

from index.training.graph import BLOCK


def restore(bert: BertModel, model: Path) -> None:
    """Gives a BERT of the same shape the weights of an exported encoder, as exact as its eight bits are.

    Position and segment vectors come back added up. Raises KeyError when a weight is missing, and
    ValueError or RuntimeError when one has another shape.
    """
    constants = {
        tensor.name: np.asarray(numpy_helper.to_array(tensor), np.float32)
        for tensor in onnx.load(model).graph.initializer
    }
    weights = {
        name: torch.from_numpy(_weight(constants, name, tuple(value.shape)))
        for name, value in bert.state_dict().items()
        if not name.startswith("pooler.")
    }
    bert.load_state_dict(weights, strict=False)


def _weight(
    constants: dict[str, NDArray[np.float32]], name: str, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    layer, _, kind = name.rpartition(".")
    if name == "embeddings.word_embeddings.weight":
        value = constants["table"] * constants["table.scales"]
    elif name == "embeddings.position_embeddings.weight":
        value = constants["places"]
    elif name == "embeddings.token_type_embeddings.weight":
        value = np.zeros(shape)
    elif f"{layer}.blocks" in constants and kind == "weight":
        blocks = constants[f"{layer}.blocks"] - 128
        value = (blocks.reshape(-1, BLOCK) * constants[f"{layer}.scales"][:, None]).reshape(shape)
    elif ".attention.self." in name:
        attention, part = layer.rsplit(".self.", 1)
        biases = constants[f"{attention}.biases"].reshape(3, -1)
        value = biases[("query", "key", "value").index(part)]
    else:
        value = constants[name]
    return np.array(value, np.float32)
