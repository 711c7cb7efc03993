"""Passages that tell one story in nearly the same words, in articles that are not alike enough to be reprints.

The web prints a story again with one sentence fewer and another dateline. Such copies are no second opinion: they must
not crowd out what else was found, nor make it look doubtful which passage answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rag.ingest.dedupe import bare, figures, shingles
from rag.text.sentences import sentences

_STORY = 0.4  # share of the shingles of the shorter of two passages in the other; they are cut in other places
_FIGURES = 0.5  # of the passage with fewer figures, that both must have: bulletins of one mould share few
_LEAST = 20  # characters, or shingles, of a passage that can be told to be a copy
_SAYING = re.compile("表示|指出|介绍|强调|谈到|提到|透露|认为|坦言|告诉|称|说")
_KEPT = 2000  # passages and sentences whose shingles and figures stay in memory, about 3 MB

_Hashes = npt.NDArray[np.uint32]
_shingles = lru_cache(maxsize=_KEPT)(shingles)


@lru_cache(maxsize=_KEPT)
def _figures(text: str) -> frozenset[tuple[Fraction, str]]:
    return frozenset(figures(text))


class Told:
    """What passages of several articles have said so far."""

    def __init__(self) -> None:
        self._said: list[tuple[str, str]] = []

    def adds(self, text: str, article_id: str) -> bool:
        """Take a passage, unless each of its sentences stands in a passage of another article.

        Other verbs of saying (`介绍` for `表示`) are nothing new; another figure, name or negation is.
        """
        said = _plain(text)
        others = [known for other, known in self._said if other != article_id]
        if others and len(said) >= _LEAST:
            parts = [_plain(text[span.start : span.end]) for span in sentences(text)]
            if all(any(part in known for known in others) for part in parts):
                return False
        self._said.append((article_id, said))
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
    """Whether two sentences differ by a verb of saying at most, or one stands in the other but for that."""
    return stands_in(one, other) or stands_in(other, one)


def stands_in(one: str, other: str) -> bool:
    """Whether the words of one sentence stand in another, verbs of saying, script and punctuation aside."""
    return _plain(one) in _plain(other)


@lru_cache(maxsize=_KEPT)
def _plain(text: str) -> str:
    return _SAYING.sub("", bare(text))


def _tell_one_story(one: str, other: str, share: float) -> bool:
    if share < _STORY:
        return False
    here, there = _figures(one), _figures(other)
    return len(here & there) >= _FIGURES * min(len(here), len(there))


def _share(one: _Hashes, other: _Hashes) -> float:
    """The shingles in both, as a share of the shorter text's; low for texts too short to tell."""
    return len(np.intersect1d(one, other, assume_unique=True)) / max(_LEAST, min(len(one), len(other)))
