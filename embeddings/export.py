"""Writes the packed model as a sentence-transformers folder: float32 weights, tokenizer, pooling, prompts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from embeddings.charsmap import precompiled_charsmap
from embeddings.packed import Floats, PackedModel, Vocabulary

QUERY_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "
_CHUNK_ROWS = 16_384

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_NORMS = ("aln", "oln")


def write_safetensors(model: PackedModel, path: Path) -> None:
    """Write all weights as float32 under the names of a `BertModel`, a few rows at a time.

    The format is a length (u64), a JSON header and the raw tensors: https://huggingface.co/docs/safetensors.
    """
    tensors = list(_bert_tensors(model))
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, _, shape in tensors:
        size = 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        for _, packed_name, shape in tensors:
            for part in _parts(model, packed_name, shape):
                file.write(part.astype("<f4", copy=False).tobytes())


def _bert_tensors(model: PackedModel) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Name in a `BertModel`, name in the packed file, shape."""
    sizes = model.sizes
    hidden, inner = sizes.hidden, sizes.inner
    yield "embeddings.word_embeddings.weight", "emb.word", (sizes.rows, hidden)
    yield "embeddings.position_embeddings.weight", "emb.pos", (sizes.positions, hidden)
    yield "embeddings.token_type_embeddings.weight", "emb.type", (sizes.types, hidden)
    yield "embeddings.LayerNorm.weight", "emb.ln.w", (hidden,)
    yield "embeddings.LayerNorm.bias", "emb.ln.b", (hidden,)
    for layer in range(sizes.layers):
        for short, long in _LAYER_NAMES.items():
            outputs = inner if short == "fi" else hidden
            inputs = inner if short == "fo" else hidden
            shape = (hidden,) if short in _NORMS else (outputs, inputs)
            yield f"encoder.layer.{layer}.{long}.weight", f"l{layer}.{short}.w", shape
            yield f"encoder.layer.{layer}.{long}.bias", f"l{layer}.{short}.b", (outputs,)


def _parts(model: PackedModel, name: str, shape: tuple[int, ...]) -> Iterable[Floats]:
    if model.entries[name].kind == 0:
        return [model.floats(name)]
    return (model.matrix(name, row, row + _CHUNK_ROWS) for row in range(0, shape[0], _CHUNK_ROWS))


def write_tokenizer(vocabulary: Vocabulary, path: Path) -> None:
    """Write `tokenizer.json` as XLM-RoBERTa has it."""
    scored = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(precompiled_charsmap(vocabulary.rules)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    bos, eos = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    specials = (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk)
    tokenizer.add_special_tokens([AddedToken(vocabulary.pieces[number], normalized=False) for number in specials])
    tokenizer.save(str(path), pretty=False)


def write_configuration(model: PackedModel, folder: Path, *, name: str) -> None:
    """Write the JSON files that tell transformers and sentence-transformers what stands in the folder."""
    sizes, vocabulary = model.sizes, model.vocabulary
    special = {
        "bos_token": vocabulary.pieces[vocabulary.bos],
        "cls_token": vocabulary.pieces[vocabulary.bos],
        "eos_token": vocabulary.pieces[vocabulary.eos],
        "sep_token": vocabulary.pieces[vocabulary.eos],
        "pad_token": vocabulary.pieces[vocabulary.pad],
        "unk_token": vocabulary.pieces[vocabulary.unk],
    }
    files: Mapping[str, object] = {
        "config.json": {
            "_name_or_path": name,
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.inner,
            "vocab_size": sizes.rows,
            "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.types,
            "layer_norm_eps": sizes.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": vocabulary.pad,
            "bos_token_id": vocabulary.bos,
            "eos_token_id": vocabulary.eos,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.positions,
            "clean_up_tokenization_spaces": False,
            **special,
        },
        "special_tokens_map.json": special,
        "sentence_bert_config.json": {"max_seq_length": sizes.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY_PREFIX, "passage": PASSAGE_PREFIX},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }
    for place, content in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
