"""Tokens, and figures in the ways in which Chinese articles write them."""

from __future__ import annotations

import pytest

from rag.search.english.figures import chinese_number, figure_at
from rag.search.english.tokens import Sort, tokens


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("January 18, 2026", "2026年1月18日"),
        ("18 January", "1月18日"),
        ("the 3rd of May 2010", "2010年5月3日"),
        ("June 2023", "2023年6月"),
        ("2024", "2024年"),
        ("the end of 2023", "2023年底"),
        ("the first half of 2023", "2023年上半年"),
        ("the second quarter of 2024", "2024年二季度"),
        ("the first seven months", "前7个月"),
        ("the 19th century", "19世纪"),
        ("the 1980s", "20世纪80年代"),
        ("Line 2", "2号线"),
        ("No. 1", "1号"),
        ("this year", "今年"),
        ("2 o'clock", "2点"),
        ("20 percent", "20%"),
        ("1,200", "1200"),
        ("26th", "第26"),
        ("seven", "7"),
    ],
)
def test_a_figure_is_read_whole(english: str, chinese: str) -> None:
    """The likeliest way of writing comes first, and nothing of the figure is left over."""
    found = figure_at(f"{english}?", 0)
    assert found is not None
    assert (found[0][0], found[1]) == (chinese, len(english))


def test_ways_of_writing_are_offered() -> None:
    """Articles write digits or numerals, a range of months or their number, twelve hours or twenty-four."""
    offered = {said: set((figure_at(said, 0) or ((), 0))[0]) for said in ("first seven months", "2 pm", "third", "two")}
    assert {"前七个月", "1-7月"} <= offered["first seven months"]
    assert {"14时", "2点"} <= offered["2 pm"]
    assert "第三" in offered["third"]
    assert "两" in offered["two"]


def test_a_length_is_no_year() -> None:
    """A number before a unit stays a number."""
    assert [token.options[0] for token in tokens("the 1500 metres of 1500") if token.options] == ["1500", "1500年"]


def test_numerals_below_a_hundred() -> None:
    """Numerals as articles write them; larger numbers stay digits."""
    assert [chinese_number(number) for number in (3, 10, 12, 20, 47, 150)] == [
        "三",
        "十",
        "十二",
        "二十",
        "四十七",
        "150",
    ]


def test_chinese_in_brackets_explains() -> None:
    """Chinese is one token; in brackets it says again what stands in front, in quotation marks it does not."""
    found = [token for token in tokens('the kiln (泥塘窑址) and "渡潮"?') if token.sort is Sort.CHINESE]
    assert [(token.text, token.explains) for token in found] == [("泥塘窑址", True), ("渡潮", False)]
