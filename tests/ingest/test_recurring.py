"""Sentences that recur over many articles: what is counted, and how often is too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from rag.ingest.recurring import HEAD, TAIL, Recurring, sentence_hash, sentence_hashes
from rag.types import Article

FOOTER = "本网所有文章未经授权不得转载，违者必究。"


def test_hash_ignores_script_and_layout() -> None:
    """Traditional script, spacing, width and punctuation do not change a sentence's hash, which fits 63 bits."""
    expected = sentence_hash("版权所有，翻印必究。")
    assert expected == sentence_hash("版權所有 翻印必究！")
    assert expected == sentence_hash("　版权所有, 翻印必究")
    assert 0 <= expected < 2**63


def test_hash_keeps_figures() -> None:
    """The same words around another figure are another fact, so they have another hash."""
    assert sentence_hash("净利润3亿元，同比上升5%。") != sentence_hash("净利润2亿元，同比下降5%。")
    assert sentence_hash("净利润3亿元。") == sentence_hash("净利润３亿元。")


def test_only_both_ends_are_counted(article_of: Callable[..., Article]) -> None:
    """Of a long article only the first and last sentences are hashed, each once, and short ones never."""
    body = [f"这是第{number}个不同的句子。" for number in "甲乙丙丁戊己庚辛壬癸"]
    found = sentence_hashes(article_of("".join([*body, "完。"])))
    assert found == tuple(sentence_hash(body[at]) for at in (*range(HEAD), *range(len(body) + 1 - TAIL, len(body))))
    repeated = article_of(FOOTER + FOOTER)
    assert sentence_hashes(repeated) == (sentence_hash(FOOTER),)


def test_text_without_sentences_has_no_hashes(article_of: Callable[..., Article]) -> None:
    """An empty article counts for nothing."""
    assert sentence_hashes(article_of("")) == ()


@pytest.mark.parametrize(
    ("articles_with", "articles_total", "expected"),
    [
        (4, 4, False),
        (5, 5, True),
        (5, 100, True),
        (5, 101, False),
        (19, 1_000, False),
        (20, 1_000, True),
        (24, 5_000, False),
        (25, 5_000, True),
        (300, 60_000, True),
        (299, 60_000, False),
        (0, 0, False),
    ],
)
def test_thresholds(articles_with: int, articles_total: int, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """Five stories at least, then a share that falls as the corpus grows."""
    assert Recurring().is_recurring(articles_with, articles_total) is expected


def test_a_footer_is_told_from_facts(article_of: Callable[..., Article]) -> None:
    """In twenty stories with one footer, one shared fact and a templated figure, only the footer recurs."""
    counts: Counter[int] = Counter()
    for number in range(20):
        shared = (
            "评审会在市文化馆二楼举行。" if number < 4 else "会后安排了交流。"[: 3 + number % 5] + f"{number}号厅。"
        )
        story = f"第{number}所学校今年扩建了。{shared}公司净利润为{number + 2}亿元。{FOOTER}"
        counts.update(sentence_hashes(article_of(story, article_id=f"a{number}")))
    recurring = {key for key, count in counts.items() if Recurring().is_recurring(count, 20)}
    assert recurring == {sentence_hash(FOOTER)}
