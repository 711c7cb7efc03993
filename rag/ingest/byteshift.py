"""GBK read one byte off: `!笆奈濉币岳` where `。“十四五”以来` stood.

How it comes about: a byte is lost in GBK text, and from there on every decoder pairs the trail byte of one character
with the lead byte of the next, until an ASCII byte or the line's end sets it right. Often the byte was lost because a
program folded full-width marks without minding where characters begin: the bytes A3 A1 (a full-width `！`) across
`。“` (A1 A3 A1 B0) became `!`. Pairs that are no character vanish altogether.

The way back is a noisy-channel search (Shannon) along the line: a hypothesis is either in step with the text or holds
the first byte of the next character; what was lost is filled in by every byte that makes a character. The cheapest
hypothesis under the character statistics wins, when it beats the text as it stands by a clear margin. A character that
was filled in is kept when the statistics leave no other choice, else it becomes U+FFFD: recovered or damaged, never
guessed.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.ingest.charmodel import SPACE, char_model
from rag.ingest.edits import REPLACEMENT, Edit
from rag.ingest.gbkbytes import FIRST_BYTE, FULL_WIDTH_ROW, LAST_BYTE, gbk_bytes, pair_table
from rag.ingest.pagemodel import PageModel

_ENTER = 24.0  # bits for a byte lost without a trace
_FOLDED = 6.0  # bits for a half-width mark that was made of parts of two characters
_LOST_BYTE = {"?": 22.0, REPLACEMENT: 2.0}  # bits for a byte lost where such a sign stands
_ENTRIES = 2  # readings in step, of the best, that a damage may befall at a character
_EXIT = 3.0  # bits for a lost trail byte before ASCII, a mark or the line's end
_EXIT_UNSEEN = 14.0  # bits for one lost in the middle of text
_VANISHED = 2.0  # bits for a pair that left nothing behind
_MARGIN = 8.0  # bits by which the repair must beat the text as it stands
_NATURAL = 13.0  # bits per restored character above which it is no repair
_PROMISING = 11.5  # bits per character that a few shifted characters must come down to before a search is made
_WIDTH = 40  # hypotheses kept at each character
_SLACK = 32.0  # bits behind the best at which a hypothesis is given up
_LIKELY = 4  # hypotheses, of the best, for which a byte may be lost in the middle of text
_FILLINGS = 24  # characters tried for a lost byte
_VANISHING = 10  # characters tried before a vanished pair, for the best hypotheses only
_CERTAIN = 0.9  # share of probability that a filled-in character needs
_BEFORE, _BEHIND, _LONGEST = 4, 6, 400  # characters looked at around a suspicious run, and at most

_IN_STEP, _ANY, _VANISHED_AFTER = -1, -2, 1000  # states beside a known byte; the last plus m: it vanished with byte m
_COST = itemgetter(0)

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


class _Node(NamedTuple):
    """One restored character: where it was read from, whether it was filled in; a linked list back to the start."""

    back: _Node | None
    at: int
    char: str
    filled: bool
    copied: bool


class _Hypothesis(NamedTuple):
    """A reading up to some character. `last` is the class of its last character, `held` the state, as above."""

    cost: float
    last: int
    held: int
    node: _Node | None


@cache
def _leads(held: int) -> IntArray:
    """The bytes that a state may stand for."""
    if held >= _VANISHED_AFTER:
        return np.flatnonzero(pair_table().dropped[held - _VANISHED_AFTER])
    if held == _ANY:
        return np.arange(FIRST_BYTE, LAST_BYTE + 1)
    return np.array([held])


@cache
def _characters(held: int, trail: int) -> IntArray:
    """Code points of the characters that a state makes with a trail byte (-1: any trail byte)."""
    codes = pair_table().codes[_leads(held)]
    found = codes[:, trail] if trail >= 0 else codes.ravel()
    return found[found > 0].astype(np.intp)


@cache
def _before_vanishing(held: int) -> tuple[IntArray, IntArray]:
    """Code points that a state makes with a trail byte that can vanish with the byte behind it, and those bytes."""
    table = pair_table()
    trails = np.flatnonzero(table.dropped.any(axis=1))
    codes = table.codes[np.ix_(_leads(held), trails)]
    rows, columns = np.nonzero(codes)
    return codes[rows, columns].astype(np.intp), trails[columns]


class _Search:
    """The search along one stretch of a line."""

    def __init__(self, text: str, model: PageModel, *, traditional: bool) -> None:
        self._model = model
        self._traditional = traditional
        self._text = text
        self._bytes = [gbk_bytes(char) for char in text]
        self._codes = np.minimum([ord(char) for char in text], 0xFFFF)

    def run(self, last_suspicious: int, last_class: int) -> tuple[list[_Hypothesis], float, int]:
        """Hypotheses in step at the end of the stretch (best first), the cost of the text as it stands, the end."""
        base = _Hypothesis(0.0, last_class, _IN_STEP, None)
        beam, at = [base], 0
        while at < len(self._text):
            if at > last_suspicious + _BEHIND and all(h.held == _IN_STEP for h in beam[:8]):
                break
            base = self._copy(base, at)
            grown: list[_Hypothesis] = []
            entries = _ENTRIES if at <= last_suspicious else 0
            for rank, h in enumerate(self._with_vanished(beam)):
                if h.held == _IN_STEP:
                    grown.append(self._copy(h, at))
                    entries -= 1
                    if entries >= 0:
                        grown += self._enter(h, at)
                else:
                    grown += self._go_on(h, at, likely=rank < _LIKELY)
            beam = _prune(grown)
            at += 1
        price = _EXIT if at == len(self._text) else _EXIT_UNSEEN
        ended = [new for h in beam for new in ([h] if h.held == _IN_STEP else self._lose_trail(h, at, price))]
        return _prune(ended), base.cost, at

    def _copy(self, h: _Hypothesis, at: int) -> _Hypothesis:
        code = int(self._codes[at])
        cost = self._model.step(h.last, code, traditional=self._traditional)
        node = _Node(h.node, at, self._text[at], filled=False, copied=True)
        return _Hypothesis(h.cost + cost, int(self._model.classes[code]), _IN_STEP, node)

    def _enter(self, h: _Hypothesis, at: int) -> Iterator[_Hypothesis]:
        """The ways in which a byte may have been lost at this character."""
        raw, char = self._bytes[at], self._text[at]
        if len(raw) == 2:
            yield from self._fill(h, at, _ANY, raw[0], raw[1], _ENTER)
            yield from self._fill(h, at, raw[0], -1, raw[1], _ENTER)
        if char in _LOST_BYTE:
            yield _Hypothesis(h.cost + _LOST_BYTE[char], h.last, _ANY, h.node)
        if len(raw) == 1 and 0x21 <= raw[0] < 0x40:
            yield from self._fill(h, at, _ANY, FULL_WIDTH_ROW, raw[0] | 0x80, _FOLDED)
            yield _Hypothesis(h.cost + _ENTER, h.last, raw[0] | 0x80, h.node)

    def _go_on(self, h: _Hypothesis, at: int, *, likely: bool) -> Iterator[_Hypothesis]:
        """What the next character may be, read one byte off."""
        raw, char = self._bytes[at], self._text[at]
        if len(raw) == 2:
            yield from self._fill(h, at, h.held, raw[0], raw[1], 0.0)
        elif len(raw) == 1 and 0x40 <= raw[0] <= 0x7E:
            yield from self._fill(h, at, h.held, raw[0], _IN_STEP, 0.0)
        elif len(raw) == 1 and 0x21 <= raw[0] < 0x40:
            yield from self._fill(h, at, h.held, FULL_WIDTH_ROW, raw[0] | 0x80, _EXIT)
        if char in _LOST_BYTE:
            yield from self._fill(h, at, h.held, -1, _IN_STEP, _LOST_BYTE[char] / 4)
        if likely or len(raw) != 2:
            for lost in self._lose_trail(h, at, _EXIT_UNSEEN if len(raw) == 2 else _EXIT):
                yield self._copy(lost, at)

    def _lose_trail(self, h: _Hypothesis, at: int, price: float) -> Iterator[_Hypothesis]:
        """The held byte's other half is lost; the text is in step again from `at` on."""
        return self._fill(h, at - 1, h.held, -1, _IN_STEP, price)

    def _fill(self, h: _Hypothesis, at: int, held: int, trail: int, then: int, price: float) -> Iterator[_Hypothesis]:
        """The characters that `held` and `trail` may make, the likeliest first; `then` is held afterwards."""
        if held >= 0 and trail >= 0 and held < _VANISHED_AFTER:
            if code := int(pair_table().codes[held, trail]):
                cost = h.cost + price + self._model.step(h.last, code, traditional=self._traditional)
                node = _Node(h.node, at, chr(code), filled=False, copied=False)
                yield _Hypothesis(cost, int(self._model.classes[code]), then, node)
            return
        codes = _characters(held, trail)
        costs = self._model.steps(h.last, codes, traditional=self._traditional)
        yield from self._likeliest(h, at, codes, costs + self._outlook(codes, at + 1, then), costs + price, then)

    def _likeliest(
        self, h: _Hypothesis, at: int, codes: IntArray, ranks: FloatArray, costs: FloatArray, then: int
    ) -> Iterator[_Hypothesis]:
        few = np.argpartition(ranks, _FILLINGS)[:_FILLINGS] if len(ranks) > _FILLINGS else range(len(ranks))
        for index in few:
            code = int(codes[index])
            node = _Node(h.node, at, chr(code), filled=True, copied=False)
            yield _Hypothesis(h.cost + float(costs[index]), int(self._model.classes[code]), then, node)

    def _outlook(self, codes: IntArray, at: int, then: int) -> FloatArray | float:
        """Bits of the character behind each of `codes`, where it is known already."""
        code = 0
        if at < len(self._text) and then == _IN_STEP:
            code = int(self._codes[at])
        elif at < len(self._text) and then >= 0 and len(self._bytes[at]) == 2:
            code = int(pair_table().codes[then, self._bytes[at][0]])
        return self._model.steps_to(codes, code) if code else 0.0

    def _with_vanished(self, beam: list[_Hypothesis]) -> list[_Hypothesis]:
        """The beam, and its best hypotheses with one or two vanished pairs before the next character."""
        out = list(beam)
        level = [h for h in beam[:12] if h.held != _IN_STEP][:4]
        for _ in range(2):
            level = _prune([new for h in level for new in self._vanish(h)])[:10]
            out += level
        return out

    def _vanish(self, h: _Hypothesis) -> Iterator[_Hypothesis]:
        """A pair that left nothing: the trail byte of a character and the lead byte of the next."""
        codes, trails = _before_vanishing(h.held)
        costs = self._model.steps(h.last, codes, traditional=self._traditional) + _VANISHED
        few = np.argpartition(costs, _VANISHING)[:_VANISHING] if len(costs) > _VANISHING else range(len(costs))
        for index in few:
            code = int(codes[index])
            node = _Node(h.node, h.node.at if h.node else 0, chr(code), filled=True, copied=False)
            held = _VANISHED_AFTER + int(trails[index])
            yield _Hypothesis(h.cost + float(costs[index]), int(self._model.classes[code]), held, node)


