"""Words typed by their sound are taken for what the passages write, and nothing else is."""

from __future__ import annotations

import pytest

from rag.search.respell import respell

_PASSAGES = (
    "湄汀县图书馆新馆藏书32万册，阅览座位860个。",
    "湄汀县梅垌乡的7所学校停课一天。毽球项目由竹溪中学夺冠。",
    "公共图书馆9个，总藏书604万册，余下的尝试明年再办，校队友人也来。",
)
_KNOWN = {"学校", "公共", "图书", "阅览", "座位", "坐位", "停车", "雨"}


def _is_known(word: str) -> bool:
    return word in _KNOWN or any(word in passage for passage in _PASSAGES)


@pytest.mark.parametrize(
    ("typed", "meant", "changed"),
    [
        ("湄厅县的人口是多少？", "湄汀县的人口是多少？", {"湄厅": "湄汀"}),
        ("梅洞乡的学校几号停客？", "梅垌乡的学校几号停课？", {"梅洞": "梅垌", "停客": "停课"}),
        ("有几个公共图书官？", "有几个公共图书馆？", {"图书官": "图书馆"}),
        ("键球冠军是谁？", "毽球冠军是谁？", {"键球": "毽球"}),
        ("湄廳縣有幾個鄉？", "湄汀縣有幾個鄉？", {"湄厅": "湄汀"}),
    ],
)
def test_what_sounds_like_a_word_of_the_passages_is_that_word(typed: str, meant: str, changed: dict[str, str]) -> None:
    """Names and nouns of no dictionary are written as the passages write them, whatever the tone."""
    found, pairs = respell(typed, _PASSAGES, _is_known)
    assert pairs == changed
    assert found.replace("汀县", "汀縣") == meant.replace("汀县", "汀縣")


@pytest.mark.parametrize(
    "question",
    [
        "湄汀县的人口是多少？",  # written as the passages write it
        "停车要多少钱？",  # a word that the collection knows, though 停车 and 停课 share a character
        "雨下了多久？",  # 余下 shares only a character that joins words
        "市长是谁？",  # 尝试 would sound like 长是, which no words make up
        "校队有多少人？",  # 有 is a word of its own, though 队友 sounds like 队有
        "木听线的长度？",  # sounds alike throughout but shares nothing
        "How many seats does the library have?",
        "",
    ],
)
def test_other_questions_stay_as_they_are(question: str) -> None:
    """Known words, words of other sounds, and joining words are left alone."""
    assert respell(question, _PASSAGES, _is_known) == (question, {})


def test_the_more_frequent_of_two_spellings_wins() -> None:
    """Of two names with the sound that was typed, the one that stands more often is meant."""
    passages = ("湄汀县今天下雨。湄汀县明天放晴。", "湄婷县的一场比赛。")
    assert respell("湄厅县下雨了吗？", passages, lambda word: word != "湄厅县")[1] == {"湄厅": "湄汀"}
