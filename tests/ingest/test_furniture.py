"""Lines of a page's machinery are told by being made of its words and nothing else."""

from __future__ import annotations

import pytest

from rag.ingest.furniture import is_dated_headline, is_footer, is_label_line, is_machinery
from rag.text.script import fold


@pytest.mark.parametrize(
    "line",
    [
        "A+ A- 打印 收藏 分享到：",
        "A+ A- 打印 收藏 分享到 微信 微博 QQ空间",
        "字号",
        "字体：大 中 小",
        "【大】【中】【小】【打印】【关闭】",
        "57人参与11评论",
        "1.3万阅读",
        "3417次阅读",
        "1 2 下一页 余下全文",
        "+2",
        "3/12",
        "00:00/01:32视频加载中...",
        "您的浏览器不支持视频播放",
        "（完）",
        "END",
        "—— 全文完 ——",
        "請繼續往下閱讀...",
        "廣告 請繼續往下閱讀",
    ],
)
def test_what_only_a_page_says_is_machinery(line: str) -> None:
    """Tool bars, counts, page numbers, players and marks of an end, in either script."""
    assert is_machinery(fold(line))


@pytest.mark.parametrize(
    "line",
    [
        "大中小企业融通发展",
        "分享会吸引了三百名读者",
        "3人受伤",
        "2023",
        "07/26",
        "1200万人次",
        "完善制度",
        "继续推进阅读城市建设",
        "微信支付宝均可缴费",
        "评论员文章",
        "（完善中）",
        "9:00-11:30 报到",
    ],
)
def test_short_lines_of_stories_are_no_machinery(line: str) -> None:
    """Headings, figures and dates that begin like a button or a counter stay."""
    assert not is_machinery(fold(line))


def test_labels_and_feet_are_told_from_sentences() -> None:
    """`标签 …` files a page and `版权所有` ends it; a sentence about labels does neither."""
    assert is_label_line("标签 供水 民生")
    assert is_label_line("关键词:春耕")
    assert not is_label_line("标签上没有生产日期。")
    assert not is_label_line("标签化的教育需要反思")
    assert is_footer("版权所有 云溪县人民医院 copyright © 2018")
    assert not is_footer("医院的主办方是县卫健局")


def test_a_headline_with_its_day_may_be_an_entry_of_a_list() -> None:
    """Other articles stand with their days; a sentence that ends in a date does not look like one."""
    assert is_dated_headline("县医院引进新设备惠及群众2018-12-05")
    assert is_dated_headline("县医院引进新设备惠及群众 (2018-12-05 10:22)")
    assert not is_dated_headline("2018-12-05")
    assert not is_dated_headline("工程于去年完工。验收日期2018-12-05")
