"""The bootstrap against what can be worked out by hand."""

from __future__ import annotations

import math

import pytest

from eval.intervals import Interval, Ratio, combination, difference, interval, values_of


def test_one_value_has_no_width() -> None:
    """Equal values, or a single case, give bounds equal to the value."""
    assert interval(values_of([0.5] * 20)) == Interval(value=0.5, low=0.5, high=0.5)
    assert interval(values_of([True])) == Interval(value=1.0, low=1.0, high=1.0)


def test_two_cases_by_hand() -> None:
    """Draws of (0, 1) have the means 0, .5 and 1 with chances .25, .5 and .25: at .4 both bounds are .5."""
    assert interval(values_of([0, 1])) == Interval(value=0.5, low=0.0, high=1.0)
    assert interval(values_of([0, 1]), level=0.4) == Interval(value=0.5, low=0.5, high=0.5)


def test_many_cases_are_near_the_normal_interval() -> None:
    """Of 400 cases with a mean of .5 the bounds are 1.96 standard errors away, .049."""
    found = interval(values_of([0, 1] * 200))
    assert found is not None
    assert found.low == pytest.approx(0.5 - 1.96 * math.sqrt(0.25 / 400), abs=0.006)
    assert found.high == pytest.approx(0.5 + 1.96 * math.sqrt(0.25 / 400), abs=0.006)


def test_undefined_cases_are_left_out() -> None:
    """None is no zero; with nothing but None there is no mean, nor without cases."""
    found = interval(values_of([1.0, None, 0.0, None]))
    assert found is not None
    assert found.value == 0.5
    assert interval(values_of([None, None])) is None
    assert interval(values_of([])) is None


def test_a_ratio_weighs_cases_by_their_denominators() -> None:
    """3 of 4 citations in one case and 0 of 1 in the other are 3 of 5."""
    found = interval(Ratio(numerators=[3, 0], denominators=[4, 1]))
    assert found == Interval(value=0.6, low=0.0, high=0.75)


def test_differences_are_paired() -> None:
    """Two runs that differ by .25 in every case differ by exactly that, however much cases differ."""
    theirs = [0.0, 0.25, 0.5, 0.75] * 5
    ours = [value + 0.25 for value in theirs]
    found = difference(values_of(ours), values_of(theirs))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))
    assert difference(values_of([1.0]), values_of([None])) is None


def test_a_real_drop_is_told_from_noise() -> None:
    """30 of 100 cases turned wrong lie beyond 0; 2 lost and 2 won do not."""
    before = [1.0] * 100
    worse = difference(values_of([0.0] * 30 + [1.0] * 70), values_of(before))
    assert worse is not None
    assert worse.high < 0
    same = difference(values_of([0.0, 0.0] + [1.0] * 98), values_of([1.0] * 98 + [0.0, 0.0]))
    assert same is not None
    assert same.low < same.value == 0 < same.high


def test_the_seed_decides() -> None:
    """The same seed gives the same bounds, another seed others."""
    cases = values_of([0.1 * (at % 11) for at in range(57)])
    assert interval(cases, seed=4) == interval(cases, seed=4)
    assert interval(cases, seed=4) != interval(cases, seed=5)


def test_unpaired_cases_are_refused() -> None:
    """Runs over different numbers of cases cannot be compared."""
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        difference(values_of([1.0]), values_of([1.0, 0.0]))


def test_ratios_are_added_with_their_weights() -> None:
    """Two shares over different cases: .75 and half of .5 make 1; a loss in one pays for a gain in the other."""
    yes = values_of([1, 1, 1, 0, None, None])
    no = values_of([None, None, None, None, 1, 0])
    found = combination([(1.0, yes), (0.5, no)])
    assert found is not None
    assert found.value == 1.0
    assert found.low < 1.0 < found.high
    assert combination([(1.0, yes), (-1.0, yes)]) == Interval(value=0.0, low=0.0, high=0.0)
    assert combination([(1.0, yes), (1.0, values_of([None] * 6))]) is None
