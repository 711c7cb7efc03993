"""Script folding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.script import fold, in_one_script, language, to_simplified, to_traditional


@given(st.text())
def test_fold_keeps_every_offset(text: str) -> None:
    """The search key has exactly as many code points as the text, whatever the text."""
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="普惠性幼兒園覆蓋率達萬人ABCａｂ１２３，。 　", max_size=40))
def test_fold_is_idempotent(text: str) -> None:
    """Folding a key again changes nothing."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("普惠性幼兒園覆蓋率達９２．８％", "普惠性幼儿园覆盖率达92.8%"),
        ("ＧＤＰ增長", "gdp增长"),
        ("臺灣　頭髮", "台湾 头发"),
        ("乾隆年間的乾糧", "乾隆年间的干粮"),
    ],
)
def test_fold_by_value(text: str, key: str) -> None:
    """Script, width and case are folded; words keep the reading that their neighbours give them."""
    assert fold(text) == key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全市新增学位", "zh-Hans"),
        ("全市新增學位", "zh-Hant"),
        ("新しい学校が開校しました", "ja"),
        ("A new school", "en"),
        ("12.5", "und"),
    ],
)
def test_language_from_characters(text: str, expected: str) -> None:
    """The language is told by characters that only one script has."""
    assert language(text) == expected


def test_scripts_convert_both_ways() -> None:
    """Whole words are converted, in both directions."""
    assert to_simplified("義務教育優質均衡") == "义务教育优质均衡"
    assert to_traditional("义务教育优质均衡") == "義務教育優質均衡"


@given(st.text())
def test_in_one_script_keeps_every_offset(text: str) -> None:
    """One code point for each, whatever the text."""
    assert len(in_one_script(text)) == len(text)


def test_in_one_script_changes_nothing_else() -> None:
    """Both scripts become one; case and width, which models know, stay."""
    assert in_one_script("臺灣的ＧＤＰ增長，WHO說") == "台湾的ＧＤＰ增长，WHO说"
