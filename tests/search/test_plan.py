"""Follow-up questions."""

from __future__ import annotations

from datetime import date

import pytest

from rag.errors import InputError
from rag.search.plan import plan, resolve
from rag.types import Filters, Question, Turn

_ASKED = (Turn(role="user", text="焦作市的公办园占比是多少？"), Turn(role="assistant", text="52.4%[1]"))


@pytest.mark.parametrize(
    ("text", "standalone"),
    [
        ("那成都呢？", "成都的公办园占比是多少？"),
        ("郑州市呢", "郑州市的公办园占比是多少？"),
        ("它什么时候公布的？", "焦作市的公办园占比是多少？ 它什么时候公布的？"),
        ("中小学那边呢，多了多少学位？", "焦作市 中小学那边呢，多了多少学位？"),
        ("新增了多少学位？", "焦作市的公办园占比是多少？ 新增了多少学位？"),
        ("成都东部新区四年来新建了多少所学校？", "成都东部新区四年来新建了多少所学校？"),
    ],
)
def test_a_follow_up_takes_what_it_leaves_out(text: str, standalone: str) -> None:
    """A new name replaces the old one of its kind; a question that points back is joined to the one before.

    One with a subject and a predicate of its own takes only the names.
    """
    assert resolve(text, _ASKED) == standalone


def test_follow_ups_chain() -> None:
    """The topic of a follow-up carries on to the next."""
    history = (*_ASKED, Turn(role="user", text="那成都呢？"), Turn(role="assistant", text="63.2%[1]"))
    assert resolve("那重庆呢？", history) == "重庆的公办园占比是多少？"


def test_without_history_nothing_is_resolved() -> None:
    """A first question stands as it is, even when it points back."""
    made = plan(Question(text="  它的  面积呢？ "))
    assert (made.text, made.resolved) == ("它的 面积呢？", False)


def test_words_are_those_of_the_resolved_question() -> None:
    """The lexical search sees the words that were left out."""
    made = plan(Question(text="那成都呢？", history=_ASKED))
    assert made.resolved
    assert {"成都", "公办", "占", "比"} <= set(made.words)


def test_a_long_conversation_does_not_make_a_long_search() -> None:
    """Thousands of follow-ups and pasted articles are cut to what a question can mean."""
    chain = tuple(Turn(role="user", text="它怎么样？") for _ in range(5_000))
    assert len(plan(Question(text="那它呢？", history=chain)).text) < 100
    pasted = (Turn(role="user", text="焦作市的公办园占比是多少？" * 5_000),)
    assert len(plan(Question(text="它什么时候公布的？", history=pasted)).text) < 600


def test_days_in_the_wrong_order_are_refused() -> None:
    """A span of days that ends before it begins is a mistake, not a search without results; one day is a span."""
    filters = Filters(since=date(2025, 1, 2), until=date(2025, 1, 1))
    with pytest.raises(InputError, match="since is 2025-01-02, which is after until, 2025-01-01"):
        plan(Question(text="幼儿园", filters=filters))
    one_day = Filters(since=date(2025, 1, 1), until=date(2025, 1, 1))
    assert plan(Question(text="幼儿园", filters=one_day)).filters == one_day


_IN_ENGLISH = (
    Turn(role="user", text="How many kindergartens did Linhe (临河) build?"),
    Turn(role="assistant", text="12"),
)


@pytest.mark.parametrize(
    ("text", "standalone"),
    [
        ("And how many places?", "How many kindergartens did Linhe (临河) build? And how many places?"),
        ("When did they open?", "How many kindergartens did Linhe (临河) build? When did they open?"),
        ("What about Donggang?", "How many kindergartens did Donggang build?"),
        ("How many schools did Donggang build?", "How many schools did Donggang build?"),
    ],
)
def test_an_english_follow_up_takes_what_it_leaves_out(text: str, standalone: str) -> None:
    """As in Chinese: another name takes the place of the one before, what points back is joined to it."""
    made = plan(Question(text=text, history=_IN_ENGLISH))
    assert (made.text, made.asked, made.english) == (standalone, standalone, True)


def test_a_chinese_question_is_searched_as_it_stands() -> None:
    """Latin words in it do not make it one to translate."""
    for text in ("临河区的 GDP 是多少？", "DeepSeek 的 CEO 是谁？"):
        made = plan(Question(text=text))
        assert (made.text, made.english, made.glossed) == (text, False, ())
