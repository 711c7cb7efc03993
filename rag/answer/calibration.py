"""Fitted weights: small logistic models, read from a committed file that says where they come from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from rag.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """p = 1 / (1 + exp(-(bias + sum of weight x feature)))."""

    features: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def __post_init__(self) -> None:
        if len(self.features) != len(self.weights):
            raise ConfigError(f"calibration has {len(self.weights)} weights for {len(self.features)} features")

    def logit(self, values: Sequence[float]) -> float:
        """Log-odds of `values`, which stand in the order of `features`."""
        return self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))

    def probability(self, values: Sequence[float]) -> float:
        """Probability of `values`, in (0, 1)."""
        return probability_of(self.logit(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was fitted on the development sets; `provenance` says on which data, when and by which command."""

    sentence: Logistic
    answerable: Logistic  # for encoders that cannot read a question and a passage together
    reading: Logistic  # for the encoder that can: the same features, and those of the reader
    threshold: float  # answer when the probability that the evidence answers reaches this
    second: float  # quote a further sentence when its probability reaches this share of the best one's
    provenance: Mapping[str, object]

    def answers(self, values: Sequence[float], told: Sequence[float] | None) -> float:
        """Probability that the evidence answers, from its features and, where there is one, what the reader tells.

        With a reader it is the mean of both models in log-odds: the reader tells nearly answering from answering best
        on pages like those it was fitted on, the other model carries over better to pages of other kinds.
        """
        alone = self.answerable.logit(values)
        return probability_of((alone + self.reading.logit((*values, *told))) / 2 if told else alone)

    def limited(self, threshold: float | None, second: float | None) -> Calibration:
        """The same models with other limits; None leaves a limit as it is."""
        return replace(
            self,
            threshold=self.threshold if threshold is None else threshold,
            second=self.second if second is None else second,
        )


def probability_of(logit: float) -> float:
    """The probability of some log-odds, in (0, 1)."""
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, logit))))


@cache
def calibration() -> Calibration:
    """The calibration that ships with the program.

    Raises:
        ConfigError: the file does not fit this version's features.
    """
    raw = json.loads(files("rag.answer").joinpath("calibration.json").read_text(encoding="utf-8"))
    return Calibration(
        sentence=_logistic(raw["sentence"]),
        answerable=_logistic(raw["answerable"]),
        reading=_logistic(raw["reading"]),
        threshold=float(raw["threshold"]),
        second=float(raw["second"]),
        provenance=raw["provenance"],
    )


def _logistic(raw: Mapping[str, Mapping[str, float] | float]) -> Logistic:
    weights = raw["weights"]
    assert isinstance(weights, Mapping)
    bias = raw["bias"]
    assert isinstance(bias, int | float)
    return Logistic(features=tuple(weights), weights=tuple(weights.values()), bias=float(bias))
