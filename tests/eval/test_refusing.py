"""Measures of refusal against hand-computed values, and AUROC against scikit-learn."""

from __future__ import annotations

import random

import pytest
from sklearn.metrics import roc_auc_score

from eval.refusing import (
    Outcome,
    auroc,
    calibration_error,
    curve,
    over_refusal,
    refused_at,
    refused_when_unanswerable,
)


def asked(answerable: str, scores: list[float | None], threshold: float = 0.5) -> list[Outcome]:
    """Outcomes of answerable ("y") and unanswerable ("n") questions, refused below a threshold."""
    return [
        Outcome(case_id=f"q{at}", answerable=kind == "y", refused=(score or 0.0) < threshold, score=score)
        for at, (kind, score) in enumerate(zip(answerable, scores, strict=True))
    ]


OUTCOMES = asked("yyynn", [0.9, 0.8, 0.3, 0.8, 0.1])


def test_shares() -> None:
    """One of two unanswerable questions was refused, and one of three answerable ones."""
    assert refused_when_unanswerable(OUTCOMES) == 1 / 2
    assert over_refusal(OUTCOMES) == 1 / 3


def test_the_curve_has_a_point_for_each_score() -> None:
    """Refusing everything below .1, .3, .8, .9, and everything."""
    points = curve(OUTCOMES)
    assert [(point.refused, point.over_refused) for point in points] == [
        (0.0, 0.0), (0.5, 0.0), (0.5, 1 / 3), (1.0, 2 / 3), (1.0, 1.0),
    ]  # fmt: skip
    assert [point.threshold for point in points] == [0.1, 0.3, 0.8, 0.9, float("inf")]
    assert refused_at(points, 0.05) == 0.5
    assert refused_at(points, 0.7) == 1.0


def test_auroc_by_hand() -> None:
    """Of six pairs, four are in order, one is a tie, one is not."""
    assert auroc(OUTCOMES) == pytest.approx(4.5 / 6)
    assert auroc(asked("yn", [0.5, 0.5])) == 0.5


def test_auroc_is_that_of_scikit_learn() -> None:
    """On scores with many ties."""
    chance = random.Random(1)
    outcomes = asked("yn" * 40, [chance.randrange(10) / 10 for _ in range(80)])
    expected = roc_auc_score([o.answerable for o in outcomes], [o.score for o in outcomes])
    assert auroc(outcomes) == pytest.approx(expected)


def test_calibration_error_by_hand() -> None:
    """Bins (.2, .3], (.7, .8], (.8, .9] and [0, .1]: (.7 + .6 + .1 + .1) / 5."""
    assert calibration_error(OUTCOMES) == pytest.approx((0.7 + 0.6 + 0.1 + 0.1) / 5)
    assert calibration_error(asked("yn", [1.0, 0.0])) == 0.0
    assert calibration_error(asked("ny", [1.0, 0.0]), bins=2) == 1.0


def test_undefined() -> None:
    """Without questions of a kind, or without scores, nothing is made up."""
    assert refused_when_unanswerable(asked("y", [0.9])) is None
    assert over_refusal(asked("n", [0.9])) is None
    assert curve(asked("yy", [0.9, 0.1])) == ()
    assert refused_at((), 0.05) is None
    assert auroc(asked("yn", [0.9, None])) is None
    assert calibration_error(asked("yn", [None, None])) is None
    with pytest.raises(ValueError, match="q0"):
        calibration_error(asked("y", [1.5]))
