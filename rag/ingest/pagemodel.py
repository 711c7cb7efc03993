"""The character statistics as one page sees them: pairs that stand elsewhere on the page are likelier on it.

A cache model (Kuhn and De Mori 1990): P = (1 - w) · P(news) + w · P(page). It is what lets a damaged sentence be
filled in from its undamaged copy on the same page, or a name from where it stands whole.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict

import numpy as np
import numpy.typing as npt

from rag.ingest.charmodel import FIRST_CLASS, char_model, code_points
from rag.ingest.wideforms import FEWER, WIDE_FORMS, written

_WEIGHT = 0.25  # share of the page's own statistics
_DOUBT = 3.0  # added to how often a character stands on the page, so that one pair does not rule out all others
_SEEN_BITS = 8.0  # what having been seen on the page is worth when ranking candidates
_WIDE_MARKS = "，：；？！（）"
_NARROW_COMMA = re.compile(r"[\u4e00-\u9fff],(?=[\u4e00-\u9fff])")
_WIDE_SPACE = 0x3000
_FOREIGN_BITS = 10.0  # more for a full-width sign where the page does not write it so

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


class PageModel:
    """Costs in bits, like those of `CharModel`, mixed with the pairs of one text outside its suspicious runs."""

    def __init__(self, text: str, runs: list[tuple[int, int]]) -> None:
        self._model = char_model()
        self.classes = self._model.classes
        codes = code_points(text)
        known = self.classes[codes] >= FIRST_CLASS
        for start, end in runs:
            known[start:end] = False
        usable = known[:-1] & known[1:]
        pairs = Counter(zip(self.classes[codes[:-1][usable]].tolist(), codes[1:][usable].tolist(), strict=True))
        totals: Counter[int] = Counter()
        for (first, _), count in pairs.items():
            totals[first] += count
        self._behind: defaultdict[int, dict[int, float]] = defaultdict(dict)
        self._before: defaultdict[int, list[int]] = defaultdict(list)
        for (first, second), count in pairs.items():
            self._behind[first][second] = count / (totals[first] + _DOUBT)
            self._before[second].append(first)
        self._on_page = np.zeros(0x10000, dtype=bool)
        self._on_page[list(self._before)] = True
        self._masks: dict[int, npt.NDArray[np.bool_]] = {}
        self._foreign = _foreign_bits(text, damages=len(runs))

    def step(self, before: int, code: int, *, traditional: bool) -> float:
        """Bits of one code point after a character of class `before`."""
        bits = self._model.step(before, code, traditional=traditional) + float(self._foreign[min(code, 0xFFFF)])
        share = self._behind[before].get(code, 0.0) if before in self._behind else 0.0
        return _mixed(bits, share) if share else bits

    def steps(self, before: int, codes: IntArray, *, traditional: bool) -> FloatArray:
        """Bits of each of these code points (all in the basic plane) after a character of class `before`."""
        bits = self._model.steps(before, codes, traditional=traditional) + self._foreign[codes]
        if row := self._behind.get(before):
            for index in np.flatnonzero(self._on_page[codes]).tolist():
                if share := row.get(int(codes[index])):
                    bits[index] = _mixed(float(bits[index]), share)
        return bits

    def steps_to(self, codes: IntArray, after: int) -> FloatArray:
        """What the code point `after` costs behind each of these, but for a constant; for ranking only."""
        bits = self._model.steps_to(codes, after)
        after = min(after, 0xFFFF)
        if after in self._before:
            bits[self._mask(after)[self.classes[codes]]] -= _SEEN_BITS
        return bits

    def _mask(self, after: int) -> npt.NDArray[np.bool_]:
        """True for the classes that stand before a code point on this page; shape (classes,)."""
        if after not in self._masks:
            self._masks[after] = np.zeros(len(self._model.pairs), dtype=bool)
            self._masks[after][self._before[after]] = True
        return self._masks[after]


def _foreign_bits(text: str, *, damages: int) -> FloatArray:
    """What a sign costs more to restore where the page does not write it so; shape (65536,).

    Each of the `damages` may have left a full-width letter that the page never wrote.
    """
    bits = np.zeros(0x10000)
    wide, narrow = written(text)
    if (wide - damages) * FEWER <= narrow:
        bits[WIDE_FORMS] = bits[_WIDE_SPACE] = _FOREIGN_BITS
    if text.count("，") * FEWER < len(_NARROW_COMMA.findall(text)):
        bits[code_points(_WIDE_MARKS)] = _FOREIGN_BITS
    return bits


def _mixed(bits: float, share: float) -> float:
    return -math.log2((1 - _WEIGHT) * 2.0**-bits + _WEIGHT * share)
