"""The search behind `byteshift`: readings of a stretch of text some of whose bytes were lost.

A noisy-channel search (Shannon) with a beam. A hypothesis is either in step with the text or holds the first byte of
its next character; at each character of the damaged text it may lose a byte, go on one byte off, meet a pair that
vanished, or come into step again. Costs are bits: the character statistics for what is restored, fixed costs for what
happened to the bytes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.ingest.bounds import check_time
from rag.ingest.edits import REPLACEMENT
from rag.ingest.gbkbytes import FIRST_BYTE, FULL_WIDTH_ROW, LAST_BYTE, gbk_bytes, pair_table
from rag.ingest.pagemodel import PageModel

_ENTER = 22.0  # bits for a byte lost without a trace
_ENTER_FORM = 10.0  # the same at a full-width letter or digit: on pages where they stand for themselves they stay
_FOLDED = 6.0  # bits for a half-width mark that was made of parts of two characters
_LOST_BYTE = {"?": 22.0, REPLACEMENT: 2.0}  # bits for a byte lost where such a sign stands
_ENTRIES = 2  # readings in step, of the best, that a damage may befall at a character
_EXIT = 3.0  # bits for a lost trail byte before ASCII, a mark or the line's end
_EXIT_UNSEEN = 14.0  # bits for one lost in the middle of text
VANISHED = 2.0  # bits for a pair that left nothing behind
_WIDTH, _WIDTH_IN_STEP = 40, 16  # hypotheses kept at each character, out of step and in step
_ALIKE = 4  # hypotheses kept that end in the same character and state
_SURE, _MOST_EACH = 48, 650  # characters after which more hypotheses for each than that mean noise
_SLACK = 32.0  # bits behind the best at which a hypothesis is given up
_LIKELY = 4  # hypotheses, of the best, for which a byte may be lost in the middle of text
_FILLINGS = 24  # characters tried for a lost byte
_VANISHING = 10  # characters tried before a vanished pair, for the best hypotheses only

_BEHIND = 6  # characters in step behind a suspicious run after which the search ends

_IN_STEP, _ANY, VANISHED_AFTER = -1, -2, 1000  # states beside a known byte; the last plus m: it vanished with byte m
_COST = itemgetter(0)

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


class Node(NamedTuple):
    """One character of a reading, where it was read from, whether it stood there; a linked list to the start."""

    back: Node | None
    at: int
    char: str
    copied: bool


class Hypothesis(NamedTuple):
    """A reading up to some character. `last` is the class of its last character, `held` the state, as above."""

    cost: float
    last: int
    held: int
    node: Node | None


@cache
def _leads(held: int) -> IntArray:
    """The bytes that a state may stand for."""
    if held >= VANISHED_AFTER:
        return np.flatnonzero(pair_table().dropped[held - VANISHED_AFTER])
    if held == _ANY:
        return np.arange(FIRST_BYTE, LAST_BYTE + 1)
    return np.array([held])


@cache
def characters_of(held: int, trail: int) -> IntArray:
    """Code points of the characters that a state makes with a trail byte (-1: any trail byte)."""
    codes = pair_table().codes[_leads(held)]
    found = codes[:, trail] if trail >= 0 else codes.ravel()
    return found[found > 0].astype(np.intp)


@cache
def before_vanishing(held: int) -> tuple[IntArray, IntArray]:
    """Code points that a state makes with a trail byte that can vanish with the byte behind it, and those bytes."""
    table = pair_table()
    trails = np.flatnonzero(table.dropped.any(axis=1))
    codes = table.codes[np.ix_(_leads(held), trails)]
    rows, columns = np.nonzero(codes)
    return codes[rows, columns].astype(np.intp), trails[columns]


class Search:
    """The search along one stretch of a line."""

    def __init__(self, text: str, model: PageModel, *, traditional: bool, most: int) -> None:
        """A search of `text` that gives up after `most` hypotheses."""
        self._model = model
        self._most = most
        self._traditional = traditional
        self._text = text
        self._bytes = [gbk_bytes(char) for char in text]
        self.looked_at = 0  # hypotheses, so far
        self._limit = math.inf  # cost above which a reading of the character at hand cannot be kept
        self._codes = np.minimum([ord(char) for char in text], 0xFFFF)

    def run(self, last_suspicious: int, last_class: int) -> tuple[list[Hypothesis], float, int]:
        """Hypotheses in step at the end of the stretch (best first), the cost of the text as it stands, the end.

        There are none where the text is noise, in which everything may stand for anything, or takes too many.
        """
        base = Hypothesis(0.0, last_class, _IN_STEP, None)
        beam, at = [base], 0
        while at < len(self._text):
            check_time()
            if self.looked_at > self._most or _is_noise(self.looked_at, at):
                return [], base.cost, at
            if at > last_suspicious + _BEHIND and all(h.held == _IN_STEP for h in beam[:8]):
                break
            base = self._copy(base, at)
            in_step = [h for h in beam if h.held == _IN_STEP]
            grown = [self._copy(h, at) for h in in_step]
            off = self._with_vanished([h for h in beam if h.held != _IN_STEP])
            for h in in_step[:_ENTRIES] if at <= last_suspicious else ():
                grown += self._enter(h, at)
                off += self._with_vanished([Hypothesis(h.cost + self._entry(at), h.last, _ANY, h.node)])
            self._limit = min((h.cost for h in grown), default=math.inf) + _SLACK
            for rank, h in enumerate(off):
                found = list(self._go_on(h, at, likely=rank < _LIKELY))
                self._limit = min(self._limit, min((new.cost for new in found), default=math.inf) + _SLACK)
                grown += found
            self.looked_at += len(grown)
            beam, self._limit = _prune(grown), math.inf
            at += 1
        price = _EXIT if at == len(self._text) else _EXIT_UNSEEN
        ended = [new for h in beam for new in ([h] if h.held == _IN_STEP else self._lose_trail(h, at, price))]
        return _prune(ended), base.cost, at

    def _copy(self, h: Hypothesis, at: int) -> Hypothesis:
        code = int(self._codes[at])
        cost = self._model.step(h.last, code, traditional=self._traditional)
        node = Node(h.node, at, self._text[at], copied=True)
        return Hypothesis(h.cost + cost, int(self._model.classes[code]), _IN_STEP, node)

    def _enter(self, h: Hypothesis, at: int) -> Iterator[Hypothesis]:
        """The ways in which a byte may have been lost at this character."""
        raw, char = self._bytes[at], self._text[at]
        if len(raw) == 2:
            yield from self._fill(h, at, raw[0], -1, raw[1], self._entry(at))
        if char in _LOST_BYTE:
            yield Hypothesis(h.cost + _LOST_BYTE[char], h.last, _ANY, h.node)
        if len(raw) == 1 and 0x21 <= raw[0] < 0x40:
            yield from self._fill(h, at, _ANY, FULL_WIDTH_ROW, raw[0] | 0x80, _FOLDED)
            yield Hypothesis(h.cost + _ENTER, h.last, raw[0] | 0x80, h.node)

    def _entry(self, at: int) -> float:
        """Bits for a byte lost at a character that shows nothing of it, unless it is a full-width letter or digit."""
        raw = self._bytes[at]
        return _ENTER_FORM if raw[0] == FULL_WIDTH_ROW and self._text[at].isalnum() else _ENTER

    def _go_on(self, h: Hypothesis, at: int, *, likely: bool) -> Iterator[Hypothesis]:
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

    def _lose_trail(self, h: Hypothesis, at: int, price: float) -> Iterator[Hypothesis]:
        """The held byte's other half is lost; the text is in step again from `at` on."""
        return self._fill(h, at - 1, h.held, -1, _IN_STEP, price)

    def _fill(self, h: Hypothesis, at: int, held: int, trail: int, then: int, price: float) -> Iterator[Hypothesis]:
        """The characters that `held` and `trail` may make, the likeliest first; `then` is held afterwards."""
        if held >= 0 and trail >= 0 and held < VANISHED_AFTER:
            if code := int(pair_table().codes[held, trail]):
                cost = price + self._model.step(h.last, code, traditional=self._traditional)
                yield self._add(h, at, code, cost, then)
            return
        codes = characters_of(held, trail)
        costs = self._model.steps(h.last, codes, traditional=self._traditional)
        for index in _smallest(costs + self._outlook(codes, at + 1, then), _FILLINGS):
            if h.cost + price + costs[index] <= self._limit:
                yield self._add(h, at, int(codes[index]), float(costs[index]) + price, then)

    def _add(self, h: Hypothesis, at: int, code: int, cost: float, then: int) -> Hypothesis:
        """The hypothesis with one more character; an ASCII byte that would be held is a character of its own."""
        node = Node(h.node, at, chr(code), copied=False)
        new = Hypothesis(h.cost + cost, int(self._model.classes[code]), then, node)
        if not 0 <= then < 0x80:
            return new
        cost = self._model.step(new.last, then, traditional=self._traditional)
        node = Node(node, at, chr(then), copied=False)
        return Hypothesis(new.cost + cost, int(self._model.classes[then]), _IN_STEP, node)

    def _outlook(self, codes: IntArray, at: int, then: int) -> FloatArray | float:
        """Bits of the character behind each of `codes`, where it is known already."""
        code = 0
        if at < len(self._text) and then == _IN_STEP:
            code = int(self._codes[at])
        elif at < len(self._text) and then >= 0 and len(self._bytes[at]) == 2:
            code = int(pair_table().codes[then, self._bytes[at][0]])
        return self._model.steps_to(codes, code) if code else 0.0

    def _with_vanished(self, off: list[Hypothesis]) -> list[Hypothesis]:
        """Hypotheses out of step, and the best of them with one or two vanished pairs before the next character."""
        out, level = list(off), off[:_LIKELY]
        for _ in range(2):
            level = _prune([new for h in level for new in self._vanish(h)])[:10] if level else []
            out += level
        return out

    def _vanish(self, h: Hypothesis) -> Iterator[Hypothesis]:
        """A pair that left nothing: the trail byte of a character and the lead byte of the next."""
        codes, trails = before_vanishing(h.held)
        costs = self._model.steps(h.last, codes, traditional=self._traditional) + VANISHED
        for index in _smallest(costs, _VANISHING):
            held = VANISHED_AFTER + int(trails[index])
            yield self._add(h, h.node.at if h.node else 0, int(codes[index]), float(costs[index]), held)


def _is_noise(looked_at: int, characters: int) -> bool:
    """More hypotheses a character than Chinese text asks for, which are 350 to 500."""
    return characters >= _SURE and looked_at > _MOST_EACH * characters


def _smallest(costs: FloatArray, count: int) -> list[int]:
    """Indices of the `count` smallest costs, in no order."""
    if len(costs) <= count:
        return list(range(len(costs)))
    found: list[int] = np.argpartition(costs, count)[:count].tolist()
    return found


def _prune(beam: list[Hypothesis]) -> list[Hypothesis]:
    """The best hypotheses, best first: not too many that go on alike, and room for those in step."""
    kept: list[Hypothesis] = []
    alike: Counter[tuple[int, int]] = Counter()
    room = {True: _WIDTH_IN_STEP, False: _WIDTH}
    for h in sorted(beam, key=_COST):
        if kept and h.cost > kept[0].cost + _SLACK:
            break
        alike[h.held, h.last] += 1
        room[h.held == _IN_STEP] -= 1
        if alike[h.held, h.last] <= _ALIKE and room[h.held == _IN_STEP] >= 0:
            kept.append(h)
    return kept
