"""How likely a stretch of text speaks to a language model: a linear model over sequences of one to four characters.

`data/speech_model.npz` holds a weight for each bucket that a sequence falls into. A stretch scores the mean weight of
its sequences; a text scores as high as its highest stretch, so that a short command in a long sentence counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

LONGEST: Final = 4  # characters of a sequence
STRETCH: Final = 28  # characters of a stretch
SHORTEST: Final = 12  # shorter stretches count as if they were this long, since they say little
BITS: Final = 17  # of a bucket's number
_LIKELY = 0.5
_LATIN = 0.35
_ADDRESS = re.compile(r"(?:https?:|www)[a-z0-9]*")
_DIGITS = re.compile(r"[0-9]+")
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(64 - BITS)

Buckets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """Weights of shape (2 ** BITS,), a bias, and two scores.

    A sentence of one news article in 200 is `likely` to speak to a model, one of one in 2,000 is `sure` to; counted on
    other articles than those learnt from (`eval.make_speech_model`).
    """

    weights: npt.NDArray[np.float32]
    bias: float
    likely: float = 0.0
    sure: float = 0.0

    def weight(self, key: str) -> float:
        """What the score of a key is worth as a sign: 0 below `likely`, 1 from `sure` on; less for Latin letters."""
        score = self.score(plain_key(key))
        if score < self.likely:
            return 0.0
        if is_latin(key):
            return _LATIN
        return _LIKELY if score < self.sure else 1.0

    def score(self, key: str) -> float:
        """The score of the highest stretch of `key`; minus infinity when it is empty."""
        if not key:
            return float("-inf")
        table = self.weights[buckets(key)].sum(axis=0, dtype=np.float64)
        width = min(STRETCH, len(key))
        sums = np.concatenate(([0.0], np.cumsum(table)))
        return float((sums[width:] - sums[:-width]).max() / (LONGEST * max(width, SHORTEST)) + self.bias)


def plain_key(key: str) -> str:
    """A key without what is particular in it: each run of digits and each address is one sign."""
    return _DIGITS.sub("0", _ADDRESS.sub("url", key))


def is_latin(key: str) -> bool:
    """True for a key with many Latin letters, of which the model has read little."""
    return 3 * sum(character.isascii() for character in key) > len(key)


def buckets(key: str) -> Buckets:
    """The bucket of the sequence of each length that begins at each character; shape (LONGEST, len(key)).

    Sequences that would reach beyond the end are filled with zeros.
    """
    codes = np.frombuffer(key.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    padded = np.concatenate((codes, np.zeros(LONGEST, dtype=np.uint64)))
    rows = []
    state = np.zeros(len(codes), dtype=np.uint64)
    for length in range(LONGEST):
        state = (state + padded[length : length + len(codes)] + np.uint64(1)) * _MULTIPLIER
        state ^= state >> np.uint64(29)
        rows.append((state * _MULTIPLIER) >> _SHIFT)
    return np.stack(rows).astype(np.int64)


@cache
def speech_model() -> SpeechModel:
    """The model that ships with the program."""
    with (files("rag.ingest") / "data" / "speech_model.npz").open("rb") as file, np.load(file) as found:
        weights = found["weights"].astype(np.float32) * float(found["scale"])
        return SpeechModel(weights, float(found["bias"]), float(found["likely"]), float(found["sure"]))
