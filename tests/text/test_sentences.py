"""Sentences of Chinese text: golden pairs, and properties that hold for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import begins_badly, sentences

GOLDEN = [
    ("学校扩建了。学位增加了！够吗？", ["学校扩建了。", "学位增加了！", "够吗？"]),
    ("新建幼儿园五所；改建两所;全部完工", ["新建幼儿园五所；", "改建两所;", "全部完工"]),
    ("操场、食堂、宿舍……近日都已完工。", ["操场、食堂、宿舍……", "近日都已完工。"]),
    ("第一段\n  第二段　\n\n第三段", ["第一段", "第二段", "第三段"]),
    ("局长说：“今年会更好。”他随后离开。", ["局长说：“今年会更好。”", "他随后离开。"]),
    (
        "局长说：“先建学校。再招老师。最后开学。”会后记者离开。",
        ["局长说：“先建学校。再招老师。最后开学。”", "会后记者离开。"],
    ),
    ("以“孩子去哪儿上学？”为题的讨论开始了。", ["以“孩子去哪儿上学？”为题的讨论开始了。"]),
    ("她读过《为什么？》这本书。", ["她读过《为什么？》这本书。"]),
    ('他说："到了。"然后下车。', ['他说："到了。"', "然后下车。"]),
    ('到站了。"下车吧"是他说的。', ["到站了。", '"下车吧"是他说的。']),
    ("「開始吧。」校長說。", ["「開始吧。」", "校長說。"]),
    ("（完）。下一则", ["（完）。", "下一则"]),
    ("全文完\n。”下一段", ["全文完\n。”", "下一段"]),
    ("1. 优化配置\n2. 加强管理", ["1. 优化配置", "2. 加强管理"]),
    ("增长3.5%，达到1.4万个。", ["增长3.5%，达到1.4万个。"]),
    ("It works. We use it in the U.S. every day.", ["It works.", "We use it in the U.S. every day."]),
    ("Dr. Wang 来访. 随后座谈", ["Dr. Wang 来访.", "随后座谈"]),
    ("It ended in 2024. Then came spring.", ["It ended in 2024.", "Then came spring."]),
    ("网址 http://example.com/?id=3 可查。", ["网址 http://example.com/?id=3 可查。"]),
    ("作者列夫.托尔斯泰 很有名", ["作者列夫.托尔斯泰 很有名"]),
    ("会议结束。“开工！”工人们喊。", ["会议结束。", "“开工！”", "工人们喊。"]),
    ("真的吗？！是的。", ["真的吗？！", "是的。"]),
    ("他等了......终于来了", ["他等了......", "终于来了"]),
]


@pytest.mark.parametrize(("text", "expected"), GOLDEN)
def test_golden(text: str, expected: list[str]) -> None:
    """Each text falls into exactly these sentences."""
    assert [text[span.start : span.end] for span in sentences(text)] == expected


def test_long_quotation_is_cut_inside() -> None:
    """A quotation longer than the limit is cut at its own full stops, and its closing mark stays with its last one."""
    text = "他说：“" + "学校今年扩建了两栋教学楼。" * 10 + "”会议结束。"
    found = [text[span.start : span.end] for span in sentences(text)]
    assert len(found) == 11
    assert found[9] == "学校今年扩建了两栋教学楼。”"
    assert found[10] == "会议结束。"


@pytest.mark.parametrize("text", ["", "   \n\u3000\n"])
def test_blank_text_has_no_sentences(text: str) -> None:
    """White space alone holds no sentence."""
    assert sentences(text) == []


MARKS = st.text(alphabet="学校a1U. \n\u3000。！？!?；;…，：“”「」『』（）()《》【】\"'’]}=/&.", max_size=60)


@given(MARKS | st.text(max_size=60))
def test_spans_tile_the_text(text: str) -> None:
    """Spans are ordered, bare of outer white space, and hold every character that is not white space."""
    spans = sentences(text)
    at = 0
    for span in spans:
        assert span.start >= at
        assert not text[at : span.start].strip()
        piece = text[span.start : span.end]
        assert piece
        assert piece == piece.strip()
        at = span.end
    assert not text[at:].strip()


@given(MARKS | st.text(max_size=60))
def test_no_sentence_begins_with_a_closing_mark(text: str) -> None:
    """Only the very first sentence can begin with a full stop or closing mark, where nothing stands before it."""
    assert not any(begins_badly(text, span.start) for span in sentences(text)[1:])


def test_speed() -> None:
    """A megabyte of ordinary text, and of unclosed brackets, takes well under a second or two."""
    plain = "普惠性幼儿园覆盖率达到百分之九十，“比去年高。”新增学位一万个；" * 10_000
    for text in (plain, "（“《" * 100_000, "。" * 300_000, "\n \n" * 100_000, "a. " * 100_000):
        began = time.perf_counter()
        sentences(text)
        assert time.perf_counter() - began < 2.5