def _prune(beam: list[_Hypothesis]) -> list[_Hypothesis]:
    """The best hypotheses, best first."""
    kept = heapq.nsmallest(_WIDTH, beam, key=_COST)
    return [h for h in kept if h.cost <= kept[0].cost + _SLACK]


def shift_edits(text: str, runs: list[tuple[int, int]], *, traditional: bool) -> list[Edit]:
    """Repairs of suspicious runs of a text; those that no shift explains are left out."""
    model = PageModel(text, runs)
    edits: list[Edit] = []
    done = 0
    for start, end in runs:
        if start < done or not _worth_searching(text, start, end):
            continue
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        line_end = len(text) if line_end < 0 else line_end
        low = max(line_start, done, start - _BEFORE)
        high = min(line_end, start + _LONGEST)
        found, reached = _repair(text, model, low, high, end, traditional=traditional)
        edits += found
        done = reached if found else done
    return edits


def _repair(
    text: str, page: PageModel, low: int, high: int, suspicious_end: int, *, traditional: bool
) -> tuple[list[Edit], int]:
    """The edits of one suspicious run, and the end of what was looked at."""
    model = char_model()
    last = int(model.classes[min(ord(text[low - 1]), 0xFFFF)]) if low else SPACE
    search = _Search(text[low:high], page, traditional=traditional)
    ended, base, reached = search.run(suspicious_end - 1 - low, last)
    if not ended or ended[0].cost + _MARGIN > base or ended[0].node is None:
        return [], low
    edits = [
        edit
        for edit in _edits(ended, low, low + reached)
        if model.bits(edit.after.replace(REPLACEMENT, ""), traditional=traditional) <= _NATURAL * len(edit.after)
    ]
    return edits, low + reached


