"""The encoder without a model is stable enough to write tests against."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.fakes import HashingEncoder


@given(st.text(max_size=50))
def test_every_text_has_a_direction(text: str) -> None:
    """No text, however odd, gives a zero row."""
    vectors = HashingEncoder(dim=16).encode_passages([text])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_shared_wording_is_near() -> None:
    """A question is nearer to the passage that shares its words than to another."""
    encoder = HashingEncoder()
    passages = encoder.encode_passages(["安源区普惠性幼儿园覆盖率达到九成。", "国家队将在成都集训。"])
    scores = passages @ encoder.encode_queries(["安源区的普惠性幼儿园覆盖率是多少？"])[0]
    assert scores[0] > scores[1] + 0.2


def test_vectors_are_the_same_on_every_machine() -> None:
    """The places of a known text's largest values are fixed."""
    vector = HashingEncoder(dim=16).encode_passages(["教育"])[0]
    assert vector.tolist() == pytest.approx(
        [
            0.0,
            0.0,
            0.0,
            -0.8729000091552734,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            -0.21819999814033508,
            0.0,
            0.0,
            0.0,
            0.0,
            0.43639999628067017,
        ],
        abs=1e-4,
    )
