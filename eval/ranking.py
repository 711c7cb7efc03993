"""Measures of a ranked list. Pure functions; None where a measure is undefined."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence


def recall_at(k: int, ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float | None:
    """Share of the relevant items among the first `k`; None when nothing is relevant. `ranked` holds no item twice."""
    if not relevant:
        return None
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def reciprocal_rank(ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float | None:
    """1 / rank of the first relevant item, 0 when none is found; None when nothing is relevant."""
    if not relevant:
        return None
    return next((1 / rank for rank, item in enumerate(ranked, start=1) if item in relevant), 0.0)


def ndcg_at(k: int, ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float | None:
    """Normalised discounted cumulative gain with binary gains and log2 discounts (Järvelin & Kekäläinen 2002)."""
    if not relevant:
        return None
    gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(ranked[:k], start=1) if item in relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(relevant))) + 1))
    return gain / best
