"""Percentile bootstrap over cases (Efron 1979), paired where two runs are compared. Seeded: the same figures each time.

Every measure here is a ratio of two sums over cases: a mean is one with a denominator of 1 for each case that has a
value. Cases are drawn with replacement, and a case brings its numerator and its denominator, of both runs where there
are two; draws in which a denominator is 0 are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 2000
LEVEL = 0.95

_AT_ONCE = 200  # rounds whose draws are held in memory together


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A measured value and the bounds that hold it at the level that was asked for."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Numerators and denominators of one measure, a pair for each case."""

    numerators: Sequence[float]
    denominators: Sequence[float]


def values_of(values: Sequence[float | bool | None]) -> Ratio:
    """The mean of `values` as a ratio; None stands for a case for which the measure is undefined."""
    return Ratio(
        numerators=[float(value or 0.0) for value in values],
        denominators=[float(value is not None) for value in values],
    )


def interval(ratio: Ratio, *, seed: int = 0, rounds: int = ROUNDS, level: float = LEVEL) -> Interval | None:
    """The sum of numerators over that of denominators; None where that is undefined.

    Raises:
        ValueError: numerators and denominators are not of the same cases.
    """
    return combination([(1.0, ratio)], seed=seed, rounds=rounds, level=level)


def difference(
    ours: Ratio, theirs: Ratio, *, seed: int = 0, rounds: int = ROUNDS, level: float = LEVEL
) -> Interval | None:
    """`ours` minus `theirs`, both over the same cases in the same order; None where one is undefined.

    Raises:
        ValueError: the two are not of the same cases.
    """
    return combination([(1.0, ours), (-1.0, theirs)], seed=seed, rounds=rounds, level=level)


def combination(
    terms: Sequence[tuple[float, Ratio]], *, seed: int = 0, rounds: int = ROUNDS, level: float = LEVEL
) -> Interval | None:
    """The sum of ratios over the same cases, each times its weight; None where one is undefined.

    Raises:
        ValueError: there are no terms, or they are not of the same cases.
    """
    resampled = _resampled([ratio for _, ratio in terms], seed, rounds)
    weighted = [(weight * value, weight * drawn) for (weight, _), (value, drawn) in zip(terms, resampled, strict=True)]
    value = sum(part for part, _ in weighted)
    return _bounded(value, np.sum([drawn for _, drawn in weighted], axis=0), level)


def _bounded(value: float, drawn: NDArray[np.float64], level: float) -> Interval | None:
    sound = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not sound.size:
        return None
    low, high = np.quantile(sound, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value=value, low=float(low), high=float(high))


def _resampled(ratios: Sequence[Ratio], seed: int, rounds: int) -> list[tuple[float, NDArray[np.float64]]]:
    """For each ratio its value and that of each draw, NaN where undefined. All ratios see the same draws."""
    counts = {len(side) for ratio in ratios for side in (ratio.numerators, ratio.denominators)}
    if len(counts) > 1:
        raise ValueError(f"cases do not pair: there are {sorted(counts)} of them")
    rows = np.array([[ratio.numerators, ratio.denominators] for ratio in ratios], dtype=np.float64)
    whole = _divide(rows.sum(axis=2))
    drawn = [_divide(rows @ weights) for weights in _draws(counts.pop(), seed, rounds)] if rows.size else []
    joined = np.concatenate(drawn, axis=1) if drawn else np.empty((len(ratios), 0))
    return [(float(value), draws) for value, draws in zip(whole, joined, strict=True)]


def _draws(count: int, seed: int, rounds: int) -> Iterator[NDArray[np.float64]]:
    """How often each case is drawn, shape (cases, rounds), some rounds at a time."""
    chance = np.random.default_rng(seed)
    for begun in range(0, rounds, _AT_ONCE):
        size = min(_AT_ONCE, rounds - begun)
        yield chance.multinomial(count, np.full(count, 1 / count), size=size).T.astype(np.float64)


def _divide(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numerators over denominators along axis 1; NaN where the denominator is 0."""
    above, below = pairs[:, 0], pairs[:, 1]
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)
