"""The sentence-transformers folder holds exactly the packed weights and the model's own tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from embeddings.export import write_configuration, write_safetensors, write_tokenizer
from embeddings.packed import read_packed

if TYPE_CHECKING:
    from conftest import TinyModel


def test_weights_stand_under_the_names_of_bert(tiny_model: TinyModel, tmp_path: Path) -> None:
    """The safetensors library reads every weight back, under BERT's names, with the packed values."""
    path = tmp_path / "model.safetensors"
    write_safetensors(read_packed(tiny_model.path), path)
    found = load_file(path)
    expected = tiny_model.weights
    assert len(found) == len(expected)
    np.testing.assert_array_equal(found["embeddings.word_embeddings.weight"], expected["emb.word"])
    np.testing.assert_array_equal(found["encoder.layer.1.attention.self.key.weight"], expected["l1.k.w"])
    np.testing.assert_array_equal(found["encoder.layer.0.intermediate.dense.bias"], expected["l0.fi.b"])
    np.testing.assert_array_equal(found["encoder.layer.1.output.dense.weight"], expected["l1.fo.w"])
    np.testing.assert_array_equal(found["encoder.layer.0.output.LayerNorm.weight"], expected["l0.oln.w"])


def test_the_tokenizer_file_is_one_the_library_reads(tiny_model: TinyModel, tmp_path: Path) -> None:
    """Rules, spaces, pieces, special tokens and unknown characters come out as by hand."""
    write_tokenizer(read_packed(tiny_model.path).vocabulary, tmp_path / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.encode("Ａ　 教育").tokens == ["<s>", "▁a", "▁", "教育", "</s>"]
    assert tokenizer.encode("幼儿园文").ids == [0, 4, 8, 3, 2]


def test_the_folder_says_what_stands_in_it(tiny_model: TinyModel, tmp_path: Path) -> None:
    """Architecture, pooling by mean, normalisation and both prompts are written down."""
    write_configuration(read_packed(tiny_model.path), tmp_path, name="someone/tiny")
    read = {
        path.relative_to(tmp_path).as_posix(): json.loads(path.read_text("utf-8")) for path in tmp_path.rglob("*.json")
    }
    assert read["config.json"]["model_type"] == "bert"
    assert (read["config.json"]["num_attention_heads"], read["config.json"]["vocab_size"]) == (2, 20)
    assert read["1_Pooling/config.json"] == {"word_embedding_dimension": 64, "pooling_mode_mean_tokens": True}
    assert [module["type"].rsplit(".", 1)[1] for module in read["modules.json"]] == [
        "Transformer",
        "Pooling",
        "Normalize",
    ]
    assert read["config_sentence_transformers.json"]["prompts"] == {"query": "query: ", "passage": "passage: "}
