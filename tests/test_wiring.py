"""Optional models that the settings name are put to work, or refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from rag.check.sources import Source
from rag.config import load_settings
from rag.errors import ModelMissingError
from rag.types import Verdict
from rag.wiring import open_engine

_TEXT = "清源县有医院17家，床位3,412张。"
_CLAIM = "清源县有17家医院。"
_LABELS = ("entailment", "neutral", "contradiction")


def saying(folder: Path, label: str) -> Path:
    """A tiny inference model that says the same of every pair."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label=dict(enumerate(_LABELS)), label2id={name: at for at, name in enumerate(_LABELS)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([9.0 * (name == label) for name in _LABELS]))
    model.save_pretrained(folder)
    BertTokenizer(vocab={word: at for at, word in enumerate(words)}).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("label", "verdict"), [("entailment", Verdict.SUPPORTED), ("contradiction", Verdict.UNSUPPORTED)]
)
def test_a_model_for_inference_looks_at_each_sentence_once_more(tmp_path: Path, label: str, verdict: Verdict) -> None:
    """What the rules support falls when the model that `entailment` names refutes it."""
    settings = load_settings(
        data=tmp_path / "data", answerer="quotes", entailment=str(saying(tmp_path / "model", label))
    )
    engine = open_engine(settings)
    found = engine.checker.check(_CLAIM, [Source(key="a", number=1, text=_TEXT, start=0, end=len(_TEXT))])
    engine.close()
    assert found.verdict is verdict
    assert settings.fingerprint != load_settings(data=tmp_path / "data", answerer="quotes").fingerprint


@pytest.mark.parametrize("name", ["entailment", "reranker"])
def test_a_model_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    """The program does not start without a model that was asked for."""
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ModelMissingError, match="nothing"):
        open_engine(load_settings(data=tmp_path / "data", answerer="quotes", **{name: str(tmp_path / "nothing")}))
    assert not (tmp_path / "data").exists()
