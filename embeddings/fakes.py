"""An encoder without a model: for tests, and for trying things out where no model can be had."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np

from embeddings.encoder import EncoderSpec, Vectors

_LONGEST = 3  # characters of an n-gram


class HashingEncoder:
    """Character n-grams hashed into a unit vector: texts that share wording are near each other.

    Deterministic across runs and machines, and fast enough for thousands of texts. The prefix counts as half an n-gram,
    so that a question and a passage of the same text are near, but not the same.
    """

    def __init__(self, dim: int = 256) -> None:
        self._spec = EncoderSpec(
            name="hashing", revision="1", dim=dim, query_prefix="query: ", passage_prefix="passage: ", max_tokens=4096
        )

    @property
    def spec(self) -> EncoderSpec:
        """What this encoder is; a token is a character."""
        return self._spec

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for questions."""
        return self._encode(self._spec.query_prefix, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for passages."""
        return self._encode(self._spec.passage_prefix, texts)

    def encode_counted(self, texts: Sequence[str], *, as_queries: bool) -> tuple[Vectors, int]:
        """Vectors as above, and the characters read."""
        prefix = self._spec.query_prefix if as_queries else self._spec.passage_prefix
        tokens = sum(len(prefix) + min(len(text), self._spec.max_tokens) for text in texts)
        return self._encode(prefix, texts), tokens

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._spec.dim), np.float32)
        for number, text in enumerate(texts):
            row = vectors[number]
            known = text[: self._spec.max_tokens]
            grams = Counter(known[at : at + n] for n in range(1, _LONGEST + 1) for at in range(len(known) - n + 1))
            for gram, count in grams.items():
                self._count(row, gram, count**0.5)
            self._count(row, prefix, 0.5)  # no sum of the others' weights is a half, so a row is never zero
            row /= np.linalg.norm(row)
        return vectors

    def _count(self, row: Vectors, gram: str, weight: float) -> None:
        place = zlib.crc32(gram.encode("utf-8", "surrogatepass"))
        row[place % self._spec.dim] += weight if place & 1 << 31 else -weight
