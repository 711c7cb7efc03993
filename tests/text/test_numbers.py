"""Quantities by value and unit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.numbers import find_quantities, parse_number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2万亿元", "12000亿元"),
        ("三成", "30%"),
        ("百分之三十五点五", "35.5%"),
        ("34,845个", "34845个"),
        ("一百二十三所", "123所"),
        ("两千三百万吨", "2300万吨"),
        ("二〇二三年", "2023年"),
        ("5千米", "5公里"),
        ("三分之一", "3分之1"),
        ("３０％", "30%"),
        ("十五萬人", "15万人"),
        ("3000余万元", "3000万元"),
        ("100多亿元", "100亿元"),
    ],
)
def test_notations_of_one_quantity_are_equal(one: str, other: str) -> None:
    """The same amount in two notations has the same value and unit."""
    a, b = find_quantities(one), find_quantities(other)
    assert len(a) == len(b) == 1
    assert a[0].same_as(b[0])


@pytest.mark.parametrize(("one", "other"), [("3个百分点", "3%"), ("5万元", "5万人"), ("2.5万个", "2.5个")])
def test_different_quantities_stay_different(one: str, other: str) -> None:
    """A unit or a magnitude makes another quantity."""
    assert not find_quantities(one)[0].same_as(find_quantities(other)[0])


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("2.5万余个", "over"),
        ("近400所", "about"),
        ("超过30人", "over"),
        ("不足5%", "under"),
        ("12家", ""),
        ("3000余万元", "over"),
        ("不超过30人", "under"),
        ("不少于20所", "over"),
        ("大约50人", "about"),
        ("30几个", "over"),
    ],
)
def test_hedges_are_kept(text: str, hedge: str) -> None:
    """余, 近, 超过 and 不足 say on which side of the number the truth lies."""
    assert find_quantities(text)[0].hedge == hedge


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("面向3至5年级学生", [("3", ""), ("5年级", "年级")]),
        ("数十家企业", []),
        ("零售业", []),
        ("由38%提高到41.5%", [("38%", "%"), ("41.5%", "%")]),
        ("版本1.2已发布", [("1.2", "")]),
    ],
)
def test_what_follows_a_number_is_not_always_its_unit(text: str, found: list[tuple[str, str]]) -> None:
    """Words that join, and numerals that are parts of words, give neither unit nor number."""
    assert [(text[q.start : q.end], q.unit) for q in find_quantities(text)] == found


def test_offsets_count_in_the_text() -> None:
    """A quantity's span holds the number and its unit."""
    text = "全市投入5亿元，新增学位2.5万余个，增长28.22%。"
    assert [text[q.start : q.end] for q in find_quantities(text)] == ["5亿元", "2.5万余个", "28.22%"]


@given(st.integers(min_value=1, max_value=10**8 - 1))
def test_chinese_numerals_read_back(value: int) -> None:
    """A number written in Chinese numerals is read as itself."""
    assert parse_number(_spell(value)) == Fraction(value)


@given(st.text(max_size=60))
def test_any_text_is_searched_without_error(text: str) -> None:
    """Whatever the text, spans are in order and inside it."""
    at = 0
    for quantity in find_quantities(text):
        assert at <= quantity.start < quantity.end <= len(text)
        at = quantity.end


def _spell(value: int) -> str:
    digits = "零一二三四五六七八九"
    if value >= 10**4:
        rest = value % 10**4
        tail = ("零" if 0 < rest < 1000 else "") + _spell(rest) if rest else ""
        return _spell(value // 10**4) + "万" + tail
    out, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            out += ("零" if zero and out else "") + digits[digit] + unit
            zero = False
        else:
            zero = True
    return out


def test_endless_rows_of_digits_are_no_numbers() -> None:
    """Python refuses to read more than 4300 digits; nobody means a number of more than a hundred."""
    for endless in ("0" * 20_000, "1" * 5_000 + "万", "1." + "0" * 5_000, "百分之" + "1" * 5_000, "二" * 5_000):
        assert find_quantities(f"{endless}和3600个学位")[-1].value == 3600
        assert not any(quantity.start == 0 for quantity in find_quantities(endless))
        assert parse_number(endless) is None
    assert parse_number("1" * 100) == int("1" * 100)


@pytest.mark.parametrize(("before", "hedge"), [("超过", "over"), ("不超过", "under"), ("大约为", "about"), ("", "")])
def test_what_stands_far_before_a_number_does_not_matter(before: str, hedge: str) -> None:
    """A word for bounds is looked for right before it, however long the text."""
    (quantity,) = find_quantities("超过了吗" * 1_000 + f"，新增{before}3600个学位")
    assert quantity.hedge == hedge
