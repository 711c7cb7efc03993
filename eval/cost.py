"""What answers cost: milliseconds per stage, tokens. Pure functions; None where nothing was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one answer took: milliseconds by stage, and tokens read and written, 0 where no model was asked."""

    timings: Mapping[str, float]
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The median and the 95th percentile of `count` values."""

    count: int
    p50: float
    p95: float


def spread(values: Sequence[float]) -> Spread | None:
    """Median and 95th percentile, interpolated linearly between values; None without values."""
    if not values:
        return None
    p50, p95 = np.percentile(values, [50, 95])
    return Spread(count=len(values), p50=float(p50), p95=float(p95))


def by_stage(spent: Sequence[Spent]) -> dict[str, Spread]:
    """For each stage, in order of first appearance, the spread over the answers that went through it."""
    held: dict[str, list[float]] = {}
    for one in spent:
        for stage, milliseconds in one.timings.items():
            held.setdefault(stage, []).append(milliseconds)
    return {stage: found for stage, values in held.items() if (found := spread(values))}


def mean_tokens(spent: Sequence[Spent]) -> tuple[float, float] | None:
    """Mean tokens read and written over the answers for which a model was asked; None when it never was."""
    asked = [one for one in spent if one.prompt_tokens or one.completion_tokens]
    if not asked:
        return None
    return (
        sum(one.prompt_tokens for one in asked) / len(asked),
        sum(one.completion_tokens for one in asked) / len(asked),
    )
