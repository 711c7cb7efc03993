"""The int8 graph computes what a BERT encoder written out in numpy computes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from embeddings.graph import write_onnx
from embeddings.packed import read_packed

if TYPE_CHECKING:
    from conftest import TinyModel

Array = npt.NDArray[np.float64]


def _normalise(rows: Array, weight: Array, bias: Array) -> Array:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12) * weight + bias


def _gelu(values: Array) -> Array:
    return values * 0.5 * (1 + np.vectorize(math.erf)(values / math.sqrt(2)))


def bert(model: TinyModel, ids: list[int]) -> Array:
    """Mean of the last hidden states, of length 1, in float64."""
    mean = hidden_states(model, ids)[-1].mean(axis=0)
    unit: Array = mean / np.linalg.norm(mean)
    return unit


def hidden_states(model: TinyModel, ids: list[int]) -> list[Array]:
    """Token states behind each layer, in float64: Devlin et al. 2018, with post-norm."""
    weight = {name: values.astype(np.float64) for name, values in model.weights.items()}
    tokens = weight["emb.word"][ids] + weight["emb.pos"][: len(ids)] + weight["emb.type"][0]
    tokens = _normalise(tokens, weight["emb.ln.w"], weight["emb.ln.b"])
    size = model.hidden // model.heads
    states = []
    for layer in range(model.layers):

        def linear(rows: Array, name: str, layer: int = layer) -> Array:
            return rows @ weight[f"l{layer}.{name}.w"].T + weight[f"l{layer}.{name}.b"]

        query, key, value = (linear(tokens, part) for part in "qkv")
        mixed = []
        for head in range(model.heads):
            part = slice(head * size, (head + 1) * size)
            scores = query[:, part] @ key[:, part].T / math.sqrt(size)
            attention = np.exp(scores - scores.max(axis=1, keepdims=True))
            mixed.append(attention / attention.sum(axis=1, keepdims=True) @ value[:, part])
        attended = linear(np.concatenate(mixed, axis=1), "ao")
        tokens = _normalise(tokens + attended, weight[f"l{layer}.aln.w"], weight[f"l{layer}.aln.b"])
        inner = linear(_gelu(linear(tokens, "fi")), "fo")
        tokens = _normalise(tokens + inner, weight[f"l{layer}.oln.w"], weight[f"l{layer}.oln.b"])
        states.append(tokens)
    return states


@pytest.mark.parametrize("length", [2, 3, 17, 32])
def test_the_graph_is_a_bert_encoder(tiny_model: TinyModel, tmp_path: Path, length: int) -> None:
    """Its vector has length 1 and a cosine of at least 0.9995 with the encoder in float64."""
    path = tmp_path / "model.onnx"
    write_onnx(read_packed(tiny_model.path), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(length).integers(0, 20, length).tolist()
    (vector,) = session.run(["vector"], {"input_ids": np.array([ids], np.int64)})
    assert vector.shape == (1, 64)
    assert np.linalg.norm(vector[0]) == pytest.approx(1.0, abs=1e-6)
    assert float(vector[0] @ bert(tiny_model, ids)) >= 0.9995


def test_states_are_those_of_the_middle_layer(tiny_model: TinyModel, tmp_path: Path) -> None:
    """Each token's state behind layer `layers // 2`, counted from 0, has a cosine of 0.999 with the oracle's."""
    path = tmp_path / "model.onnx"
    write_onnx(read_packed(tiny_model.path), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(5).integers(0, 20, 17).tolist()
    (states,) = session.run(["states"], {"input_ids": np.array([ids], np.int64)})
    expected = hidden_states(tiny_model, ids)[tiny_model.layers // 2]
    assert states.shape == (1, 17, 64)
    cosines = (states[0] * expected).sum(axis=1) / np.linalg.norm(states[0], axis=1) / np.linalg.norm(expected, axis=1)
    assert cosines.min() >= 0.999


def test_weights_leave_room_for_sixteen_bit_sums(tiny_model: TinyModel, tmp_path: Path) -> None:
    """No int8 weight is beyond 63, so two products with uint8 fit into 16 bits on any processor."""
    import onnx  # noqa: PLC0415 - named like a module under test, kept out of the way
    from onnx import numpy_helper  # noqa: PLC0415 - as above

    write_onnx(read_packed(tiny_model.path), tmp_path / "model.onnx")
    graph = onnx.load(tmp_path / "model.onnx").graph
    kinds = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    matrices = [values for values in kinds.values() if values.dtype == np.int8 and values.ndim == 2]
    assert len(matrices) == 6 * tiny_model.layers
    assert max(int(np.abs(values).max()) for values in matrices) == 63
