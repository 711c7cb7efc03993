"""Search words, content words and names."""

from __future__ import annotations

import pytest

from rag.text.words import Name, content_words, names, nouns, words


def test_words_are_folded_and_overlap() -> None:
    """A long word is found by its parts too, in either script, without punctuation."""
    assert words("幼兒園，覆蓋率！") == words("幼儿园覆盖率") == ["幼儿", "幼儿园", "覆盖", "覆盖率"]


def test_content_words_leave_out_how_it_is_asked() -> None:
    """Question words and function words say nothing about the subject."""
    assert content_words("请问山阳区的公办园占比是多少？") == ["山阳", "山阳区", "公办", "园", "占"]


def test_names_have_kinds() -> None:
    """Places, also with an administrative suffix, and people are told apart from common nouns."""
    found = names("焦作市教育局局长王建国到成都考察农村学校")
    assert Name(word="焦作市", kind="place") in found
    assert Name(word="成都", kind="place") in found
    assert Name(word="王建国", kind="person") in found
    assert all(name.word not in {"农村", "学校"} for name in found)


def test_nouns_are_folded_and_come_once() -> None:
    """Names and common nouns of two characters or more, in order; verbs, figures and single characters are left out."""
    assert nouns("臨河區的幼兒園新增學位，幼兒園有12所") == ["临河区", "幼儿园", "学位"]


@pytest.mark.parametrize("word", ["上岗", "上市", "台风", "居民区", "文明办", "马拉松", "最新进展"])
def test_ordinary_words_are_no_names(word: str) -> None:
    """The tagger's dictionary calls them places, people or bodies; a question with them names nobody."""
    assert [name.word for name in names(f"今年有多少{word}") if word in name.word] == []


@pytest.mark.parametrize("word", ["那座", "这次", "那场", "到底", "来着", "大概"])
def test_words_that_only_point_or_hedge_mean_nothing(word: str) -> None:
    """They say nothing of what is asked about."""
    assert content_words(f"白鹭大桥{word}") == content_words("白鹭大桥")
