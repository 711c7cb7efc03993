"""How common a word is in Chinese news at large, so that weights make sense in a small collection too."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COUNTS_FILE = Path(__file__).parent / "data" / "word_counts.json.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCounts:
    """In how many of `articles` each folded word stands; words that stand in very few are left out."""

    articles: int
    counts: Mapping[str, int]


@cache
def background() -> WordCounts:
    """The counts that ship with the program (see `eval.make_word_counts`)."""
    raw = json.loads(gzip.decompress(COUNTS_FILE.read_bytes()))
    return WordCounts(articles=raw["articles"], counts=raw["counts"])


def weigh(found: Mapping[str, int], total: int) -> dict[str, float]:
    """Inverse document frequency of words that stand in `found[word]` of `total` passages.

    BM25's formula (Robertson & Zaragoza 2009, eq. 3.1, with +1 inside the logarithm) over the collection and the
    background together: in a collection of three articles `担任` would otherwise weigh as much as a name.
    """
    known = background()
    everything = total + known.articles
    weights = {}
    for word, here in found.items():
        holding = here + known.counts.get(word, 0)
        weights[word] = math.log(1 + (everything - holding + 0.5) / (holding + 0.5))
    return weights
