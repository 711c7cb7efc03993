"""Spreads and token counts by hand."""

from __future__ import annotations

import pytest

from eval.cost import Spent, Spread, by_stage, mean_tokens, spread


def test_spread_by_hand() -> None:
    """Of 0 to 100 the 95th percentile is 95; of 1 and 2 it lies at 1.95; of one value it is that."""
    assert spread(range(101)) == Spread(count=101, p50=50.0, p95=95.0)
    two = spread([2.0, 1.0])
    assert two is not None
    assert (two.p50, two.p95) == pytest.approx((1.5, 1.95))
    assert spread([7.0]) == Spread(count=1, p50=7.0, p95=7.0)
    assert spread([]) is None


def test_stages_are_those_that_were_gone_through() -> None:
    """A stage that an answer skipped is not counted as taking no time."""
    spent = [Spent(timings={"encode": 3.0, "total": 10.0}), Spent(timings={"total": 30.0})]
    assert by_stage(spent) == {
        "encode": Spread(count=1, p50=3.0, p95=3.0),
        "total": Spread(count=2, p50=20.0, p95=29.0),
    }
    assert by_stage([]) == {}


def test_tokens_are_means_over_answers_of_a_model() -> None:
    """Answers without a model have no tokens and do not thin out the mean."""
    spent = [
        Spent(timings={}, prompt_tokens=500, completion_tokens=20),
        Spent(timings={}, prompt_tokens=600, completion_tokens=40),
        Spent(timings={}),
    ]
    assert mean_tokens(spent) == (550.0, 30.0)
    assert mean_tokens([Spent(timings={})]) is None
