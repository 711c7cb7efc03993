"""Questions about several subjects: told apart, and answered about each."""

from __future__ import annotations

import pytest

from rag.answer.comparing import absent_notice, is_of_another, parts
from rag.engine import Engine
from rag.types import Question, Status


@pytest.mark.parametrize(
    ("question", "each"),
    [
        (
            "临河区和东港市2023年末的常住人口各是多少？",
            {"临河区": "临河区2023年末的常住人口是多少?", "东港市": "东港市2023年末的常住人口是多少?"},
        ),
        (
            "2024年临河与东港的地区生产总值，谁增长得更快？",
            {"临河": "2024年临河的地区生产总值,增长是多少?", "东港": "2024年东港的地区生产总值,增长是多少?"},
        ),
        (
            "北京、上海两市居民人均可支配收入分别是多少元？",
            {"北京": "北京居民人均可支配收入是多少元?", "上海": "上海居民人均可支配收入是多少元?"},
        ),
        (
            "北京还是上海的常住人口更多？",
            {"北京": "北京的常住人口是多少?", "上海": "上海的常住人口是多少?"},
        ),
        (
            "临河区比江北县多几所小学？",
            {"临河区": "临河区是几所小学?", "江北县": "江北县是几所小学?"},
        ),
        (
            "临河博物馆和东港博物馆都有停车场吗？",
            {"临河博物馆": "临河博物馆有停车场吗?", "东港博物馆": "东港博物馆有停车场吗?"},
        ),
        (
            "北京和上海的城镇化率差多少？给出两个数就行。",
            {"北京": "北京的城镇化率是多少?", "上海": "上海的城镇化率是多少?"},
        ),
        (
            "安源区、临河区和东港市的幼儿园各有多少所？",
            {
                "安源区": "安源区的幼儿园有多少所?",
                "临河区": "临河区的幼儿园有多少所?",
                "东港市": "东港市的幼儿园有多少所?",
            },
        ),
        (
            "临河博物馆与东港市第三实验小学分别由谁设计？",
            {"临河博物馆": "临河博物馆由谁设计?", "东港市第三实验小学": "东港市第三实验小学由谁设计?"},
        ),
        (
            "北京與上海的地區生產總值各是多少億元？",
            {"北京": "北京的地区生产总值是多少亿元?", "上海": "上海的地区生产总值是多少亿元?"},
        ),
    ],
)
def test_each_subject_gets_its_own_question(question: str, each: dict[str, str]) -> None:
    """The rest of the question is asked of each subject, without the words that compare."""
    assert {part.subject: part.question for part in parts(question)} == each


@pytest.mark.parametrize(
    "question",
    [
        "临河区普惠性幼儿园覆盖率是多少？",
        "他的身高和体重各是多少？",
        "沅川的常住人口是增加还是减少，变了多少？",
        "和东部新区教育发展研究院签约的是哪三家单位？",
        "他和谁一起去了哪个城市？",
        "公办园在园幼儿占比提高到了多少？",
        "安源区的五项措施公布了要投多少钱、什么时候完成吗？",
        "各？",
        "",
    ],
)
def test_other_questions_stay_whole(question: str) -> None:
    """One subject, two attributes of one subject, or words that only look like a join."""
    assert parts(question) == ()


def test_words_that_tell_subjects_apart() -> None:
    """A text is of another subject when it names that one alone."""
    one, other = asked = parts("临河博物馆和东港博物馆的观众分别有多少人？")
    assert (one.marks, other.marks) == (("临河",), ("东港",))
    assert is_of_another(one, asked, "東港博物館接待觀眾3.8萬人次。")
    assert not is_of_another(one, asked, "临河接待5万人，东港接待3万人。")
    assert not is_of_another(one, asked, "全馆接待5万人。")


def test_the_notice_names_what_is_missing_in_the_script_of_the_question() -> None:
    """Nothing is said where nothing is missing."""
    asked = parts("北京與上海的地區生產總值各是多少億元？")
    assert absent_notice(asked[1:], "北京與上海的地區生產總值各是多少億元？").startswith("現有文章沒有說到“上海”")
    assert absent_notice((), "北京和上海") == ""


def test_both_subjects_are_answered_and_cited(engine: Engine) -> None:
    """Two articles, each with the sentence that holds its part, numbered together."""
    answer = engine.answer(Question(text="临河区教育局局长和东港市教育局副局长分别是谁？"), "quotes")
    assert answer.status is Status.ANSWERED
    assert answer.notice == ""
    by_article = {citation.article_id: citation.number for citation in answer.citations}
    assert by_article == {"linhe": 1, "donggang": 2}
    assert "教育局局长陈思远" in answer.text.partition("[1]东港")[0]
    assert "副局长刘海燕在会上说。[2]" in answer.text


def test_the_half_that_is_known_is_given_and_the_other_named(engine: Engine) -> None:
    """东港 reports no coverage: its part is missing, and 临河's figure does not stand in for it."""
    answer = engine.answer(Question(text="临河区和东港市的普惠性幼儿园覆盖率各是多少？"), "quotes")
    assert answer.status is Status.PARTIAL
    assert "91.5%" in answer.text
    assert answer.notice == "现有文章没有说到“东港市”的情况，以上只是其余部分。"
    assert {citation.article_id for citation in answer.citations} == {"linhe"}
    assert "asked by itself: 东港市的普惠性幼儿园覆盖率是多少?" in answer.trace.notes


def test_nothing_known_of_either_is_refused(engine: Engine) -> None:
    """Two places that no article speaks of."""
    answer = engine.answer(Question(text="清源区和南山区的普惠性幼儿园覆盖率各是多少？"), "quotes")
    assert answer.status is Status.REFUSED
    assert answer.notice == ""