def _worth_searching(text: str, start: int, end: int) -> bool:
    """True when reading the run one byte on gives natural Chinese somewhere; cheap, and seldom wrong on clean text."""
    if REPLACEMENT in text[start:end]:
        return True
    data, marked = bytearray(), False
    for char in text[start : end + 4] + " ":
        raw = gbk_bytes(char)
        if len(raw) == 2 or (data and len(raw) == 1 and 0x40 <= raw[0] <= 0x7E):
            data += raw
            continue
        if _reads_shifted(bytes(data), marked=marked):
            return True
        marked = len(raw) == 1 and 0x21 <= raw[0] < 0x40
        data = bytearray((raw[0] | 0x80,)) if marked else bytearray()
    return False


def _reads_shifted(data: bytes, *, marked: bool) -> bool:
    """True when a few characters in a row are natural, read from the other byte on."""
    window = 2 if marked else 3
    codes = [int(pair_table().codes[data[at], data[at + 1]]) for at in range(1 - marked, len(data) - 1, 2)]
    if len(codes) < window:
        return False
    bits = char_model().surprise("".join(chr(code or 0xFFFD) for code in codes))
    return float(np.convolve(bits, np.ones(window), mode="valid").min()) < window * _PROMISING


def _edits(ended: list[_Hypothesis], low: int, reached: int) -> list[Edit]:
    """The winning reading as edits; characters that were filled in without certainty become U+FFFD."""
    emitted = [_by_place(h.node) for h in ended]
    weights = [2.0 ** (ended[0].cost - h.cost) for h in ended]
    edits: list[Edit] = []
    start, after = low, ""
    places: dict[int, int] = {}
    places_total = Counter(node.at for node in _in_order(ended[0].node))
    for node in _in_order(ended[0].node):
        rank = places[node.at] = places.get(node.at, -1) + 1
        if node.copied:
            if after:
                edits.append(Edit(kind="gbk-shift", start=start, end=low + node.at, after=after))
            start, after = low + node.at + 1, ""
            continue
        same = (w for w, other in zip(weights, emitted, strict=True) if other.get((node.at, rank)) == node.char)
        sure = not node.filled or math.fsum(same) >= _CERTAIN * math.fsum(weights)
        after += node.char if sure else REPLACEMENT
        if places_total[node.at] == rank + 1 and not _count_is_sure(emitted, weights, node.at, rank + 1):
            after += REPLACEMENT
    if after:
        edits.append(Edit(kind="gbk-shift", start=start, end=reached, after=after))
    return edits


def _count_is_sure(emitted: list[dict[tuple[int, int], str]], weights: list[float], at: int, count: int) -> bool:
    """True when hardly any reading has more characters at a place than the winning one has."""
    more = (weight for weight, other in zip(weights, emitted, strict=True) if (at, count) in other)
    return math.fsum(more) <= (1 - _CERTAIN) * math.fsum(weights)


def _in_order(node: _Node | None) -> list[_Node]:
    out = []
    while node:
        out.append(node)
        node = node.back
    return out[::-1]


def _by_place(node: _Node | None) -> dict[tuple[int, int], str]:
    """The characters of a reading by the place they were read from and their rank there."""
    out: dict[tuple[int, int], str] = {}
    places: dict[int, int] = {}
    for each in _in_order(node):
        rank = places[each.at] = places.get(each.at, -1) + 1
        out[each.at, rank] = each.char
    return out
