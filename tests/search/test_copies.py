"""Stories that are printed again, and what only looks like one."""

from __future__ import annotations

import pytest

from rag.search.copies import Told, says_the_same, stories

STORY = (
    "云溪县第二实验学校3月2日举行落成典礼。学校占地86亩，总投资1.9亿元，可提供学位2160个。"
    "校长叶青表示，新校区将于今年9月投入使用，首批招收一年级和七年级学生。"
)
REPRINT = STORY.replace("表示", "介绍").replace("学校占地86亩，总投资1.9亿元，可提供学位2160个。", "")
CORRECTED = STORY.replace("2160", "1260")
BULLETIN = "市气象台发布天气预报：今天白天到夜间多云转晴，偏北风3级，最高气温25度，最低气温14度。"
NEXT_DAY = BULLETIN.replace("3级", "4级").replace("25度", "19度").replace("14度", "8度")


def test_a_copy_adds_nothing_and_a_fuller_one_does() -> None:
    """What other articles have told is left out, also when two of them told a half each."""
    half = STORY.index("校长")
    for said in ([("a", STORY)], [("a", STORY[:half]), ("b", STORY[half:])]):
        told = Told()
        assert all(told.adds(text, name) for name, text in said)
        assert not told.adds(STORY, "c")
    told = Told()
    assert told.adds(REPRINT, "b")
    assert told.adds(STORY, "a")


@pytest.mark.parametrize(("changed", "new"), [
    (STORY.replace("表示", "介绍"), False),
    (STORY.replace("。", "！ "), False),
    (CORRECTED, True),
    (STORY.replace("叶青", "李明"), True),
    (STORY.replace("可提供", "尚不可提供"), True),
    (STORY.replace("将于", "不会于"), True),
    (STORY + "典礼由副县长王海主持。", True),
])  # fmt: skip
def test_another_verb_of_saying_is_nothing_new(changed: str, *, new: bool) -> None:
    """Another figure, name, negation or sentence is, however little of the passage it may be."""
    told = Told()
    assert told.adds("下届运动会有1260人报名，共2160个名额。", "c")
    assert told.adds(STORY, "a")
    assert told.adds(changed, "b") is new


def test_an_article_may_repeat_itself() -> None:
    """Passages of one article overlap; only other articles are copied from. A short text is never a copy."""
    told = Told()
    assert told.adds(STORY, "a")
    assert told.adds(STORY, "a")
    assert told.adds(STORY[:20], "b")


@pytest.mark.parametrize(("one", "other", "same"), [
    (STORY, REPRINT, True),
    (STORY, CORRECTED, True),
    (STORY, "學校占地86畝，總投資1.9億元，可提供學位2160個。校長葉青表示，新校區將於今年9月投入使用。", True),
    (BULLETIN, NEXT_DAY, False),
    (STORY, "云溪县第一中学4月8日举行运动会，全校学生参加了田径、篮球等12个项目的比赛。", False),
])  # fmt: skip
def test_one_story_by_words_and_figures(one: str, other: str, *, same: bool) -> None:
    """Either script, a sentence fewer or a corrected figure: one story. A bulletin of the same mould is another."""
    found = stories([one, other, "沱河区图书馆新馆正式向市民免费开放，馆藏图书42万册。"], ["a", "b", "c"])
    assert (found["a"] == found["b"]) is same
    assert found["c"] == "c"


def test_one_story_through_a_third_article() -> None:
    """Two halves belong together where an article prints both."""
    half = STORY.index("校长")
    found = stories([STORY[:half], STORY[half:], STORY], ["a", "b", "c"])
    assert len(set(found.values())) == 1
    assert stories([], []) == {}


@pytest.mark.parametrize(("one", "other", "same"), [
    ("院长罗砚秋介绍，院区从总院抽调了210名医护人员", "院长罗砚秋表示，院区从总院抽调了210名医护人员", True),
    ("院长罗砚秋介绍，院区从总院抽调了210名医护人员", "院长罗砚秋介绍，院区从总院抽调了120名医护人员", False),
    ("安源区被评为全国义务教育优质均衡发展县", "湘东区被评为全国义务教育优质均衡发展县", False),
    ("城西大道目前已经全部完工", "城西大道目前尚未全部完工", False),
    ("城西大道没有恢复通行", "城西大道恢复通行", False),
    ("大桥全长4.86公里，按双向六车道修建", "大桥今天上午通车", False),
])  # fmt: skip
def test_sentences_that_say_the_same(one: str, other: str, *, same: bool) -> None:
    """Another verb of saying changes nothing, another figure does."""
    assert says_the_same(one, other) is same
