"""What is English, and what English words are forms of."""

from __future__ import annotations

import pytest

from rag.search.english.words import is_english, lemmas, spelling


@pytest.mark.parametrize(
    "text",
    [
        "How many jobs will the project bring?",
        "Who killed Yelü Qinu (耶律乞奴)?",
        'Who directed "渡潮"?',
        "How large is 临河博物馆新馆?",
        "Tell me about the 泥塘窑址",
        "Wangyu Bridge length",
    ],
)
def test_english_is_known_with_chinese_names_in_it(text: str) -> None:
    """An English sentence may quote Chinese; without any Chinese, words alone will do."""
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "临河区的 GDP 是多少？",
        "DeepSeek 的 CEO 是谁",
        "The Lord of the Rings 的导演",
        "《Who Is the Best》是谁唱的？",
        "What's New 专栏介绍了什么",
        "iPhone 15 和 Mate 60 哪个卖得更多",
        "东港市有几所小学？",
        "2023？",
    ],
)
def test_chinese_with_latin_words_is_not_english(text: str) -> None:
    """Names, titles and abbreviations do not make a Chinese question English."""
    assert not is_english(text)


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("cities", "city"),
        ("buses", "bus"),
        ("planned", "plan"),
        ("invited", "invite"),
        ("building", "build"),
        ("won", "win"),
        ("largest", "large"),
        ("biggest", "big"),
        ("rescuers", "rescue"),
        ("children", "child"),
        ("Nanjing's".lower(), "nanjing"),
        ("vietnamese", "vietnam"),
        ("northern", "north"),
    ],
)
def test_forms_lead_to_the_word(word: str, base: str) -> None:
    """Plurals, forms of verbs, comparatives, possessives, peoples, and who does it; the word itself comes first."""
    found = list(lemmas(word))
    assert found[0] == word
    assert base in found


def test_spelling_is_american() -> None:
    """The dictionary has American spelling, and American words for some things."""
    assert [spelling(word) for word in ("colour", "centre", "organisation", "petrol", "four hours")] == [
        "color",
        "center",
        "organization",
        "gasoline",
        "four hours",
    ]
