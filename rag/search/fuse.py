"""Fusing dense and lexical scores of one question into one ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.types import Hit, Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """A passage of either index with its fused score and what it was made of."""

    passage_id: int
    signals: Signals


def normalise(scores: Mapping[int, float]) -> dict[int, float]:
    """Z-scores of `scores`: mean 0, standard deviation 1; all 0 where they are equal."""
    if not scores:
        return {}
    values = np.fromiter(scores.values(), dtype=np.float64, count=len(scores))
    spread = float(values.std())
    if spread < 1e-12:
        return dict.fromkeys(scores, 0.0)
    return dict(zip(scores, ((values - values.mean()) / spread).tolist(), strict=True))


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit], *, dense_weight: float) -> list[Fused]:
    """Weighted sum of z-scores, best first, ties by id.

    A passage that one index did not return gets the lowest score that index returned: it ranks below all that were.
    Passages without any lexical score must not be among `lexical` (see "zero-score hits" in Kuzi et al. 2020).
    """
    by_dense = {hit.passage_id: hit.score for hit in dense}
    by_lexical = {hit.passage_id: hit.score for hit in lexical}
    everyone = by_dense.keys() | by_lexical.keys()
    z_dense = normalise(_with_floor(by_dense, everyone))
    z_lexical = normalise(_with_floor(by_lexical, everyone))
    fused = []
    for passage_id in everyone:
        score = dense_weight * z_dense.get(passage_id, 0.0) + (1 - dense_weight) * z_lexical.get(passage_id, 0.0)
        signals = Signals(dense=by_dense.get(passage_id), lexical=by_lexical.get(passage_id), fused=score)
        fused.append(Fused(passage_id=passage_id, signals=signals))
    return sorted(fused, key=lambda hit: (-hit.signals.fused, hit.passage_id))


def _with_floor(scores: Mapping[int, float], everyone: set[int]) -> dict[int, float]:
    """`scores` for everyone, the lowest one for those without; nothing where an index found nothing."""
    if not scores:
        return {}
    floor = min(scores.values())
    return {passage_id: scores.get(passage_id, floor) for passage_id in sorted(everyone)}
