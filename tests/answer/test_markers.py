"""Markers as models write them, and what they become."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.markers import numbers_in, repair, settled, without_markers

_S = "全市入园率为96.3%"

_FORMS = [
    ("[1]", "[1]"),
    ("[1,2]", "[1][2]"),
    ("[1, 2]", "[1][2]"),
    ("[1、2]", "[1][2]"),
    ("[1，2，3]", "[1][2][3]"),
    ("[1-3]", "[1][2][3]"),
    ("[1–3]", "[1][2][3]"),
    ("[2至4]", "[2][3][4]"),
    ("[1][2]", "[1][2]"),
    ("[1], [2]", "[1][2]"),
    ("[1]、[2]", "[1][2]"),
    ("[1] [1] [2]", "[1][2]"),
    ("【1】", "[1]"),
    ("【1】【3】", "[1][3]"),
    ("【1，3】", "[1][3]"),
    ("［1］", "[1]"),
    ("［１２］", "[12]"),
    ("〔1〕", "[1]"),
    ("[资料1]", "[1]"),
    ("[資料 1]", "[1]"),
    ("【资料1】", "[1]"),
    ("(资料1)", "[1]"),
    ("（资料 1）", "[1]"),
    ("（资料1、资料2）", "[1][2]"),
    ("（资料1和资料2）", "[1][2]"),
    ("[资料1、资料2]", "[1][2]"),
    ("[资料1-3]", "[1][2][3]"),
    ("[参考资料2]", "[2]"),
    ("（来源：2）", "[2]"),
    ("（来源：[1][2]）", "[1][2]"),
    ("（见[2]）", "[2]"),
    ("【來源1】", "[1]"),
    ("[文档1]", "[1]"),
    ("[^1]", "[1]"),
    ("[^1][^2]", "[1][2]"),
    ("[1†source]", "[1]"),
    ("【1†L3】", "[1]"),
    ("【1†L3-L8】", "[1]"),
    ("【4:0†source】", "[4]"),
    ("¹", "[1]"),
    ("¹²", "[1][2]"),
    ("¹,³", "[1][3]"),
    ("<sup>1</sup>", "[1]"),
    ("<sup>[1,2]</sup>", "[1][2]"),
    ("[Source 1]", "[1]"),
    ("[source 1, source 2]", "[1][2]"),
    ("[citation:3]", "[3]"),
    ("(Source 2)", "[2]"),
    ("[[1]]", "[1]"),
    ("[1](https://example.org/a?b=1)", "[1]"),
    ("(1)", "[1]"),
    ("（1）", "[1]"),
    ("（1）（2）", "[1][2]"),
    ("（1、2）", "[1][2]"),
    ("(1)[2]", "[1][2]"),
]


@pytest.mark.parametrize(("form", "markers"), _FORMS, ids=[form for form, _ in _FORMS])
def test_a_form_becomes_markers_behind_the_full_stop(form: str, markers: str) -> None:
    """Each form that models use is understood, and stands behind the sentence, wherever it was written."""
    assert repair(f"{_S}{form}。") == f"{_S}。{markers}"
    assert repair(f"{_S} {form} 。其中县城占一半。") == f"{_S}。{markers}其中县城占一半。"
    assert repair(f"{_S}{form}") == f"{_S}{markers}"
    if not form.startswith(("(1", "（1")):
        assert repair(f"{_S}。{form}其中县城占一半。") == f"{_S}。{markers}其中县城占一半。"


_UNTOUCHED = [
    "（1）加强队伍建设；（2）改善办学条件。",
    "(1) 加强队伍建设。\n(2) 改善办学条件。",
    "主要措施有：（1）扩建校舍，（2）增加教师。",
    "任务包括（1）扩建校舍（2）增加教师等。",
    "按照《意见》第（3）。",
    "见附件（2）。",
    "去年（2024）新增学位。",
    "专班（3人）已经成立。",
    "比重提高(12%)。",
    "国发〔2023〕5号文件。",
    "共建成[2024]年度项目。",
    "占地12万m²，净高3m。",
    "约为10²倍，即10¹²次。",
    "区间为[0,1]，编号[007]。",
    "共有[1-100]个选项。",
    "开放时间[12:30]。",
    "【导读】记者从会上获悉。",
    "[记者1组]报道。",
    "函数f(1)。",
    "他说：“好。”随后离开。",
    "增长3.5%、下降2.1个百分点……",
    "1. 新建幼儿园\n2. 扩建小学",
]


@pytest.mark.parametrize("text", _UNTOUCHED)
def test_what_looks_like_a_marker_stays(text: str) -> None:
    """List items, years, counts, units, document numbers and intervals are no markers."""
    assert repair(text) == text


@pytest.mark.parametrize(
    ("written", "repaired"),
    [
        ("覆盖率为92.8%[1]。", "覆盖率为92.8%。[1]"),
        ("覆盖率为92.8% [1] 。", "覆盖率为92.8%。[1]"),
        ("覆盖率升高[1]，入园率持平[2]。", "覆盖率升高[1]，入园率持平。[2]"),
        ("他说“已经全部建成[1]。”", "他说“已经全部建成。”[1]"),
        ("他说“已经全部建成[1]”。[2]", "他说“已经全部建成”。[1][2]"),
        ("全部建成[1]。[1][2]", "全部建成。[1][2]"),
        ("全部建成[资料1]。（资料1）", "全部建成。[1]"),
        ("真的吗[1]？！是的[2]……", "真的吗？！[1]是的……[2]"),
        ("Coverage is 92.8% [1]. It rose (Source 2).", "Coverage is 92.8%.[1] It rose.[2]"),
        ("It is 3.5 [1].5 no", "It is 3.5[1].5 no"),
        ("建成12所（1），扩建3所（2）。", "建成12所[1]，扩建3所。[2]"),
        ("建成12所。\n[1] 教育局公告\n[2]. 统计公报", "建成12所。\n[1] 教育局公告\n[2]. 统计公报"),
        ("占地3万平方米²。", "占地3万平方米。[2]"),
        ("", ""),
    ],
)
def test_markers_move_to_where_their_sentence_ends(written: str, repaired: str) -> None:
    """Markers before a full stop, inside or outside a quotation, move behind it; those before a comma stay."""
    assert repair(written) == repaired


def test_numbers_and_text_of_a_repaired_sentence() -> None:
    """The numbers come once each in order of first mention, and without them the sentence is as it was."""
    repaired = repair("建成12所[3]，扩建3所【1，3】。")
    assert numbers_in(repaired) == (3, 1)
    assert without_markers(repaired) == "建成12所，扩建3所。"
    assert numbers_in("没有标记。") == ()


_PIECES = st.lists(
    st.sampled_from(
        [form for form, _ in _FORMS]
        + [
            *"。，；！？.,;!? \n\u3000”）」(（[]【】0123¹²³⁰a、-…<",
            "全市",
            "入园率",
            "12.5%",
            "m²",
            "Source ",
            "资料",
            "第",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(_PIECES)
def test_repairing_twice_changes_nothing(text: str) -> None:
    """`repair` is idempotent on every mixture of words, punctuation, brackets and markers."""
    once = repair(text)
    assert repair(once) == once


@settings(max_examples=500, deadline=None)
@given(_PIECES)
def test_what_is_settled_does_not_change_when_more_comes(text: str) -> None:
    """Up to `settled`, the repaired form of each prefix of a stream begins the repaired form of the whole."""
    whole = repair(text)
    reached = 0
    for end in range(len(text) + 1):
        final = settled(text[:end])
        assert final >= reached
        reached = final
        assert whole.startswith(repair(text[:final]))


def test_a_sentence_is_settled_as_soon_as_the_next_begins() -> None:
    """A sentence waits for markers that may still come, and no longer."""
    text = "入园率为96%。【资料1】新建12所[2]。共"
    assert [text[: settled(text[:end])] for end in (8, 9, 13, 14)] == ["", "", "", "入园率为96%。【资料1】"]
    assert text[: settled(text)] == "入园率为96%。【资料1】新建12所[2]。"
    assert settled("第一行没有句号\n") == 8


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ["[资料1 " + "资料1 " * 2000, "[1" + " " * 3000, "[1, " * 2000, "(1)" * 2000])
def test_a_model_that_rambles_costs_no_time(text: str) -> None:
    """Brackets that never close are looked at once, not in every way in which they could be read."""
    assert len(numbers_in(repair(text))) <= 1
