"""Cross-encoders that were trained on natural language inference: whether one text entails another."""

from __future__ import annotations

from typing import Protocol

from embeddings.errors import EncoderError


class Entailment(Protocol):
    """Says how likely it is that a premise entails a hypothesis."""

    def probability(self, premise: str, hypothesis: str) -> float:
        """The probability in [0, 1].

        Raises:
            EncoderError: the model does not answer.
        """
        ...


class CrossEncoderEntailment:
    """A sentence-transformers `CrossEncoder`, by model name or folder.

    Its label for entailment is the one whose name begins with "entail"; a model with a single label is taken to give
    that probability itself.

    Raises:
        EncoderError: the model cannot be loaded, or has several labels and none is named so.
    """

    def __init__(self, name_or_folder: str, *, max_length: int = 512) -> None:
        try:
            from sentence_transformers import CrossEncoder  # noqa: PLC0415 - loads torch, which takes seconds

            self._model = CrossEncoder(name_or_folder, max_length=max_length, device="cpu")
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            raise EncoderError(f"entailment model {name_or_folder!r} cannot be loaded: {error}") from error
        self._name = name_or_folder
        labels: dict[int, str] = self._model.config.id2label
        entailing = [index for index, label in labels.items() if label.lower().startswith("entail")]
        if len(labels) > 1 and not entailing:
            found = ", ".join(labels.values())
            raise EncoderError(
                f"entailment model {name_or_folder!r} has the labels {found}; expected one for entailment"
            )
        self._entailing = entailing[0] if len(labels) > 1 else None

    def probability(self, premise: str, hypothesis: str) -> float:
        """The probability that `premise` entails `hypothesis`."""
        several = self._entailing is not None
        try:
            scores = self._model.predict([(premise, hypothesis)], apply_softmax=several, show_progress_bar=False)
        except RuntimeError as error:
            raise EncoderError(f"entailment model {self._name!r} failed: {error}") from error
        return float(scores[0][self._entailing] if several else scores[0])
