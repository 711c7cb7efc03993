"""The fitted models."""

from __future__ import annotations

import math

import pytest

from rag.answer.answerable import ANSWERABLE_FEATURES
from rag.answer.calibration import Logistic, calibration
from rag.answer.reader import READ_FEATURES
from rag.answer.sentences import SENTENCE_FEATURES
from rag.errors import ConfigError


def test_logistic_by_hand() -> None:
    """Bias -1, weights 2 and -3 at (1, 0.5): log-odds -0.5."""
    model = Logistic(features=("a", "b"), weights=(2.0, -3.0), bias=-1.0)
    assert model.logit((1.0, 0.5)) == pytest.approx(-0.5)
    assert model.probability((1.0, 0.5)) == pytest.approx(1 / (1 + math.exp(0.5)))


def test_extreme_log_odds_do_not_overflow() -> None:
    """Probabilities stay inside (0, 1)."""
    model = Logistic(features=("a",), weights=(1e6,), bias=0.0)
    assert 0 < model.probability((-1.0,)) < 1e-9
    assert 1 - 1e-9 < model.probability((1.0,)) <= 1


def test_weights_and_features_must_agree() -> None:
    """A file of another version is refused."""
    with pytest.raises(ConfigError, match="1 weights for 2 features"):
        Logistic(features=("a", "b"), weights=(1.0,), bias=0.0)


def test_the_shipped_file_fits_this_version() -> None:
    """Features stand in the order that the code computes them in, and the provenance names data and command."""
    fitted = calibration()
    assert fitted.sentence.features == SENTENCE_FEATURES
    assert fitted.answerable.features == ANSWERABLE_FEATURES
    assert fitted.reading.features == (*ANSWERABLE_FEATURES, *READ_FEATURES)
    assert 0 < fitted.threshold < 1
    assert 0 < fitted.second < 1
    assert {"command", "sets", "questions", "date", "cross-validated"} <= set(fitted.provenance)


def test_limits_give_way_one_by_one() -> None:
    """A limit that is given takes the place of the fitted one, the other stays, and so do the models."""
    fitted = calibration()
    assert fitted.limited(None, None) == fitted
    strict = fitted.limited(0.9, None)
    assert (strict.threshold, strict.second) == (0.9, fitted.second)
    assert (strict.answerable, strict.limited(None, 0.0).second) == (fitted.answerable, 0.0)
