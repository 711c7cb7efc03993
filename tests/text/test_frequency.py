"""Word weights from the collection and the background together."""

from __future__ import annotations

import math

from rag.text.frequency import background, weigh


def test_weights_by_hand() -> None:
    """An unseen word: log(1 + (N - n + .5) / (n + .5)) with N the passages plus the background's articles."""
    articles = background().articles
    assert weigh({"齉龘": 2}, 10) == {"齉龘": math.log(1 + (articles + 10 - 2 + 0.5) / 2.5)}


def test_common_words_weigh_little_in_any_collection() -> None:
    """In a collection of three passages, a word that no passage holds still weighs less than a name if it is common."""
    weights = weigh({"担任": 0, "余孝其": 1}, 3)
    assert weights["担任"] < 0.5 * weights["余孝其"]


def test_the_background_says_where_it_comes_from() -> None:
    """The counts are of many articles, folded, and without rare words."""
    known = background()
    assert known.articles > 60_000
    assert known.counts["教育"] > known.counts["幼儿园"] > 100
    assert "教師" not in known.counts
