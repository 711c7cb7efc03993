"""Objectives, bounds and the best point of a grid, worked out by hand."""

from __future__ import annotations

import pytest

from eval.tune.objective import Bound, Objective, best, measure

BALANCE = Objective(name="balance", terms=(("right", 0.5), ("refused", 0.5)), says="both")
YES, NO = {"right": (1.0, 1.0), "over-refusal": (0.0, 1.0)}, {"right": (0.0, 1.0), "over-refusal": (1.0, 1.0)}
KEPT, LET = {"refused": (1.0, 1.0)}, {"refused": (0.0, 1.0)}


def test_an_objective_is_a_sum_of_shares_over_different_cases() -> None:
    """Three of four right and one of two refused: (.75 + .5) / 2."""
    rows = [YES, YES, YES, NO, KEPT, LET]
    assert BALANCE.value(rows) == pytest.approx(0.625)
    assert BALANCE.value(rows[:4]) is None
    found = BALANCE.interval(rows)
    assert found is not None
    assert found.value == pytest.approx(0.625)
    assert found.low < 0.6
    assert found.high > 0.65
    same = BALANCE.difference(rows, rows)
    assert same is not None
    assert (same.value, same.low, same.high) == pytest.approx((0.0, 0.0, 0.0))
    gain = BALANCE.difference([YES, YES, YES, YES, KEPT, LET], rows)
    assert gain is not None
    assert gain.value == pytest.approx(0.125)


def test_a_bound_is_kept_at_its_limit_and_not_where_nothing_is_known() -> None:
    """One of four over-refused is at most .25 and not .24; one of two refused is at least .5 and not .6."""
    rows = [YES, YES, YES, NO, KEPT, LET]
    assert Bound(measure="over-refusal", limit=0.25).is_kept(rows)
    assert not Bound(measure="over-refusal", limit=0.24).is_kept(rows)
    assert Bound(measure="refused", limit=1 - 0.5, at_most=False).is_kept(rows)
    assert not Bound(measure="refused", limit=1 - 0.4, at_most=False).is_kept(rows)
    assert not Bound(measure="refused", limit=0.0, at_most=False).is_kept([YES])
    assert str(Bound(measure="refused", limit=1 - 0.1, at_most=False)) == "refused ≥ 0.9"


def test_the_highest_score_wins_and_ties_go_to_the_present_value() -> None:
    """Of equals the present one, else the nearest to it, else the lower; what is beyond nine decimals is no gain."""
    present = (0.4, 0.1)
    assert best({(0.2, 0.1): 0.7, (0.4, 0.1): 0.6, (0.6, 0.1): None}, present) == (0.2, 0.1)
    assert best({(0.2, 0.1): 0.7, (0.4, 0.1): 0.7 - 1e-12}, present) == present
    assert best({(0.1, 0.1): 0.7, (0.5, 0.1): 0.7, (0.4, 0.1): 0.6}, present) == (0.5, 0.1)
    assert best({(0.5, 0.1): 0.7, (0.3, 0.1): 0.7}, present) == (0.3, 0.1)
    assert best({(0.5, 0.1): None}, present) is None
    assert best({}, present) is None


def test_a_measure_by_itself_is_its_share() -> None:
    """Of four answerable cases three are right."""
    assert measure("right").value([YES, YES, YES, NO, KEPT]) == 0.75
