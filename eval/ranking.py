"""Measures of a ranked list. Pure functions; None where a measure is undefined."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from eval.cases import Gold
from eval.keys import solid


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A retrieved passage: the article that it belongs to, by the name that gold evidence gives it, and its text."""

    article: str
    text: str


def by_score(scores: Mapping[str, float]) -> list[str]:
    """The ids of `scores`, highest score first, ties in the order of the ids."""
    return sorted(scores, key=lambda item: (-scores[item], item))


def recall_at(k: int, ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float | None:
    """Share of the relevant items among the first `k`; None when nothing is relevant. `ranked` holds no item twice."""
    if not relevant:
        return None
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def reciprocal_rank(ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float | None:
    """1 / rank of the first relevant item, 0 when none is found; None when nothing is relevant."""
    if not relevant:
        return None
    return next((1 / rank for rank, item in enumerate(ranked, start=1) if item in relevant), 0.0)


def ndcg_at(k: int, ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float | None:
    """Normalised discounted cumulative gain with binary gains and log2 discounts (Järvelin & Kekäläinen 2002)."""
    if not relevant:
        return None
    gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(ranked[:k], start=1) if item in relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(relevant))) + 1))
    return gain / best


def quote_ranks(gold: Sequence[Gold], ranked: Sequence[Retrieved]) -> tuple[int | None, ...]:
    """The rank, from 1, at which each gold quote is there whole; None where it never is.

    A quote is there when a passage of its article holds it, script and white space aside. A quote that a chunker has
    cut counts at the last of the passages that together hold it: each gives the end of a passage that begins the
    quote, the beginning of one that ends it, or a passage that stands whole inside it, and nothing is missing between.
    """
    texts = [(found.article, solid(found.text)) for found in ranked]
    return tuple(_rank(one.article, solid(one.quote), texts) for one in gold)


def quote_recall_at(k: int, ranks: Sequence[int | None]) -> float | None:
    """Share of the gold quotes that are whole among the first `k` passages; None when there are none."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks) if ranks else None


def quote_reciprocal_rank(ranks: Sequence[int | None]) -> float | None:
    """1 / rank of the first gold quote that is whole, 0 when none is; None when there are no gold quotes."""
    return max((1 / rank if rank else 0.0 for rank in ranks), default=None)


def quote_ndcg_at(k: int, ranks: Sequence[int | None]) -> float | None:
    """As `ndcg_at`, where a rank gains 1 when it makes a gold quote whole; None when there are no gold quotes.

    Quotes that one passage makes whole count as one, since no ranking could do better with them.
    """
    if not ranks:
        return None
    found = {rank for rank in ranks if rank is not None}
    missing = [f"missing {at}" for at, rank in enumerate(ranks) if rank is None]
    return ndcg_at(k, range(1, max(found, default=0) + 1), [*found, *missing])


def _rank(article: str, quote: str, texts: Sequence[tuple[str, str]]) -> int | None:
    pieces: list[tuple[int, int]] = []
    for rank, (name, text) in enumerate(texts, start=1):
        if name != article:
            continue
        pieces += _pieces(quote, text)
        if _covers(pieces, len(quote)):
            return rank
    return None


def _pieces(quote: str, text: str) -> list[tuple[int, int]]:
    """Spans of `quote` that a passage gives."""
    if quote in text:
        return [(0, len(quote))]
    if text and text in quote:
        at = quote.index(text)
        return [(at, at + len(text))]
    lengths = range(min(len(quote), len(text)), 0, -1)
    begins = next((length for length in lengths if text.endswith(quote[:length])), 0)
    ends = next((length for length in lengths if text.startswith(quote[-length:])), 0)
    return [(0, begins), (len(quote) - ends, len(quote))]


def _covers(pieces: Sequence[tuple[int, int]], length: int) -> bool:
    reached = 0
    for start, end in sorted(pieces):
        if start <= reached:
            reached = max(reached, end)
    return reached >= length
