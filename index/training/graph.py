"""Graph: a BERT encoder with mean pooling as an ONNX graph of eight-bit weights, for onnxruntime."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Weights = Mapping[str, NDArray[np.float32]]
"""A BertModel's parameters by name."""
BLOCK = 32
"""Weights of a matrix that share a scale."""


def quantise_rows(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8[n, d] with one scale each, float32[n, 1]: row = int8 * scale."""
    scales = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-9) / 127
    return np.rint(table / scales).astype(np.int8), scales.astype(np.float32)


def quantise_blocks(matrix: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A matrix float32[n, k] as uint8[n, k / BLOCK, BLOCK] around 128, and scales float32[n * k / BLOCK]."""
    rows, columns = matrix.shape
    values, scales = quantise_rows(matrix.reshape(-1, BLOCK))
    shifted = (values.astype(np.int16) + 128).astype(np.uint8)
    return shifted.reshape(rows, columns // BLOCK, BLOCK), scales.reshape(-1)


class Graph:
    """Nodes and constants as they are added, by the names of their outputs."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Adds a constant; gives its name."""
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **attributes: Any) -> str:
        """Adds a node with one output; gives the output's name."""
        self._nodes.append(
            helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **attributes)
        )
        return name

    def fused(self, kind: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Adds one of onnxruntime's own nodes; gives the output's name."""
        return self.node(kind, inputs, name, "com.microsoft", **attributes)

    def linear(self, weights: Weights, layer: str, inputs: str) -> str:
        """Adds the product with a layer's quantised matrix, without its bias."""
        matrix = weights[f"{layer}.weight"]
        blocks, scales = quantise_blocks(matrix)
        constants = [self.constant(f"{layer}.blocks", blocks), self.constant(f"{layer}.scales", scales)]
        shape = {
            "N": matrix.shape[0],
            "K": matrix.shape[1],
            "bits": 8,
            "block_size": BLOCK,
            "accuracy_level": 4,
        }
        return self.fused("MatMulNBits", [inputs, *constants], f"{layer}.product", **shape)

    def model(self, inputs: Sequence[str], outputs: Mapping[str, Sequence[str | int]]) -> onnx.ModelProto:
        """The finished model: int64[texts, tokens] for every input, float32 of the given shapes out."""
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["texts", "tokens"])
                for name in inputs
            ],
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
            self._constants,
        )
        domains = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=domains, ir_version=8)


def _embeddings(graph: Graph, weights: Weights, epsilon: float) -> str:
    """Token, position and segment vectors, added and normalised: float32[texts, tokens, d]."""
    values, scales = quantise_rows(weights["embeddings.word_embeddings.weight"])
    rows = graph.node("Gather", [graph.constant("table", values), "ids"], "rows")
    scale = graph.node("Gather", [graph.constant("table.scales", scales), "ids"], "rows.scale")
    words = graph.node(
        "Mul", [graph.node("Cast", [rows], "rows.float", to=onnx.TensorProto.FLOAT), scale], "words"
    )
    places = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    one = graph.constant("one", np.array([1], np.int64))
    tokens = graph.node(
        "Slice",
        [graph.node("Shape", ["ids"], "shape"), one, graph.constant("two", np.array([2], np.int64))],
        "tokens",
    )
    used = graph.node(
        "Slice",
        [graph.constant("places", places), graph.constant("zero", np.array([0], np.int64)), tokens],
        "places.used",
    )
    return graph.node(
        "LayerNormalization",
        [graph.node("Add", [words, used], "sum"), *_norm(graph, weights, "embeddings.LayerNorm")],
        "embedded",
        axis=-1,
        epsilon=epsilon,
    )


def _norm(graph: Graph, weights: Weights, layer: str) -> list[str]:
    return [graph.constant(f"{layer}.{part}", weights[f"{layer}.{part}"]) for part in ("weight", "bias")]


def _layer(graph: Graph, weights: Weights, layer: str, hidden: str, heads: int, epsilon: float) -> str:
    """One transformer layer over float32[texts, tokens, d]."""

    def bias(name: str) -> str:
        return graph.constant(f"{layer}.{name}.bias", weights[f"{layer}.{name}.bias"])

    parts = [f"attention.self.{part}" for part in ("query", "key", "value")]
    products = [graph.linear(weights, f"{layer}.{part}", hidden) for part in parts]
    biases = graph.constant(
        f"{layer}.attention.biases", np.concatenate([weights[f"{layer}.{part}.bias"] for part in parts])
    )
    attended = graph.fused(
        "MultiHeadAttention", [*products, biases, "mask.narrow"], f"{layer}.attended", num_heads=heads
    )
    out = graph.linear(weights, f"{layer}.attention.output.dense", attended)
    norm = _norm(graph, weights, f"{layer}.attention.output.LayerNorm")
    middle = graph.fused(
        "SkipLayerNormalization",
        [out, hidden, *norm, bias("attention.output.dense")],
        f"{layer}.middle",
        epsilon=epsilon,
    )
    wide = graph.fused(
        "BiasGelu",
        [graph.linear(weights, f"{layer}.intermediate.dense", middle), bias("intermediate.dense")],
        f"{layer}.wide",
    )
    out = graph.linear(weights, f"{layer}.output.dense", wide)
    norm = _norm(graph, weights, f"{layer}.output.LayerNorm")
    return graph.fused(
        "SkipLayerNormalization",
        [out, middle, *norm, bias("output.dense")],
        f"{layer}.hidden",
        epsilon=epsilon,
    )


def encoder_model(weights: Weights, layers: int, heads: int, epsilon: float) -> onnx.ModelProto:
    """The whole encoder, from `ids` and `mask`, int64[texts, tokens].

    Its outputs are unit `vectors`, float32[texts, d], and the unit `states` of the tokens behind the
    last layer, float32[texts, tokens, d].
    """
    graph = Graph()
    graph.node("Cast", ["mask"], "mask.narrow", to=onnx.TensorProto.INT32)
    hidden = _embeddings(graph, weights, epsilon)
    for at in range(layers):
        hidden = _layer(graph, weights, f"encoder.layer.{at}", hidden, heads, epsilon)
    last = graph.constant("last", np.array([-1], np.int64))
    share = graph.node(
        "Unsqueeze", [graph.node("Cast", ["mask"], "mask.float", to=onnx.TensorProto.FLOAT), last], "share"
    )
    summed = graph.node(
        "ReduceSum", [graph.node("Mul", [hidden, share], "kept"), "one"], "summed", keepdims=0
    )
    vectors = graph.node("LpNormalization", [summed], "vectors", axis=-1, p=2)
    states = graph.node("LpNormalization", [hidden], "states", axis=-1, p=2)
    width = weights["embeddings.LayerNorm.weight"].shape[0]
    return graph.model(["ids", "mask"], {vectors: ["texts", width], states: ["texts", "tokens", width]})
