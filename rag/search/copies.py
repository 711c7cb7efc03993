"""Passages that tell one story in nearly the same words, in articles that are not alike enough to be reprints.

The web prints a story again with one sentence fewer and another dateline. Such copies are no second opinion: they must
not crowd out what else was found, nor make it look doubtful which passage answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rag.ingest.dedupe import figures, shingles
from rag.text.script import fold

_COPY = 0.9  # share of a passage's shingles in what other articles say, from which it adds nothing
_STORY = 0.4  # the same of the shorter of two passages, from which they tell one story; they are cut in other places
_SAME = 0.8  # share of the character pairs of the shorter of two sentences
_FIGURES = 0.5  # of the passage with fewer figures, that both must have: bulletins of one mould share few
_LEAST = 20  # shingles of a passage that can be told to be a copy

_KEPT = 2000  # passages and sentences whose shingles and figures stay in memory, about 3 MB

_Hashes = npt.NDArray[np.uint32]
_shingles = lru_cache(maxsize=_KEPT)(shingles)


@lru_cache(maxsize=_KEPT)
def _figures(text: str) -> frozenset[tuple[Fraction, str]]:
    return frozenset(figures(text))


class Told:
    """What passages of several articles have said so far."""

    def __init__(self) -> None:
        self._said: list[tuple[str, str, _Hashes]] = []

    def adds(self, text: str, article_id: str) -> bool:
        """Take a passage, unless other articles have told all of it: its words in whatever order, and its figures."""
        hashes = _shingles(text)
        others = [(said, known) for other, said, known in self._said if other != article_id]
        if others and len(hashes) >= _LEAST:
            known = np.isin(hashes, np.concatenate([known for _, known in others]))
            if known.mean() >= _COPY and _figures(text) <= frozenset().union(*(_figures(said) for said, _ in others)):
                return False
        self._said.append((article_id, text, hashes))
        return True


def stories(texts: Sequence[str], article_ids: Sequence[str]) -> dict[str, str]:
    """For each article, whose passages are `texts`, one that stands for all which tell the same story."""
    hashes = [_shingles(text) for text in texts]
    first = {article_id: article_id for article_id in article_ids}
    for at, article_id in enumerate(article_ids):
        for other in range(at):
            one, two = first[article_ids[other]], first[article_id]
            if one != two and _tell_one_story(texts[at], texts[other], _share(hashes[at], hashes[other])):
                first = {name: one if story == two else story for name, story in first.items()}
    return first


def says_the_same(one: str, other: str) -> bool:
    """Whether one of two sentences says in nearly the same words, with the same figures, what the other says."""
    here, there = _pairs(one), _pairs(other)
    shared = len(here & there) >= _SAME * max(1, min(len(here), len(there)))
    return shared and _figures(one) == _figures(other)


def _tell_one_story(one: str, other: str, share: float) -> bool:
    if share < _STORY:
        return False
    here, there = _figures(one), _figures(other)
    return len(here & there) >= _FIGURES * min(len(here), len(there))


def _share(one: _Hashes, other: _Hashes) -> float:
    """The shingles in both, as a share of the shorter text's; low for texts too short to tell."""
    return len(np.intersect1d(one, other, assume_unique=True)) / max(_LEAST, min(len(one), len(other)))


def _pairs(text: str) -> set[str]:
    key = fold(text)
    return {one + other for one, other in pairwise(key) if one.isalnum() and other.isalnum()}
