"""What a question asks for."""

from __future__ import annotations

import pytest

from rag.answer.expect import Kind, asks_whether, expected, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("全市新增了多少个学位？", Kind.NUMBER),
        ("覆盖率达到多少", Kind.NUMBER),
        ("工程什么时候竣工？", Kind.DATE),
        ("他在哪一年出生？", Kind.DATE),
        ("誰宣讀了批復？", Kind.PERSON),
        ("会议在哪里召开？", Kind.PLACE),
        ("為什麼推遲？", Kind.REASON),
        ("什么是校际均衡指数？", Kind.MEANING),
        ("五大任务包括哪些？", Kind.LIST),
        ("方案有没有通过？", Kind.OTHER),
    ],
)
def test_the_interrogative_tells_the_kind(question: str, kind: Kind) -> None:
    """In either script, the question word says what is wanted."""
    assert expected(question).kind is kind


def test_numbers_in_the_question_do_not_answer_it() -> None:
    """A figure that the question already says is not the figure asked for."""
    question = "2023年新增了多少个学位？"
    wanted = expected(question)
    assert holds("2023年，全市新增学位5000个。", wanted, question=question) == 0.8
    assert holds("2023年，全市推进学校建设。", wanted, question=question) == 0.0


@pytest.mark.parametrize(
    ("question", "sentence", "value"),
    [
        ("塔有多少米高？", "塔高55米。", 1.0),
        ("塔有多少米高？", "塔建于1173年，共8层。", 0.0),
        ("有多少名成员？", "现有30人。", 1.0),
        ("有多少名成员？", "占地60平方米。", 0.0),
        ("覆盖率是多少？", "覆盖率达91.5%。", 1.0),
        ("覆盖率是多少？", "新建幼儿园12所。", 0.0),
        ("票价多少钱？", "8月16日开演。", 0.0),
    ],
)
def test_the_unit_must_fit(question: str, sentence: str, value: float) -> None:
    """A figure in a unit that does not fit what is measured or counted is no answer."""
    assert holds(sentence, expected(question), question=question) == value


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("谁宣读了批复？", "副厅长王建国宣读了批复。"),
        ("会议在哪里召开？", "会议在成都召开。"),
        ("为什么推迟？", "由于连日暴雨，比赛推迟。"),
        ("什么时候竣工？", "大桥于2019年12月竣工。"),
    ],
)
def test_a_sentence_that_holds_the_kind_beats_one_that_does_not(question: str, sentence: str) -> None:
    """The kind asked for is recognised in the sentence."""
    wanted = expected(question)
    assert holds(sentence, wanted, question=question) > holds("有关部门表示将继续推进。", wanted, question=question)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("五项措施公布了要投多少钱吗？", Kind.OTHER),
        ("补贴了多少，公开了没？", Kind.OTHER),
        ("用哪几个办法充实教师队伍？", Kind.LIST),
        ("遇到了哪三个难点？", Kind.LIST),
        ("设计和监理分别是哪家单位？", Kind.LIST),
        ("新学校是哪家公司施工的？", Kind.BODY),
        ("末班车几点发车？", Kind.DATE),
        ("是那一年开始办的？", Kind.DATE),
        ("他在那一年做了什么？", Kind.OTHER),
    ],
)
def test_what_is_asked_for(question: str, kind: Kind) -> None:
    """Whether something is said is not how much it is; counted lists are lists; hours are times."""
    assert expected(question).kind is kind


@pytest.mark.parametrize(
    ("question", "sentence", "held"),
    [
        ("门票多少钱？", "博物馆全面免费开放。", 1.0),
        ("门票多少钱？", "博物馆全年开放300天。", 0.0),
        ("设计费花了多少？", "大桥全长4.86公里。", 0.0),
        ("接待了多少观众？", "7月1日起开放。", 0.0),
        ("多少分钟内不得配对？", "4分钟内不得配对。", 0.8),
        ("票房约是多少？", "票房收益大约是10.2亿美金。", 1.0),
        ("灭绝发生于何时？", "年代为2.51亿年前至今。", 1.0),
        ("接待了多少观众？", "接待观众5.2万人次。", 0.8),
        ("讲座每月什么时候办？", "改为每月第二个星期日举办。", 0.7),
        ("是哪一年发现的？", "5月11日公布。", 0.0),
        ("是哪一年发现的？", "2019年5月公布。", 1.0),
        ("新学校是哪家公司施工的？", "施工单位是中远路桥第三工程局。", 1.0),
        ("新学校是哪家公司施工的？", "校舍对照国家标准建设。", 0.0),
        ("鹭湾音乐会在哪里演？", "地点改为鹭湾体育馆。", 0.9),
    ],
)
def test_what_a_sentence_holds(question: str, sentence: str, held: float) -> None:
    """Free is a price, a weekday is a time, a day is no year; a figure of another unit or a date is no number."""
    assert holds(sentence, expected(question), question=question) == pytest.approx(held)


@pytest.mark.parametrize(
    ("question", "whether"),
    [
        ("望屿大桥收费吗？", True),
        ("電動自行車能不能上橋？", True),
        ("是否公布了目標", True),
        ("报告里有没有说伤亡", True),
        ("Is there a restaurant inside?", True),
        ("Isabel is who?", False),
        ("大桥有多长？", False),
        ("为什么不收费？", False),
    ],
)
def test_questions_for_yes_or_no_are_told_from_others(question: str, whether: bool) -> None:  # noqa: FBT001 - a column of the table
    """In either script and language."""
    assert asks_whether(question) is whether
