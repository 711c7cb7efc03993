"""English questions in the words of the articles."""

from __future__ import annotations

import pytest

from rag.search.gloss import Gloss, Source, gloss

_ARTICLES = {
    "kiln": "泥塘窑址位于汀兰县,一号龙窑全长38.7米,坡度约为15度。考古队在窑里发现一件匣钵。",
    "bank": "澄州银行今年新开网点12个,行长何传业介绍了服务。",
    "river": "沅川大桥横跨沅江,两岸建起了步行道,大桥设计时速80公里。",
    "film": "导演沈听澜带着影片来到望屿岛,影片获得最佳影片奖。",
    "lock": "三峡船闸累计货运量近20亿吨,经过船只100万艘次。",
    "stadium": "县体育馆去年办了比赛九场。",
    "factory": "县里的厂去年生产火柴三千箱。",
    "school": "沅川一中拿到18枚金牌,学校的运动员都来自本县。",
}


def _put(question: str, *names: str) -> Gloss:
    sources = [Source(article_id=name, key=_ARTICLES[name]) for name in names or _ARTICLES]
    found = gloss(question, sources, lambda article_id: [_ARTICLES[article_id]])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        ("How many branches did the Chengzhou bank open this year?", "今年 澄州银行 公开多少网点"),
        ("Who is the president of the bank in Chengzhou?", "澄州 银行 行长是谁"),
        ("Who directed the best film on Wangyu Island?", "望屿岛 最佳影片谁导演"),
        ("When was the 泥塘窑址 found?", "泥塘窑址什么时候发现"),
    ],
)
def test_a_question_is_put_into_the_words_of_its_article(question: str, chinese: str) -> None:
    """Of the translations those are taken which the article has, in Chinese order; Chinese stays as it is."""
    assert _put(question).text == chinese


@pytest.mark.parametrize(("name", "meant"), [("stadium", "比赛"), ("factory", "火柴")])
def test_a_homograph_means_what_the_article_has(name: str, meant: str) -> None:
    """A `match` is played in one article and lit in another."""
    assert _put("How many matches were there last year?", name).text == f"去年多少{meant}"


def test_names_in_pinyin_are_those_of_the_article() -> None:
    """Places and people, the pronoun `He` among them, are found by how their characters are read."""
    assert _put("Who is He Chuanye?").text == "何传业是谁"
    assert _put("What medals did Yuanchuan No. 1 win?").text.startswith("沅川")


def test_two_words_may_be_one_in_chinese() -> None:
    """`ship lock` is 船闸, which no dictionary of single words gives."""
    assert _put("How much cargo passed through the Three Gorges ship lock?").text == "三峡船闸 经过多少货运"


def test_chinese_in_brackets_stands_for_the_english_in_front() -> None:
    """What it explains is not said twice; what stands before the name is kept."""
    said = _put("How long is dragon kiln No. 1 at the Nitang kiln site (泥塘窑址) in Tinglan County?").text
    assert said == "汀兰县 泥塘窑址 一号龙窑多长"


def test_what_no_article_has_stays_and_is_missing() -> None:
    """A word without a translation in the articles becomes its commonest one, a name without any stays as it is."""
    found = _put("How many restaurants does the Chengzhou bank in Borromini have?", "bank")
    assert dict(found.words)["restaurants"] == "饭店"
    assert "Borromini" in found.text
    assert "饭店" not in "".join(_ARTICLES.values())


def test_small_words_are_left_out_where_the_article_has_none() -> None:
    """`take part` is a phrase; `take` alone, like `need`, tells nothing."""
    assert [
        chinese
        for english, chinese in _put("How many ships need to take the lock?", "lock").words
        if english in {"need", "take"}
    ] == []


def test_english_articles_are_asked_in_english() -> None:
    """Nothing is put into Chinese for an article in Latin letters, nor where nothing is left of a question."""
    source = Source(article_id="en", key="the wangyu bridge was opened in 2019 by the mayor of the city.")
    assert gloss("When was the bridge opened?", [source], lambda _: [source.key]) is None
    assert gloss("the?", [], lambda _: []) is None


def test_an_empty_store_has_a_gloss_too() -> None:
    """Without passages each word is its commonest translation."""
    found = gloss("How many hospitals are in Nanjing?", [], lambda _: [])
    assert found is not None
    assert found.text == "南京多少医院"
