"""Vectors that are known are the encoder's own, and are not asked for again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from embeddings.encoder import Vectors
from embeddings.fakes import HashingEncoder
from embeddings.recent import RecentPassages


class Counting(HashingEncoder):
    """Notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return super().encode_passages(texts)


@pytest.fixture
def encoder() -> Counting:
    return Counting()


def test_vectors_are_those_of_the_encoder(encoder: Counting) -> None:
    """In the order asked for, repeats included, known or not."""
    recent = RecentPassages(encoder, limit=10)
    recent.encode(["乙"])
    found = recent.encode(["甲", "乙", "甲", "丙"])
    np.testing.assert_array_equal(found, HashingEncoder().encode_passages(["甲", "乙", "甲", "丙"]))
    assert encoder.asked == [["乙"], ["甲", "丙"]]


def test_nothing_is_asked_for_twice(encoder: Counting) -> None:
    """Where all is known, the encoder is left alone."""
    recent = RecentPassages(encoder, limit=10)
    first = recent.encode(["甲", "乙"])
    np.testing.assert_array_equal(recent.encode(["乙", "甲"]), first[::-1])
    assert encoder.asked == [["甲", "乙"]]


def test_the_least_recently_asked_goes_first(encoder: Counting) -> None:
    """Of three with room for two, the one not asked for since is encoded again."""
    recent = RecentPassages(encoder, limit=2)
    for text in ("甲", "乙", "甲", "丙", "甲", "乙"):
        recent.encode([text])
    assert encoder.asked == [["甲"], ["乙"], ["丙"], ["乙"]]


def test_no_texts_give_no_rows(encoder: Counting) -> None:
    """The shape is that of the encoder."""
    assert RecentPassages(encoder, limit=2).encode([]).shape == (0, encoder.spec.dim)
    assert encoder.asked == []
