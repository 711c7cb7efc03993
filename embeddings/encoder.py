"""The contract of every encoder: texts in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpec:
    """What a vector depends on. Vectors of different fingerprints must never meet in one index."""

    name: str
    revision: str
    dim: int
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int = 512

    @property
    def fingerprint(self) -> str:
        """A short text that is equal exactly when two specs give the same vectors."""
        return f"{self.name}@{self.revision}/{self.dim}/{self.query_prefix}|{self.passage_prefix}/{self.max_tokens}"


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their cosine similarity."""

    @property
    def spec(self) -> EncoderSpec:
        """What this encoder is."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for questions.

        Raises:
            EncoderError: the model does not answer.
        """
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for passages.

        Raises:
            EncoderError: the model does not answer.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A question and a passage as a model sees them side by side, token by token.

    `spans` are code points of the question for the first `asked` tokens, of the passage for the rest; empty for
    prefixes and specials.
    """

    states: Vectors  # shape (tokens, dim)
    spans: tuple[tuple[int, int], ...]
    asked: int


@runtime_checkable
class JointEncoder(Protocol):
    """What an encoder may do besides: let a question and a passage see each other. Only the bundled one does."""

    def read_together(self, question: str, passage: str) -> Reading:
        """The states of the tokens of both, each in the light of the other.

        Raises:
            EncoderError: the model does not answer.
        """
        ...


@runtime_checkable
class DistantEncoder(Protocol):
    """What an encoder may do besides: say whether the server behind it answers, without asking it for vectors."""

    def check_server(self) -> None:
        """Look, for two seconds at most.

        Raises:
            EncoderError: it does not answer.
        """
        ...


@runtime_checkable
class CountingEncoder(Protocol):
    """What an encoder may do besides: say how many tokens it read."""

    def encode_counted(self, texts: Sequence[str], *, as_queries: bool) -> tuple[Vectors, int]:
        """Vectors as `encode_queries` or `encode_passages` gives them, and the tokens read, prefixes included.

        Raises:
            EncoderError: the model does not answer.
        """
        ...
