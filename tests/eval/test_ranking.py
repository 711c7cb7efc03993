"""Ranking measures against hand-computed tables."""

from __future__ import annotations

import pytest

from eval.ranking import ndcg_at, recall_at, reciprocal_rank


@pytest.mark.parametrize(
    ("ranked", "relevant", "k", "recall", "reciprocal", "ndcg"),
    [
        ("abc", "a", 1, 1.0, 1.0, 1.0),
        ("abc", "c", 1, 0.0, 1 / 3, 0.0),
        ("abc", "c", 3, 1.0, 1 / 3, 0.5),
        ("abc", "bc", 3, 1.0, 0.5, (0.63093 + 0.5) / (1 + 0.63093)),
        ("abc", "xa", 2, 0.5, 1.0, 1 / (1 + 0.63093)),
        ("", "a", 5, 0.0, 0.0, 0.0),
    ],
)
def test_by_hand(ranked: str, relevant: str, k: int, recall: float, reciprocal: float, ndcg: float) -> None:
    """Recall@k, reciprocal rank and nDCG@k of small lists."""
    assert recall_at(k, ranked, relevant) == pytest.approx(recall)
    assert reciprocal_rank(ranked, relevant) == pytest.approx(reciprocal)
    assert ndcg_at(k, ranked, relevant) == pytest.approx(ndcg, abs=1e-5)


def test_undefined_without_relevant_items() -> None:
    """Where nothing is relevant the measures are None, not 0."""
    assert recall_at(5, "abc", "") is None
    assert reciprocal_rank("abc", "") is None
    assert ndcg_at(5, "abc", "") is None
