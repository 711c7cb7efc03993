"""Fusion of two rankings."""

from __future__ import annotations

import pytest

from rag.search.fuse import fuse, normalise
from rag.types import Hit


def _hits(**scores: float) -> list[Hit]:
    return [Hit(passage_id=ord(name), score=score) for name, score in scores.items()]


def test_z_scores_by_hand() -> None:
    """Scores 1, 2, 3 have mean 2 and standard deviation sqrt(2/3)."""
    found = normalise({1: 1.0, 2: 2.0, 3: 3.0})
    assert found == pytest.approx({1: -1.224745, 2: 0.0, 3: 1.224745})


def test_equal_scores_say_nothing() -> None:
    """Without any spread every z-score is 0."""
    assert normalise({1: 5.0, 2: 5.0}) == {1: 0.0, 2: 0.0}


def test_fused_scores_by_hand() -> None:
    """Half the dense and half the lexical z-score; who is missing from one index gets its lowest score."""
    found = fuse(_hits(a=0.9, b=0.8), _hits(b=6.0, c=3.0), dense_weight=0.5)
    # dense .9 .8 .8 -> 1.4142 -.7071 -.7071; lexical 3 6 3 -> -.7071 1.4142 -.7071
    assert [chr(hit.passage_id) for hit in found] == ["a", "b", "c"]
    assert [hit.signals.fused for hit in found] == pytest.approx([0.353553, 0.353553, -0.707107], abs=1e-6)
    assert (found[0].signals.dense, found[0].signals.lexical) == (0.9, None)


@pytest.mark.parametrize(("weight", "first"), [(1.0, "a"), (0.0, "b")])
def test_the_weight_decides(weight: float, first: str) -> None:
    """With all weight on one index its order is the order."""
    found = fuse(_hits(a=0.9, b=0.8), _hits(b=6.0, a=3.0), dense_weight=weight)
    assert chr(found[0].passage_id) == first


def test_one_index_alone() -> None:
    """Where the lexical index finds no word, the dense order stands."""
    assert [chr(hit.passage_id) for hit in fuse(_hits(a=0.2, b=0.7), [], dense_weight=0.5)] == ["b", "a"]
    assert fuse([], [], dense_weight=0.5) == []
