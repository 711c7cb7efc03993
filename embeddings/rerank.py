"""Cross-encoders: question and passage read together. Off by default, since no weights ship with the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from embeddings.errors import EncoderError


class Reranker(Protocol):
    """Scores passages for a question; higher is better, the scale is the model's own."""

    @property
    def name(self) -> str:
        """What this reranker is, for traces."""
        ...

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score per passage, in their order.

        Raises:
            EncoderError: the model does not answer.
        """
        ...


class CrossEncoderReranker:
    """A sentence-transformers `CrossEncoder`, by model name or folder."""

    def __init__(self, name_or_folder: str, *, max_length: int = 512) -> None:
        try:
            from sentence_transformers import CrossEncoder  # noqa: PLC0415 - loads torch, which takes seconds

            self._model = CrossEncoder(name_or_folder, max_length=max_length, device="cpu")
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            raise EncoderError(f"reranker {name_or_folder!r} cannot be loaded: {error}") from error
        self._name = name_or_folder

    @property
    def name(self) -> str:
        """The model name or folder."""
        return self._name

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score per passage, in their order."""
        if not passages:
            return []
        try:
            scores = self._model.predict([(question, passage) for passage in passages], show_progress_bar=False)
        except RuntimeError as error:
            raise EncoderError(f"reranker {self._name!r} failed: {error}") from error
        return [float(score) for score in scores]
