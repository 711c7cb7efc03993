"""Dates in Chinese text, against the days that a reader of them would name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.dates import find_dates, month_day

REFERENCE = date(2024, 12, 12)  # a Thursday

ABSOLUTE = [
    ("2024-12-11", "2024-12-11", "2024-12-11", "day"),
    ("2024/12/11", "2024-12-11", "2024-12-11", "day"),
    ("2024.12.11", "2024-12-11", "2024-12-11", "day"),
    ("2024年12月11日", "2024-12-11", "2024-12-11", "day"),
    ("2024 年 2 月 29 日", "2024-02-29", "2024-02-29", "day"),
    ("２０２４年１２月１１日", "2024-12-11", "2024-12-11", "day"),
    ("二〇二四年十二月十一日", "2024-12-11", "2024-12-11", "day"),
    ("二○二四年十二月三十一日", "2024-12-31", "2024-12-31", "day"),
    ("民國113年12月11日", "2024-12-11", "2024-12-11", "day"),
    ("二零二四年五月", "2024-05-01", "2024-05-31", "month"),
    ("2023年2月份", "2023-02-01", "2023-02-28", "month"),
    ("2024-02", "2024-02-01", "2024-02-29", "month"),
    ("2023年", "2023-01-01", "2023-12-31", "year"),
    ("二〇二三年", "2023-01-01", "2023-12-31", "year"),
    ("2023年度", "2023-01-01", "2023-12-31", "year"),
    ("2023年年底", "2023-12-01", "2023-12-31", "range"),
    ("2023年底", "2023-12-01", "2023-12-31", "range"),
    ("2023年初", "2023-01-01", "2023-03-31", "range"),
    ("2024年上半年", "2024-01-01", "2024-06-30", "half"),
    ("2024年下半年", "2024-07-01", "2024-12-31", "half"),
    ("2023年第二季度", "2023-04-01", "2023-06-30", "quarter"),
    ("2023Q3", "2023-07-01", "2023-09-30", "quarter"),
    ("2023年前三季度", "2023-01-01", "2023-09-30", "range"),
    ("2023年1—6月", "2023-01-01", "2023-06-30", "range"),
    ("2020-2023年", "2020-01-01", "2023-12-31", "range"),
    ("2023年7月1日至8月3日", "2023-07-01", "2023-08-03", "range"),
    ("上世纪90年代", "1990-01-01", "1999-12-31", "range"),
    ("20世纪八十年代初", "1980-01-01", "1983-12-31", "range"),
    ("90年代", "1990-01-01", "1999-12-31", "range"),
]

RELATIVE = [
    ("12月11日", "2024-12-11", "2024-12-11", "day"),
    ("1月5日", "2025-01-05", "2025-01-05", "day"),
    ("3月5日", "2024-03-05", "2024-03-05", "day"),
    ("昨日", "2024-12-11", "2024-12-11", "day"),
    ("今天", "2024-12-12", "2024-12-12", "day"),
    ("前天", "2024-12-10", "2024-12-10", "day"),
    ("大前天", "2024-12-09", "2024-12-09", "day"),
    ("昨晚", "2024-12-11", "2024-12-11", "day"),
    ("去年底", "2023-12-01", "2023-12-31", "range"),
    ("去年年底", "2023-12-01", "2023-12-31", "range"),
    ("去年", "2023-01-01", "2023-12-31", "year"),
    ("今年8月15日", "2024-08-15", "2024-08-15", "day"),
    ("去年12月", "2023-12-01", "2023-12-31", "month"),
    ("今年以來", "2024-01-01", "2024-12-12", "range"),
    ("今年上半年", "2024-01-01", "2024-06-30", "half"),
    ("上月", "2024-11-01", "2024-11-30", "month"),
    ("本月5日", "2024-12-05", "2024-12-05", "day"),
    ("第三季度", "2024-07-01", "2024-09-30", "quarter"),
    ("前三季度", "2024-01-01", "2024-09-30", "range"),
    ("上半年", "2024-01-01", "2024-06-30", "half"),
    ("1至7月", "2024-01-01", "2024-07-31", "range"),
    ("7月27日至28日", "2024-07-27", "2024-07-28", "range"),
    ("上周五", "2024-12-06", "2024-12-06", "day"),
    ("本周", "2024-12-09", "2024-12-15", "range"),
    ("近三年", "2021-12-12", "2024-12-12", "range"),
    ("过去6个月", "2024-06-12", "2024-12-12", "range"),
    ("8月份", "2024-08-01", "2024-08-31", "month"),
]


@pytest.mark.parametrize(("text", "first", "last", "precision"), ABSOLUTE)
def test_absolute(text: str, first: str, last: str, precision: str) -> None:
    """A date that needs no reference covers the same days with one and without, and is found inside a sentence."""
    sentence = f"据统计，{text}，全市新增学位1.4万个。"
    for reference in (None, REFERENCE):
        (found,) = find_dates(sentence, reference=reference)
        assert (str(found.first), str(found.last), found.precision) == (first, last, precision)
        assert sentence[found.start : found.end] == text
        assert not found.relative


@pytest.mark.parametrize(("text", "first", "last", "precision"), RELATIVE)
def test_relative(text: str, first: str, last: str, precision: str) -> None:
    """A relative date is resolved against the reference, and left out when there is none."""
    sentence = f"据介绍，{text}，新校舍交付使用。"
    (found,) = find_dates(sentence, reference=REFERENCE)
    assert (str(found.first), str(found.last), found.precision) == (first, last, precision)
    assert sentence[found.start : found.end] == text
    assert found.relative
    assert find_dates(sentence) == []


@pytest.mark.parametrize(
    "text",
    [
        "近日，记者获悉",
        "日前公布",
        "今日头条客户端",
        "30日内与本网联系",
        "90后青年",
        "历时三个月",
        "价格为2024.12元",
        "版本1.2.3.4",
    ],
)
def test_what_is_no_date(text: str) -> None:
    """Words that name no day, durations and plain numbers are no dates."""
    assert find_dates(text, reference=REFERENCE) == []


def test_five_year_plan() -> None:
    """A five-year plan covers its five years, in either script."""
    for text in ("“十四五”以來，學位增加。", "十四五期间，学位增加。"):
        (found,) = find_dates(text)
        assert (found.first, found.last) == (date(2021, 1, 1), date(2025, 12, 31))


def test_impossible_day_falls_back_to_the_month() -> None:
    """A day that no calendar has leaves the month, which is still readable."""
    (found,) = find_dates("2023年2月30日")
    assert (found.first, found.last, found.precision) == (date(2023, 2, 1), date(2023, 2, 28), "month")


def test_bare_day_is_near_the_reference() -> None:
    """`16日` alone is the nearest one, at most ten days ahead."""
    (found,) = find_dates("记者28日获悉，道路已通车。", reference=REFERENCE)
    assert found.first == date(2024, 11, 28)
    (found,) = find_dates("展览将于20日开幕。", reference=REFERENCE)
    assert found.first == date(2024, 12, 20)


def test_several_dates_in_order() -> None:
    """Each date of a sentence is found once, in order."""
    text = "2023年底覆盖率为80%，去年3月升至85%，截至12月11日达到90%。"
    found = find_dates(text, reference=REFERENCE)
    assert [text[mention.start : mention.end] for mention in found] == ["2023年底", "去年3月", "12月11日"]


def test_month_day_takes_the_nearest_year() -> None:
    """A yearless day is at most two months ahead, and leap days find a leap year or none."""
    assert month_day(1, 5, date(2024, 12, 20)) == date(2025, 1, 5)
    assert month_day(12, 30, date(2024, 1, 2)) == date(2023, 12, 30)
    assert month_day(2, 29, date(2023, 6, 1)) is None


@given(
    st.text(max_size=60) | st.text(alphabet="20241 年月日-/.第一二三季度上下半今昨去前天q至—世纪代近个", max_size=40)
)
def test_any_text_is_survived(text: str) -> None:
    """Mentions are ordered, do not overlap, lie inside the text, and begin no later than they end."""
    at = 0
    for mention in find_dates(text, reference=REFERENCE):
        assert at <= mention.start < mention.end <= len(text)
        assert mention.first <= mention.last
        at = mention.end


@pytest.mark.parametrize(
    "text", ["大前年", "过去十周", "昨天", "前天", "上周", "去年底", "最近三年", "12月11日", "上半年"]
)
@pytest.mark.parametrize("reference", [date.min, date.max, date(1, 1, 31), date(9999, 12, 1)])
def test_days_beyond_the_calendar_are_left_out(text: str, reference: date) -> None:
    """Seen from the first or the last year that there is, words may name days that there are not."""
    for mention in find_dates(f"{text}，明年、下周、明天", reference=reference):
        assert date.min <= mention.first <= mention.last <= date.max
