"""Entailment models: the label is found by its name, and its probability is that of the softmax."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from embeddings.entail import CrossEncoderEntailment
from embeddings.errors import EncoderError

_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "大", "桥", "通", "车"]


def model(folder: Path, *labels: str) -> Path:
    """A tiny model with seeded weights and these labels."""
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(_WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)},
    )  # fmt: skip
    folder.mkdir()
    BertForSequenceClassification(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(_WORDS), encoding="utf-8")
    BertTokenizer(vocab={word: at for at, word in enumerate(_WORDS)}).save_pretrained(folder)
    return folder


def test_the_label_is_found_by_its_name(tmp_path: Path) -> None:
    """The same weights with their labels in another order give another label's probability; all add up to 1."""
    names = ("contradiction", "neutral", "entailment")
    orders = [names[at:] + names[:at] for at in range(3)]
    found = [
        CrossEncoderEntailment(str(model(tmp_path / str(at), *order))).probability("大桥通车", "通车")
        for at, order in enumerate(orders)
    ]
    assert sum(found) == pytest.approx(1.0, abs=1e-5)
    assert len({round(value, 6) for value in found}) == 3


def test_a_model_without_such_a_label_is_refused(tmp_path: Path) -> None:
    """The message names the labels that were found; so is a folder that holds no model."""
    with pytest.raises(EncoderError, match="positive, negative"):
        CrossEncoderEntailment(str(model(tmp_path / "sentiment", "positive", "negative")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderError, match="empty"):
        CrossEncoderEntailment(str(tmp_path / "empty"))
