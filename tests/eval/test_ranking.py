"""Ranking measures against hand-computed tables."""

from __future__ import annotations

import pytest

from eval.cases import Gold
from eval.ranking import (
    Retrieved,
    by_score,
    ndcg_at,
    quote_ndcg_at,
    quote_ranks,
    quote_recall_at,
    quote_reciprocal_rank,
    recall_at,
    reciprocal_rank,
)


@pytest.mark.parametrize(
    ("ranked", "relevant", "k", "recall", "reciprocal", "ndcg"),
    [
        ("abc", "a", 1, 1.0, 1.0, 1.0),
        ("abc", "c", 1, 0.0, 1 / 3, 0.0),
        ("abc", "c", 3, 1.0, 1 / 3, 0.5),
        ("abc", "bc", 3, 1.0, 0.5, (0.63093 + 0.5) / (1 + 0.63093)),
        ("abc", "xa", 2, 0.5, 1.0, 1 / (1 + 0.63093)),
        ("", "a", 5, 0.0, 0.0, 0.0),
    ],
)
def test_by_hand(ranked: str, relevant: str, k: int, recall: float, reciprocal: float, ndcg: float) -> None:
    """Recall@k, reciprocal rank and nDCG@k of small lists."""
    assert recall_at(k, ranked, relevant) == pytest.approx(recall)
    assert reciprocal_rank(ranked, relevant) == pytest.approx(reciprocal)
    assert ndcg_at(k, ranked, relevant) == pytest.approx(ndcg, abs=1e-5)


def test_undefined_without_relevant_items() -> None:
    """Where nothing is relevant the measures are None, not 0."""
    assert recall_at(5, "abc", "") is None
    assert reciprocal_rank("abc", "") is None
    assert ndcg_at(5, "abc", "") is None


QUOTE = "全县新建幼儿园12所，新增学位3600个。"
CUT = Gold(article="a", quote=QUOTE)


@pytest.mark.parametrize(
    ("passages", "rank"),
    [
        ([("b", QUOTE), ("a", "去年，" + QUOTE + "教师增加。")], 2),
        ([("a", "全縣新建 幼兒園１２所，\n新增學位3600個。")], 1),
        ([("a", "新增学位3600个。教师增加。"), ("a", "去年，全县新建幼儿园12所，")], 2),
        ([("a", "去年，全县新建幼儿园12所，"), ("b", "新增学位3600个。")], None),
        ([("a", "去年，全县新建幼儿园"), ("a", "12所，"), ("a", "所，新增学位3600个。")], 3),
        ([("a", "去年，全县新建幼儿园"), ("a", "所，新增学位3600个。")], None),
        ([("a", "全县新建幼儿园，新增学位3600个。")], None),
        ([], None),
    ],
)
def test_a_quote_is_found_where_it_is_whole(passages: list[tuple[str, str]], rank: int | None) -> None:
    """In one passage of its article, script and white space aside, or in several that leave nothing out."""
    assert quote_ranks([CUT], [Retrieved(article=article, text=text) for article, text in passages]) == (rank,)


@pytest.mark.parametrize(
    ("ranks", "k", "recall", "reciprocal", "ndcg"),
    [
        ((1,), 1, 1.0, 1.0, 1.0),
        ((3, None), 3, 0.5, 1 / 3, 0.5 / (1 + 0.63093)),
        ((2, 3), 2, 0.5, 0.5, 0.63093 / (1 + 0.63093)),
        ((2, 2), 2, 1.0, 0.5, 0.63093),
        ((None,), 5, 0.0, 0.0, 0.0),
        ((), 5, None, None, None),
    ],
)
def test_gold_quotes_by_hand(
    ranks: tuple[int | None, ...], k: int, recall: float | None, reciprocal: float | None, ndcg: float | None
) -> None:
    """Recall@k, reciprocal rank and nDCG@k of the ranks at which gold quotes are whole."""
    assert quote_recall_at(k, ranks) == (None if recall is None else pytest.approx(recall))
    assert quote_reciprocal_rank(ranks) == (None if reciprocal is None else pytest.approx(reciprocal))
    assert quote_ndcg_at(k, ranks) == (None if ndcg is None else pytest.approx(ndcg, abs=1e-5))


def test_ties_are_broken_by_id() -> None:
    """Equal scores stand in the order of their ids, whatever order they came in."""
    assert by_score({"c": 0.5, "a": 0.5, "b": 0.9}) == ["b", "a", "c"]
