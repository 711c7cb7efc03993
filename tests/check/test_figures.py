"""Figures as the checker compares them."""

from __future__ import annotations

import pytest

from rag.check.figures import difference, find_figures


@pytest.mark.parametrize(
    ("quote", "claim", "expected"),
    [
        ("12000亿元", "1.2万亿元", ""),
        ("三成", "30%", ""),
        ("3280米", "3.28公里", ""),
        ("60分钟", "1小时", ""),
        ("300余名", "超过300人", ""),
        ("300余名", "300名", ""),
        ("300余名", "不足300名", "hedge"),
        ("近400所", "约400所", ""),
        ("近400所", "超过400所", "hedge"),
        ("400所", "约400所", ""),
        ("25123个", "约2.5万个", ""),
        ("25123个", "超过2.5万个", ""),
        ("25123个", "2.5万个", "number"),
        ("25123个", "约2.4万个", "number"),
        ("不足5%", "5%", "hedge"),
        ("5个百分点", "5%", "unit"),
        ("5亿元", "5亿美元", "unit"),
        ("5万元", "5万人", "unit"),
        ("10—15个", "10至15个", ""),
        ("10—15个", "10个", "number"),
        ("第三名", "第3名", ""),
        ("第三名", "3名", "ordinal"),
        ("163所", "163家", ""),
        ("163", "163所", ""),
        ("3000余万元", "超过3000万元", ""),
    ],
)
def test_one_figure_against_another(quote: str, claim: str, expected: str) -> None:
    """Value, unit and hedge decide whether one figure may be told as the other."""
    (written,), (said,) = find_figures(quote), find_figures(claim)
    assert difference(written, said) == expected


def test_the_ends_of_a_range_are_one_figure() -> None:
    """`3至5年级` and `10-15万人` are ranges, the magnitude of the second belonging to both ends."""
    grades, people = find_figures("面向3至5年级")[0], find_figures("10-15万人")[0]
    assert (grades.value, grades.upper, grades.unit) == (3, 5, "年级")
    assert (people.value, people.upper, people.unit) == (100_000, 150_000, "人")
