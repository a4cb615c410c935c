"""Graph: a BERT encoder with mean pooling as an ONNX graph of eight-bit weights, for onnxruntime."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from rodedraad.index.encoders.onnx_transformer import EMBEDDING, STATES

Weights = Mapping[str, NDArray[np.float32]]
"""A BertModel's parameters by name."""
MIDDLE = 128
"""Where zero lies in eight bits without a sign."""


def quantise_rows(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8[n, d] with one scale each, float32[n, 1]: row = int8 * scale."""
    return _quantised(table, table)


def quantise_matrix(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The same with scales by which no two neighbours in a row add up to more than 128 in size.

    Processors without VNNI bound the sum of two products at 32,767 (onnxruntime, "Quantize ONNX models").
    """
    pairs = matrix[:, 0::2] + matrix[:, 1::2]
    return _quantised(matrix, np.concatenate([matrix, pairs], axis=1))


def _quantised(
    table: NDArray[np.float32], bounded: NDArray[np.float32]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows in eight bits, by scales with which no number in the same row of `bounded` exceeds 127."""
    scales = np.maximum(np.abs(bounded).max(axis=1, keepdims=True), 1e-9) / 127
    return np.rint(table / scales).astype(np.int8), scales.astype(np.float32)


LEAST_GELU = 0.17
"""What GELU is never below, as a size (Hendrycks and Gimpel 2016)."""


class EightBitRows(NamedTuple):
    """The names of vectors in eight bits."""

    values: str  # of uint8[rows, d] around MIDDLE
    scales: str  # of float32[rows, 1]


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

    def linear(self, weights: Weights, layer: str, rows: EightBitRows) -> str:
        """Adds the product with a layer's matrix in eight bits, a scale each column, without its bias."""
        values, scales = quantise_matrix(weights[f"{layer}.weight"])
        inputs = [
            rows.values,
            self.constant(f"{layer}.matrix", values.T),
            "one.float",
            self.constant(f"{layer}.scales", scales[:, 0]),
            "middle",
            self.constant(f"{layer}.zeros", np.zeros(len(values), np.int8)),
        ]
        product = self.fused("MatMulIntegerToFloat", inputs, f"{layer}.unscaled")
        return self.node("Mul", [product, rows.scales], f"{layer}.product")

    def rows(self, hidden: str, is_gelu: bool = False) -> EightBitRows:
        """Adds the quantisation of float32[rows, d], a scale for each row, which is a token.

        So a text's vector does not depend on the texts beside it, as with one scale for all it would.
        """
        size = hidden if is_gelu else self.node("Abs", [hidden], f"{hidden}.size")
        largest = self.node("ReduceMax", [size], f"{hidden}.largest", axes=[-1], keepdims=1)
        above = self.node("Max", [largest, "least.gelu" if is_gelu else "least"], f"{hidden}.above")
        scales = self.node("Mul", [above, "step"], f"{hidden}.scale")
        flat = self.node("Reshape", [scales, "last"], f"{hidden}.scale.flat")
        return EightBitRows(
            self.node("QuantizeLinear", [hidden, flat, "middles"], f"{hidden}.bits", axis=0), scales
        )

    def normalised(self, parts: Sequence[str], norm: Sequence[str], name: str, epsilon: float) -> str:
        """Adds a layer normalisation of the sum of three parts; `norm` names its weight and bias.

        Onnxruntime has one node for all of it, SkipLayerNormalization, which takes four times as long.
        """
        one, two, three = parts
        most = self.node("Add", [one, two], f"{name}.biased")
        total = self.node("Add", [most, three], f"{name}.sum")
        return self.node("LayerNormalization", [total, *norm], name, axis=-1, epsilon=epsilon)

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


_NUMBERS: Mapping[str, NDArray[np.generic]] = {
    "one": np.array([1], np.int64),
    "one.float": np.array(1, np.float32),
    "middle": np.array(MIDDLE, np.uint8),
    "step": np.array(1 / 127, np.float32),
    "least": np.array(1e-9, np.float32),
    "least.gelu": np.array(LEAST_GELU, np.float32),
    "last": np.array([-1], np.int64),
}
"""The constants that every layer uses."""


def _embeddings(graph: Graph, weights: Weights, epsilon: float) -> str:
    """Token, position and segment vectors, added and normalised: float32[rows, d], a row for each token."""
    values, scales = quantise_rows(weights["embeddings.word_embeddings.weight"])
    coded = graph.node("Gather", [graph.constant("table", values), "input_ids"], "coded")
    scale = graph.node("Gather", [graph.constant("table.scales", scales), "input_ids"], "coded.scale")
    words = graph.node(
        "Mul", [graph.node("Cast", [coded], "coded.float", to=onnx.TensorProto.FLOAT), scale], "words"
    )
    places = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    tokens = graph.node(
        "Slice",
        [graph.node("Shape", ["input_ids"], "shape"), "one", graph.constant("two", np.array([2], np.int64))],
        "tokens",
    )
    used = graph.node(
        "Slice",
        [graph.constant("places", places), graph.constant("zero", np.array([0], np.int64)), tokens],
        "places.used",
    )
    width = graph.constant("width", np.array([-1, places.shape[1]], np.int64))
    rows = graph.node("Reshape", [graph.node("Add", [words, used], "sum"), width], "sum.rows")
    norm = _norm(graph, weights, "embeddings.LayerNorm")
    return graph.node("LayerNormalization", [rows, *norm], "embedded", axis=-1, epsilon=epsilon)


def _norm(graph: Graph, weights: Weights, layer: str) -> list[str]:
    return [graph.constant(f"{layer}.{part}", weights[f"{layer}.{part}"]) for part in ("weight", "bias")]


def _layer(graph: Graph, weights: Weights, layer: str, hidden: str, heads: int, epsilon: float) -> str:
    """One transformer layer over float32[rows, d]."""

    def bias(name: str) -> str:
        return graph.constant(f"{layer}.{name}.bias", weights[f"{layer}.{name}.bias"])

    parts = [f"attention.self.{part}" for part in ("query", "key", "value")]
    rows = graph.rows(hidden)
    products = [
        graph.node(
            "Reshape", [graph.linear(weights, f"{layer}.{part}", rows), "shape.texts"], f"{layer}.{part}"
        )
        for part in parts
    ]
    biases = graph.constant(
        f"{layer}.attention.biases", np.concatenate([weights[f"{layer}.{part}.bias"] for part in parts])
    )
    attended = graph.fused(
        "MultiHeadAttention", [*products, biases, "mask.narrow"], f"{layer}.attended", num_heads=heads
    )
    attended = graph.node("Reshape", [attended, "width"], f"{layer}.attended.rows")
    out = graph.linear(weights, f"{layer}.attention.output.dense", graph.rows(attended))
    norm = _norm(graph, weights, f"{layer}.attention.output.LayerNorm")
    middle = graph.normalised([out, bias("attention.output.dense"), hidden], norm, f"{layer}.middle", epsilon)
    wide = graph.fused(
        "BiasGelu",
        [
            graph.linear(weights, f"{layer}.intermediate.dense", graph.rows(middle)),
            bias("intermediate.dense"),
        ],
        f"{layer}.wide",
    )
    out = graph.linear(weights, f"{layer}.output.dense", graph.rows(wide, is_gelu=True))
    norm = _norm(graph, weights, f"{layer}.output.LayerNorm")
    return graph.normalised([out, bias("output.dense"), middle], norm, f"{layer}.hidden", epsilon)


def encoder_model(weights: Weights, layers: int, heads: int, epsilon: float) -> onnx.ModelProto:
    """The whole encoder, from `input_ids` and `attention_mask`, int64[texts, tokens].

    Its outputs have the names that other programs look for: `last_hidden_state`, float32[texts, tokens, d],
    and `sentence_embedding`, float32[texts, d], the mean of a text's states at unit length.
    """
    graph = Graph()
    for name, value in _NUMBERS.items():
        graph.constant(name, value)
    graph.node("Cast", ["attention_mask"], "mask.narrow", to=onnx.TensorProto.INT32)
    hidden = _embeddings(graph, weights, epsilon)
    count = graph.node("Reshape", [graph.node("Size", ["input_ids"], "size"), "last"], "count")
    graph.node("Expand", ["middle", count], "middles")
    width = weights["embeddings.LayerNorm.weight"].shape[0]
    wide = graph.constant("width.texts", np.array([width], np.int64))
    graph.node("Concat", ["shape", wide], "shape.texts", axis=0)
    for at in range(layers):
        hidden = _layer(graph, weights, f"encoder.layer.{at}", hidden, heads, epsilon)
    hidden = graph.node("Reshape", [hidden, "shape.texts"], STATES)
    share = graph.node(
        "Unsqueeze",
        [graph.node("Cast", ["attention_mask"], "mask.float", to=onnx.TensorProto.FLOAT), "last"],
        "share",
    )
    summed = graph.node(
        "ReduceSum", [graph.node("Mul", [hidden, share], "kept"), "one"], "summed", keepdims=0
    )
    vectors = graph.node("LpNormalization", [summed], EMBEDDING, axis=-1, p=2)
    return graph.model(
        ["input_ids", "attention_mask"], {vectors: ["texts", width], hidden: ["texts", "tokens", width]}
    )
