"""The character statistics tell Chinese from garble, in both scripts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.charmodel import SPACE, char_model
from rag.ingest.pagemodel import PageModel
from rag.ingest.suspicion import suspicious_runs

SENTENCE = "市里今年计划新建三座公园，方便居民休闲。"
TRADITIONAL = "市裡今年計劃新建三座公園，方便居民休閒。"


def test_both_scripts_are_natural_and_misread_bytes_are_not() -> None:
    """News is about 7 bits a character in either script, misread bytes about 20."""
    model = char_model()
    garble = SENTENCE.encode("utf-8").decode("gb18030", errors="replace")
    assert model.bits(SENTENCE) / len(SENTENCE) < 9
    assert model.bits(TRADITIONAL) / len(TRADITIONAL) < 9
    assert model.bits(garble) / len(garble) > 15


def test_the_script_is_recognised() -> None:
    """Characters that only one script has decide."""
    assert char_model().is_traditional(TRADITIONAL)
    assert not char_model().is_traditional(SENTENCE)


@given(text=st.text(max_size=60), traditional=st.booleans())
def test_a_text_costs_the_sum_of_its_steps(text: str, *, traditional: bool) -> None:
    """The array form equals one step after the other."""
    model = char_model()
    before, total = SPACE, 0.0
    for char in text:
        total += model.step(before, ord(char), traditional=traditional)
        before = int(model.classes[min(ord(char), 0xFFFF)])
    assert model.bits(text, traditional=traditional) == pytest.approx(total)


def test_steps_are_the_single_steps() -> None:
    """Costs of many candidates equal the costs of each."""
    model, codes = char_model(), np.array([ord(char) for char in "公园在龘，a"])
    many = model.steps(SPACE, codes, traditional=False)
    assert many.tolist() == [model.step(SPACE, int(code), traditional=False) for code in codes]


def test_what_stands_on_the_page_is_likelier_on_it() -> None:
    """A pair of the page costs less than it does in the news at large, others cost hardly more."""
    page = PageModel("鸢澜渡位于城东。鸢澜渡始建于明代。", [])
    before = int(page.classes[ord("鸢")])
    usual = char_model().step(before, ord("澜"), traditional=False)
    assert page.step(before, ord("澜"), traditional=False) < usual - 5
    assert page.step(before, ord("市"), traditional=False) == char_model().step(before, ord("市"), traditional=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SENTENCE, []),
        ("会议结束!彼怠要", ["!彼"]),
        ("市里今年鍏充簬鍥藉畨建公园", ["鍏充簬鍥藉畨"]),
        ("Tokyo 東京都、ひらがなとカタカナ", []),
    ],
)
def test_suspicion_falls_on_garble_only(text: str, found: list[str]) -> None:
    """The screen points at the damaged run and passes clean text of any script."""
    runs = [text[start:end] for start, end in suspicious_runs(text)]
    assert len(runs) == len(found)
    assert all(part[0] in run for part, run in zip(found, runs, strict=True))
