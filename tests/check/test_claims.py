"""A model's answer into sentences with the numbers that they cite."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.check.claims import split_claims


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("新建幼儿园12所。[1]新增学位3600个[2]。", [("新建幼儿园12所。", (1,)), ("新增学位3600个。", (2,))]),
        ("公办园占比为55.2%[1][2]。", [("公办园占比为55.2%。", (1, 2))]),
        ("他说：“好。”[1][3] 随后离开。", [("他说：“好。”", (1, 3)), ("随后离开。", ())]),
        (
            "- **招生**：12000人[1]\n- 增长3.5%；其中小学[2]",
            [("招生：12000人", (1,)), ("增长3.5%；", ()), ("其中小学", (2,))],
        ),
        ("1. 第一项[3]\n2. 3.5万人\n\n[4]", [("第一项", (3,)), ("3.5万人", (4,))]),
        ("163所[1]", [("163所", (1,))]),
        ("-5℃[1]", [("-5℃", (1,))]),
        ("1.5万人参加。", [("1.5万人参加。", ())]),
        ("新建12所。[1", [("新建12所。", ())]),
        ("", []),
        ("……", []),
    ],
)
def test_sentences_with_their_numbers(reply: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    """A marker belongs to the sentence that it stands in or behind; list signs and emphasis are left out."""
    assert [(draft.text, draft.numbers) for draft in split_claims(reply)] == expected


@given(st.text(alphabet="新建12所。[1]；\n- *“”（）.a", max_size=80))
def test_drafts_stand_in_order_inside_the_reply(reply: str) -> None:
    """Whatever the reply, drafts do not overlap, and each says something."""
    at = 0
    for draft in split_claims(reply):
        assert at <= draft.start < draft.end <= len(reply)
        assert any(character.isalnum() for character in draft.text)
        at = draft.end
