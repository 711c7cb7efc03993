"""Quantities that can both be true, and those that cannot."""

from __future__ import annotations

import pytest

from rag.answer.magnitude import Magnitude, is_negative, is_part_of_a_range, magnitude
from rag.text.numbers import find_quantities
from rag.text.script import fold


def _of(text: str) -> Magnitude:
    key = fold(text)
    return magnitude(find_quantities(key)[0], key)


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        ("1.2万人", "12000名", True),
        ("1.2万人", "12034人", True),
        ("1.2万人", "12890人", False),
        ("91.5%", "91.52%", True),
        ("91.5%", "91.6%", False),
        ("三成", "30%", True),
        ("超过90%", "92.8%", True),
        ("超过90%", "88.1%", False),
        ("不足100人", "86人", True),
        ("不足100人", "112人", False),
        ("约2万人", "19,850人", True),
        ("约2万人", "2.7万人", False),
        ("6800餘件", "6832件", True),
        ("6800余件", "5900件", False),
        ("6800余件", "6950件", False),
        ("1.2万余件", "1.3万余件", False),
        ("两千多人", "2600人", True),
        ("两千多人", "3100人", False),
        ("36岁多", "40岁", False),
        ("2000人以上", "5000人", True),
        ("3600个", "3604个", True),
        ("3600个", "3612个", False),
        ("3.28公里", "3280米", True),
        ("3.28公里", "3400米", False),
        ("15亩", "1公顷", True),
        ("15亩", "1.2公顷", False),
        ("-2.1亿元", "2.1亿元", False),
    ],
)
def test_what_can_both_be_true(one: str, other: str, *, agrees: bool) -> None:
    """Notation, units, rounding and hedges are taken into account, in either order."""
    assert _of(one).is_comparable(_of(other))
    assert _of(one).agrees(_of(other)) is agrees
    assert _of(other).agrees(_of(one)) is agrees


@pytest.mark.parametrize(("one", "other"), [("12人", "12所"), ("3%", "3个百分点"), ("5元", "5美元"), ("5米", "5亩")])
def test_other_units_are_not_comparable(one: str, other: str) -> None:
    """People are no schools, a share is no difference of shares, and currencies are not converted."""
    assert not _of(one).is_comparable(_of(other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12至15所", True), ("12所到15所", True), ("12-15所", True), ("-12万元到-15万元", True), ("新建12所", False)],
)
def test_ranges_give_no_single_value(text: str, *, expected: bool) -> None:
    """Either end of a range is a part of it."""
    key = fold(text)
    assert [is_part_of_a_range(key, quantity) for quantity in find_quantities(key)] == (
        [expected] * len(find_quantities(key))
    )


def test_a_minus_sign_is_told_from_a_dash() -> None:
    """`为-2亿元` is a loss, `1-2亿元` a range."""
    for text, expected in (("净利润为-2亿元", True), ("投入1-2亿元", False)):
        key = fold(text)
        assert is_negative(key, find_quantities(key)[-1]) is expected
