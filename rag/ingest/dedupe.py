"""Which articles are reprints of one another: MinHash finds candidates, the texts themselves decide.

`Reprints` is the store's policy. A reprint that is hidden can no longer answer, so doubt keeps both.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from rag.text.numbers import find_quantities
from rag.text.script import fold
from rag.types import Article

SHINGLE = 5  # characters, white space and punctuation left out
PERMUTATIONS = 96
BAND = 6  # 16 bands of 6 rows: a pair is compared with probability .99 at Jaccard .8 and .02 at .3
ALIKE = 0.8  # least Jaccard similarity of shingles
SHORT = 40  # characters; texts below are reprints only when they are equal
_STANDARD_ERROR = 0.04  # of `similarity` near `ALIKE`: sqrt(.8 * .2 / 96)
_BLOCK = 4096  # shingles permuted at a time: bounds memory at 3 MB and stays in the processor's cache

_IGNORED = re.compile(r"[\W_]+")
_LARGEST = 2**32 - 1  # stands in every place of the signature of a text without words

Hashes = npt.NDArray[np.uint32]


def _constants(name: str) -> Hashes:
    """`PERMUTATIONS` fixed 32-bit numbers; signatures are stored, so these may never change."""
    digests = (hashlib.blake2b(f"{name}{at}".encode(), digest_size=4).digest() for at in range(PERMUTATIONS))
    return np.frombuffer(b"".join(digests), dtype="<u4").astype(np.uint32)


_FACTORS, _TERMS = _constants("factor") | np.uint32(1), _constants("term")


def signature(text: str) -> tuple[int, ...]:
    """The MinHash signature of a text: `PERMUTATIONS` numbers of 32 bits, the same for either script and any layout.

    Two signatures agree in a share of places that estimates the Jaccard similarity of the texts' shingles
    (Broder 1997, "On the resemblance and containment of documents"). The permutations are `a * h + b` modulo 2**32 with
    odd `a`, over hashes mixed with MurmurHash3's finalizer.
    """
    hashes = _mixed(shingles(text))
    least = np.full(PERMUTATIONS, _LARGEST, dtype=np.uint32)
    for start in range(0, len(hashes), _BLOCK):
        permuted = hashes[start : start + _BLOCK, np.newaxis] * _FACTORS + _TERMS  # wraps around on purpose
        np.minimum(least, permuted.min(axis=0), out=least)
    return tuple(least.tolist())


def bands(signature: Sequence[int]) -> list[int]:
    """63-bit keys, one per band; two texts are worth comparing when they share one. Empty for a text without words."""
    if all(value == _LARGEST for value in signature):
        return []
    keys = []
    for start in range(0, len(signature), BAND):
        rows = ",".join(map(str, (start, *signature[start : start + BAND])))
        keys.append(int.from_bytes(hashlib.blake2b(rows.encode(), digest_size=8).digest(), "big") >> 1)
    return keys


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """The estimated Jaccard similarity of two signatures, in [0, 1].

    Raises:
        ValueError: the signatures are of different length.
    """
    if len(a) != len(b):
        raise ValueError(f"signatures of {len(a)} and {len(b)} numbers cannot be compared")
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a) if a else 0.0


class Reprints:
    """The store's reprint policy (`rag.store.protocol.ReprintPolicy`)."""

    def bands(self, signature: Sequence[int]) -> list[int]:
        """See `bands`."""
        return bands(signature)

    def is_reprint(
        self, new: Article, old: Article, new_signature: Sequence[int], old_signature: Sequence[int]
    ) -> bool:
        """True when both articles tell the same story in the same words with the same figures."""
        if similarity(new_signature, old_signature) < ALIKE - 4 * _STANDARD_ERROR:
            return False
        return is_same_story(new.text, old.text)


def is_same_story(a: str, b: str) -> bool:
    """True when two texts are near-duplicates and their figures agree, checked on the texts themselves.

    A corrected or updated story, in which one figure stands in the place of another or a new one was added, is not.
    """
    key_a, key_b = bare(a), bare(b)
    if min(len(key_a), len(key_b)) < SHORT:
        return bool(key_a) and key_a == key_b
    return _jaccard(_shingles(key_a), _shingles(key_b)) >= ALIKE and _figures_agree(a, b)


def bare(text: str) -> str:
    """`text` folded, without white space and punctuation."""
    return _IGNORED.sub("", fold(text))


def shingles(text: str) -> Hashes:
    """Distinct 32-bit hashes of all runs of `SHINGLE` characters of the bare text; what is shorter is one run."""
    return _shingles(bare(text))


def _shingles(key: str) -> Hashes:
    points = np.frombuffer(key.encode("utf-32-le"), dtype=np.uint32)
    width = min(SHINGLE, len(points))
    if width == 0:
        return points
    rolled = np.zeros(len(points) - width + 1, dtype=np.uint32)
    for offset in range(width):
        rolled = rolled * np.uint32(0x01000193) + points[offset : offset + len(rolled)]  # wraps around on purpose
    return np.unique(rolled)


def _mixed(hashes: Hashes) -> Hashes:
    """MurmurHash3's 32-bit finalizer, so that rolled hashes of similar shingles lie far apart."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


def _jaccard(a: Hashes, b: Hashes) -> float:
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


def _figures_agree(a: str, b: str) -> bool:
    """True unless one text has a figure in place of another's, or a value that the other has nowhere."""
    figures_a, figures_b = figures(a), figures(b)
    return (not figures_a - figures_b or not figures_b - figures_a) and set(figures_a) == set(figures_b)


def figures(text: str) -> Counter[tuple[Fraction, str]]:
    """Values and units of a text, without 一 as a word (一步, 一种) and telephone or licence numbers in bylines."""
    return Counter(
        (quantity.value, quantity.unit)
        for quantity in find_quantities(text)
        if text[quantity.start] != "一" and (quantity.unit or quantity.value < 10**6)
    )
