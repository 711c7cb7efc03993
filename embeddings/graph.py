"""Builds the int8 graph that onnxruntime runs, node by node from the packed weights.

Neither torch nor an exporter is needed, and a first start takes seconds. The graph takes one text at a time, because
dynamic quantisation takes its scale from the whole tensor: with several texts in one run, the vector of each would
depend on its neighbours.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from embeddings.packed import BLOCK, Floats, PackedModel

# Seven of eight bits: with eight, the 16-bit sums of processors without VNNI overflow (onnxruntime's `reduce_range`).
_WEIGHT_LIMIT = 63
_GELU_FLOOR = 0.17  # GELU is never below -0.16997
_MICROSOFT = "com.microsoft"
_OPSET, _IR_VERSION = 21, 10  # the first with 4-bit tensors; onnxruntime 1.20 reads both


def write_onnx(model: PackedModel, path: Path) -> None:
    """Write the int8 graph: `input_ids`, int64 (1, tokens) -> `vector`, float32 (1, hidden), of length 1.

    Its second output, `states`, float32 (1, tokens, hidden), is what the middle layer (the seventh of twelve) makes of
    each token. There, tokens have seen each other and have not yet been drawn together for the mean.

    Weights are int8 per output column. Activations are uint8, scaled while running: per tensor, but per token before
    the last matrix of each layer, where a few tokens are a hundred times larger than the rest (that alone brings the
    mean cosine to the float model from .9973 to .9988). The word embedding keeps its 4-bit blocks, which loses nothing.
    """
    onnx.save(_Graph(model).build(), path)


class _Graph:
    """Collects nodes and weights; each method adds a part and returns the name of its output."""

    def __init__(self, model: PackedModel) -> None:
        self.model = model
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def build(self) -> onnx.ModelProto:
        self._weight("floor", np.array(_GELU_FLOOR, np.float32))
        self._weight("step", np.array(1 / 255, np.float32))
        self._weight("first", np.array([0], np.int64))
        self._weight("last", np.array([2], np.int64))
        tokens = self._embed()
        for layer in range(self.model.sizes.layers):
            tokens = self._layer(f"l{layer}", tokens)
            if layer == self.model.sizes.layers // 2:
                self._node("Identity", [tokens], "states")
        mean = self._node("ReduceMean", [tokens, self._weight("axes", np.array([1], np.int64))], "mean", keepdims=0)
        self._node("LpNormalization", [mean], "vector", axis=-1, p=2)
        graph = helper.make_graph(
            self.nodes,
            "encoder",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])],
            [
                helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, self.model.sizes.hidden]),
                helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "tokens", self.model.sizes.hidden]),
            ],
            self.weights,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def _weight(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: float) -> str:
        node = helper.make_node(kind, inputs, [output], domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self.nodes.append(node)
        return output

    def _embed(self) -> str:
        sizes = self.model.sizes
        nibbles, scales = self.model.blocks("emb.word")
        pairs = (nibbles & 15).astype(np.uint8)
        packed = pairs[:, 0::2] | (pairs[:, 1::2] << 4)
        self.weights.append(helper.make_tensor("words", TensorProto.INT4, nibbles.shape, packed.tobytes(), raw=True))
        words = self._node(
            "GatherBlockQuantized",
            ["words", "input_ids", self._weight("words.scale", scales)],
            "word",
            _MICROSOFT,
            block_size=BLOCK,
            quantize_axis=1,
            gather_axis=0,
        )
        kind = self.model.floats("emb.type")[: sizes.hidden]  # every token is of the first type
        places = self._weight("places", self.model.floats("emb.pos").reshape(sizes.positions, sizes.hidden) + kind)
        zero = self._weight("zero", np.array([0], np.int64))
        length = self._node("Shape", ["input_ids"], "length", start=1, end=2)
        place = self._node("Slice", [places, zero, length, zero], "place")
        return self._add_and_norm(words, place, "emb.ln")

    def _layer(self, layer: str, tokens: str) -> str:
        query, key, value = (self._linear(tokens, f"{layer}.{part}") for part in ("q", "k", "v"))
        heads = self.model.sizes.heads
        mixed = self._node("MultiHeadAttention", [query, key, value], f"{layer}.mixed", _MICROSOFT, num_heads=heads)
        tokens = self._add_and_norm(tokens, self._linear(mixed, f"{layer}.ao"), f"{layer}.aln")
        inner = self._node("Gelu", [self._linear(tokens, f"{layer}.fi")], f"{layer}.gelu", _MICROSOFT)
        return self._add_and_norm(tokens, self._linear_after_gelu(inner, f"{layer}.fo"), f"{layer}.oln")

    def _quantised(self, name: str) -> tuple[npt.NDArray[np.int8], Floats]:
        """The matrix (inputs, outputs) in int8, and the scale of each output."""
        matrix = self.model.matrix(f"{name}.w").T
        scale = np.abs(matrix).max(axis=0) / _WEIGHT_LIMIT
        scale[scale == 0] = 1.0
        return np.rint(matrix / scale).astype(np.int8), scale.astype(np.float32)

    def _linear(self, inputs: str, name: str) -> str:
        matrix, scale = self._quantised(name)
        weight, scales = self._weight(f"{name}.w", matrix), self._weight(f"{name}.scale", scale)
        bias = self._weight(f"{name}.b", self.model.floats(f"{name}.b"))
        return self._node("DynamicQuantizeMatMul", [inputs, weight, scales, "", bias], f"{name}.out", _MICROSOFT)

    def _linear_after_gelu(self, inputs: str, name: str) -> str:
        """Product x W as (x + floor) W - floor W: x + floor is never negative, and each token has its own scale."""
        matrix, scale = self._quantised(name)
        lifted = self._node("Add", [inputs, "floor"], f"{name}.lifted")
        largest = self._node("ReduceMax", [lifted, "last"], f"{name}.largest", keepdims=0)
        step = self._node("Mul", [largest, "step"], f"{name}.step")
        steps = self._node("Squeeze", [step, "first"], f"{name}.steps")
        small = self._node(
            "QuantizeLinear", [lifted, steps], f"{name}.small", axis=1, output_dtype=int(TensorProto.UINT8)
        )
        sums = self._node("MatMulInteger", [small, self._weight(f"{name}.w", matrix)], f"{name}.sums")
        floats = self._node("Cast", [sums], f"{name}.floats", to=int(TensorProto.FLOAT))
        column = self._node("Unsqueeze", [step, "last"], f"{name}.column")
        per_token = self._node("Mul", [floats, column], f"{name}.per_token")
        scaled = self._node("Mul", [per_token, self._weight(f"{name}.scale", scale)], f"{name}.scaled")
        floor = _GELU_FLOOR * (matrix.sum(axis=0) * scale)
        bias = self._weight(f"{name}.b", (self.model.floats(f"{name}.b") - floor).astype(np.float32))
        return self._node("Add", [scaled, bias], f"{name}.out")

    def _add_and_norm(self, left: str, right: str, name: str) -> str:
        """Two nodes: the fused one of onnxruntime is scalar code on CPUs and takes nine times as long."""
        total = self._node("Add", [left, right], f"{name}.sum")
        weight = self._weight(f"{name}.w", self.model.floats(f"{name}.w"))
        bias = self._weight(f"{name}.b", self.model.floats(f"{name}.b"))
        epsilon = self.model.sizes.epsilon
        return self._node("LayerNormalization", [total, weight, bias], f"{name}.out", axis=-1, epsilon=epsilon)
