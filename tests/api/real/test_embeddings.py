"""Embeddings through the official client, against a real server and the bundled encoder."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from embeddings.encoder import Encoder
from embeddings.onnx import OnnxEncoder

TEXTS = ["临河区新建幼儿园12所。", "东港市组建义务教育集团21个。", "  博物馆  "]


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as opened:
        yield opened


def unpacked(embedding: list[float] | str) -> Any:
    """Numbers as they are; base64, which the client unpacks only when it asked for it by itself."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), "<f4")
    return np.array(embedding, np.float32)


@pytest.mark.parametrize(
    "options", [{}, {"encoding_format": "float"}, {"encoding_format": "base64"}, {"dimensions": 384}]
)
def test_vectors_are_those_of_the_store(client: openai.OpenAI, bundled: Encoder, options: dict[str, Any]) -> None:
    """Passages come out as the store encodes them, to the last bit, in order, in either format."""
    found = client.embeddings.create(model="jushi-embedding", input=TEXTS, **options)
    assert [item.index for item in found.data] == [0, 1, 2]
    vectors = np.stack([unpacked(item.embedding) for item in found.data])
    np.testing.assert_array_equal(vectors, bundled.encode_passages(TEXTS))
    assert found.model == "jushi-embedding"


def test_usage_counts_the_tokens_that_were_read(client: openai.OpenAI, bundled: Encoder) -> None:
    """Prefix and specials count, what is over the encoder's length does not."""
    assert isinstance(bundled, OnnxEncoder)
    found = client.embeddings.create(model="jushi-embedding", input=["园", "园" * 5000])
    short = bundled._tokenizer.encode(bundled.spec.passage_prefix + "园", 512)
    assert found.usage.prompt_tokens == found.usage.total_tokens == len(short) + 512


def test_questions_are_encoded_as_such(client: openai.OpenAI, bundled: Encoder) -> None:
    """`input_type` chooses the encoder's side; a text alone is a list of one."""
    found = client.embeddings.create(
        model=bundled.spec.name, input="多少所幼儿园？", extra_body={"input_type": "query"}
    )
    (item,) = found.data
    np.testing.assert_array_equal(np.array(item.embedding, np.float32), bundled.encode_queries(["多少所幼儿园？"])[0])


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"input": "甲", "dimensions": 256}, 400, "dimensions"),
        ({"input": [1, 2, 3]}, 400, "input"),
        ({"input": [[1, 2], [3]]}, 400, "input"),
        ({"input": ["甲", 7]}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": ""}, 400, "input"),
        ({"input": ["甲", " \n"]}, 400, "input[1]"),
        ({"input": ["甲"] * 2049}, 400, "input"),
        ({"input": "甲", "model": "text-embedding-3-small"}, 404, "model"),
        ({"input": "甲", "input_type": "document"}, 400, "input_type"),
        ({"input": "甲", "encoding_format": "int8"}, 400, "encoding_format"),
        ({"input": "甲", "inptu": "乙"}, 400, "inptu"),
        ({}, 400, "input"),
    ],
)
def test_what_cannot_be_encoded_is_named(http: httpx.Client, body: dict[str, Any], status: int, param: str) -> None:
    """A request that cannot be honoured says which field is at fault."""
    response = http.post("/v1/embeddings", json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (status, param), response.text
