"""Questions out of a file, over and over."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from eval.load.questions import load_questions, over_and_over
from rag.errors import InputError


def test_lines_without_a_question_are_passed_over(tmp_path: Path) -> None:
    """Such as the head of a question set; the limit counts questions."""
    file = tmp_path / "asked.jsonl"
    file.write_text('{"set": "x"}\n\n{"question": "甲？", "id": 1}\n{"question": "乙？"}\n', encoding="utf-8")
    assert load_questions(file) == ("甲？", "乙？")
    assert load_questions(file, 1) == ("甲？",)


@pytest.mark.parametrize(("content", "said"), [('{"text": "甲"}', "no line"), ("{", "cannot be read")])
def test_files_without_questions_are_refused(tmp_path: Path, content: str, said: str) -> None:
    """The message names the file."""
    file = tmp_path / "asked.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said) as raised:
        load_questions(file)
    assert str(file) in str(raised.value)


def test_the_same_questions_come_again() -> None:
    """In their order, word for word."""
    assert list(islice(over_and_over(["甲", "乙"], distinct=False), 5)) == ["甲", "乙", "甲", "乙", "甲"]


def test_distinct_questions_differ_in_blanks_only() -> None:
    """No two of 900 rounds are the same; stripped, all are."""
    asked = list(islice(over_and_over(["甲"], distinct=True), 900))
    assert (len(set(asked)), {text.strip() for text in asked}) == (900, {"甲"})
    late = list(islice(over_and_over(["甲"], distinct=True, first=899), 2))
    assert late == [asked[899], asked[0]]
