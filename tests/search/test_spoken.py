"""Questions as people type them into a chat, and what is searched for."""

from __future__ import annotations

import pytest

from rag.search.plan import plan
from rag.search.spoken import plain
from rag.types import Question, Turn


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("请问一下，白鹭市新建了多少所幼儿园？", "白鹭市新建了多少所幼儿园？"),
        ("帮我查一下白鹭大桥到底是哪年通车的", "白鹭大桥是哪年通车的"),
        ("麻烦您帮忙看看，白鹭大桥是什么时候通车的呀？", "白鹭大桥是什么时候通车的？"),
        ("你好，我想了解一下白鹭市的覆盖率是多少", "白鹭市的覆盖率是多少"),
        ("能告诉我白鹭市市长是谁吗？", "白鹭市市长是谁吗？"),
        ("听朋友说白鹭大桥通车了，总投资是多少来着？", "白鹭大桥通车了，总投资是多少？"),
        ("報道裡說白鷺市到底新增了多少個學位？", "白鷺市新增了多少個學位？"),
        ("我妈在乡下，想坐白鹭的公交，最晚一班几点走啊？", "想坐白鹭的公交，最晚一班几点走？"),
        ("我就住在旁边，这个厂占了多少亩地？", "这个厂占了多少亩地？"),
        ("白鹭大桥要收费，是真的假的？", "白鹭大桥要收费吗？"),
        ("白鹭图书馆停车要不要钱啊", "白鹭图书馆停车收费吗"),
        ("买公交车一共花了多少钱", "买公交车多少钱"),
        ("修桥用掉了多少钱？", "修桥多少钱？"),
        ("局长挪用了多少钱？", "局长挪用了多少钱？"),
        ("住院费用多少钱？", "住院费用多少钱？"),
        ("棉花多少钱一斤？", "棉花多少钱一斤？"),
        ("白鹭市接种了多少娃", "白鹭市接种了多少孩子"),
    ],
)
def test_what_is_asked_is_left(said: str, asked: str) -> None:
    """Greetings, requests, hearsay, fillers and clauses about the speaker go; spoken words become written ones."""
    assert plain(said) == asked


@pytest.mark.parametrize(
    "asked",
    [
        "白鹭市新建了多少所幼儿园？",
        "警方查获了多少假货？",  # the verb is no request
        "白鹭水库到底部有多深？",
        "听说读写哪一项最难？",
        "我有个朋友想去衡光电池厂上班，普通工人多少钱？",  # the clause names what is asked about
        "女娃娃鱼有多少条？",
        "新闻中心在哪里？",
        "是谁？",
        "What is the total investment?",
        "",
    ],
)
def test_a_question_without_such_words_stays(asked: str) -> None:
    """What belongs to the question is not taken for talk around it."""
    assert plain(asked) == asked


def test_the_plan_keeps_what_was_typed() -> None:
    """The search is for the plain question; the answer is told in the words of the user."""
    made = plan(Question(text="帮我查一下白鹭大桥到底投资了多少来着"))
    assert made.text == "白鹭大桥投资了多少"
    assert made.asked == "帮我查一下白鹭大桥到底投资了多少来着"
    assert not made.resolved
    later = plan(Question(text="帮我看看它是哪年开工的", history=(Turn(role="user", text="请问白鹭大桥有多长？"),)))
    assert later.text == "请问白鹭大桥有多长？ 它是哪年开工的"
    assert later.resolved
