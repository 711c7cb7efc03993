"""Lines broken where the paper's line ended, and line ends that mean something."""

from __future__ import annotations

import pytest

from rag.ingest.extract import extract
from rag.ingest.plain import parse_text

TITLE = "云溪县第二实验学校落成 新增学位2160个"
OPENING = "3月2日，云溪县第二实验学校举行落成典礼，县教育局、施工单位和师生代表共三百余人参加。"
CLOSING = "校长叶青说，新校区将于今年9月投入使用，首批招收一年级和七年级学生。"
LONG = (
    "学校占地86亩，总投资1.9亿元，可提供学位2160个，将缓解城西片区入学难的问题，校园内建有教学楼4栋、宿舍楼2栋和一座"
    "能坐800人的报告厅，全部按照绿色建筑二星级的标准来设计和施工，运动场的跑道长400米，向周边的居民免费开放。"
)


def blocks(*lines: str) -> list[str]:
    text = "\n".join((TITLE, *lines))
    source = text.split("\n")
    return extract(parse_text(text), source, damage=lambda _: 0.0).text(source).split("\n")


@pytest.mark.parametrize(("before", "behind"), [
    ("学校占地86亩，总投资1.9亿元，可提供学位21", "60个，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，可提供学位2160个，总投资1.", "9亿元，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，总投资1.9亿元，运动场全部改造完成，", "可提供学位2160个，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，总投资1.9亿元，可提供学位2160个", "，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，总投资1.9亿元，将由云溪县教", "育局派出教师，缓解城西片区入学难的问题。"),
])  # fmt: skip
def test_a_sentence_goes_on_in_the_next_line(before: str, behind: str) -> None:
    """In the middle of a figure, behind a comma, before one, in the middle of a word."""
    assert blocks(OPENING, before, behind, CLOSING) == [OPENING, before + behind, CLOSING]


@pytest.mark.parametrize("width", [30, 36])
def test_lines_of_one_length_are_a_column(width: int) -> None:
    """A scan or a mail: all lines that do not end a sentence are equally long."""
    broken = [LONG[at : at + width] for at in range(0, len(LONG), width)]
    assert blocks(OPENING, *broken) == [OPENING, LONG]


def test_every_other_line_end_of_a_column() -> None:
    """Where some of the line ends were mended already, the lengths are multiples of one another."""
    broken = [LONG[:20], LONG[20:60], LONG[60:80], LONG[80:]]
    assert blocks(OPENING, *broken) == [OPENING, LONG]


@pytest.mark.parametrize("lines", [
    ["学校占地86亩，总投资1.9亿元，可提供学位2160个", "将缓解城西片区入学难的问题，校长叶青说。"],
    ["学校占地86亩，总投资1.9亿元，可提供学位2160个。", "校长叶青说，新校区将于今年9月投入使用。"],
    ["学校占地86亩，总投资1.9亿元，有以下三个特点：", "一是教学楼全部抗震，二是运动场向居民开放。"],
    ["学校占地86亩，总投资1.9亿元，各个校区分别新增学位，", "1. 城西校区新增学位2160个，9月投入使用。"],
    ["新校区投入使用", "学校占地86亩，总投资1.9亿元，可提供学位2160个。"],
])  # fmt: skip
def test_a_line_end_that_means_something_stays(lines: list[str]) -> None:
    """A statement without a stop, a sentence's end, an announcement, an item, a heading."""
    assert blocks(OPENING, *lines) == [OPENING, *lines]
