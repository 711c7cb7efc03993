"""GBK read one byte off: `!笆奈濉币岳` where `。“十四五”以来` stood.

How it comes about: a byte is lost in GBK text, and from there on every decoder pairs the trail byte of one character
with the lead byte of the next, until an ASCII byte or the line's end sets it right. Often the byte was lost because a
program folded full-width marks without minding where characters begin: the bytes A3 A1 (a full-width `！`) across
`。“` (A1 A3 A1 B0) became `!`. Pairs that are no character vanish altogether.

The way back is a noisy-channel search (Shannon) along the line: a hypothesis is either in step with the text or holds
the first byte of the next character; what was lost is filled in by every byte that makes a character. The cheapest
hypothesis under the character statistics wins, when it beats the text as it stands by a clear margin (`shiftsearch`).
A character is kept when the statistics leave no other choice, else it becomes U+FFFD; a repair in which that happens
often is doubtful as a whole: good enough to be found by, not to be quoted.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.ingest.charmodel import SPACE, char_model
from rag.ingest.edits import REPLACEMENT, Edit
from rag.ingest.gbkbytes import gbk_bytes, pair_table
from rag.ingest.pagemodel import PageModel
from rag.ingest.shiftsearch import (
    VANISHED,
    VANISHED_AFTER,
    Hypothesis,
    Node,
    Search,
    before_vanishing,
    characters_of,
)
from rag.ingest.suspicion import is_telling
from rag.ingest.wordbits import word_bits
from rag.text.sentences import CLOSERS, STOPS

_MARGIN = 6.0  # bits by which the repair must beat the text as it stands
_NATURAL = 13.0  # bits per restored character above which it is no repair
_PROMISING = 11.0  # bits per character that a few shifted characters must come down to before a search is made
_PROMISING_ALONE = 8.5  # the same for one behind a half-width mark
_CERTAIN = 0.93  # share of probability that a restored character needs
_TWO_FOR_ONE = 9.0  # bits more that two characters may cost than one before they are ruled out
_WORDS = 0.5  # weight of words beside pairs of characters when readings are ranked
_TEMPER = 0.4  # exponent on the probability of readings of another length, which pair statistics judge too harshly
_BEFORE, _LONGEST = 4, 1000  # characters looked at before a suspicious run, and at most from its start on
_BUDGET = 400_000  # hypotheses looked at in one text, some seconds' worth; ten lost bytes on a page take a quarter
_NOISE = 4  # times as dear is a search that was given up: more of the kind is to be expected
_HALF = re.compile(f"{REPLACEMENT}[@-~]")
_FEW_LOST, _SHORT = 2, 10  # a repair with more lost characters, or a longer one with any, is doubtful as a whole
_PARTING = frozenset("，。；")  # each ends a clause: which it was may stay open where nothing else may have stood
_WEAK = 11.5  # bits of a restored character that make a longer repair doubtful: something may be missing before it
_Place = tuple[int, int]  # where a character was read from, and its rank among those read there

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


def shift_edits(text: str, runs: list[tuple[int, int]], *, traditional: bool) -> list[Edit]:
    """Repairs of suspicious runs of a text; those that no shift explains are left out."""
    model = PageModel(text, runs)
    edits: list[Edit] = []
    done, left = 0, _BUDGET
    for start, end in runs:
        if left <= 0:
            break
        if start < done or not may_be_shifted(text, start, end):
            continue
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        line_end = len(text) if line_end < 0 else line_end
        low = max(line_start, done, start - _BEFORE)
        high = min(line_end, start + _LONGEST)
        found, reached, looked_at = _repair(text, model, low, high, end, left, traditional=traditional)
        edits += found
        left -= looked_at
        done = reached if found else done
    return edits


def _repair(
    text: str, page: PageModel, low: int, high: int, suspicious_end: int, most: int, *, traditional: bool
) -> tuple[list[Edit], int, int]:
    """The edits of one suspicious run, the end of what was looked at, and how many hypotheses that took, of `most`."""
    model = char_model()
    last = int(model.classes[min(ord(text[low - 1]), 0xFFFF)]) if low else SPACE
    search = Search(text[low:high], page, traditional=traditional, most=most)
    ended, base, reached = search.run(suspicious_end - 1 - low, last)
    if not ended:
        return [], low + reached, _NOISE * search.looked_at
    if ended[0].cost + _MARGIN > base or ended[0].node is None:
        return [], low + reached, search.looked_at
    edits = [
        edit
        for edit in _restored(_with_words(ended), page, low, low + reached, traditional=traditional)
        if model.bits(edit.after.replace(REPLACEMENT, ""), traditional=traditional) <= _NATURAL * len(edit.after)
    ]
    return edits, low + reached, search.looked_at


def _with_words(ended: list[Hypothesis]) -> list[Hypothesis]:
    """The readings ranked by their words as well."""
    weighed = [h._replace(cost=h.cost + _WORDS * word_bits("".join(n.char for n in _in_order(h.node)))) for h in ended]
    return sorted(weighed, key=lambda h: h.cost)


def may_be_shifted(text: str, start: int, end: int) -> bool:
    """True when reading the run one byte on gives natural Chinese somewhere; cheap, and seldom wrong on clean text."""
    if is_telling(text, start, end):
        return True
    run = text[start : end + 1]
    rest = run.replace(REPLACEMENT, "")
    if rest != run and (_HALF.search(run) or char_model().bits(rest) > _NATURAL * len(rest)):
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
    """True when characters in a row are natural, read from the other byte on: three, or one or two behind a mark."""
    codes = [int(pair_table().codes[data[at], data[at + 1]]) for at in range(1 - marked, len(data) - 1, 2)]
    bits = char_model().surprise("".join(chr(code or 0xFFFD) for code in codes))
    if marked and len(bits) and bits[0] < _PROMISING_ALONE:
        return True
    window = 3 - marked
    if len(bits) < window:
        return False
    return float(np.convolve(bits, np.ones(window), mode="valid").min()) < window * _PROMISING


@dataclass(slots=True)
class _Part:
    """What is restored of one sentence: `[start, end)` becomes `after`. `weak`: a character is unlikely where it is."""

    start: int
    end: int
    after: str = ""
    weak: bool = False

    @property
    def is_sound(self) -> bool:
        return not self.weak and REPLACEMENT not in self.after


def _restored(ended: list[Hypothesis], page: PageModel, low: int, reached: int, *, traditional: bool) -> list[Edit]:
    """The winning reading as edits; characters without certainty become U+FFFD."""
    emitted = [_by_place(h.node) for h in ended]
    weights = [_weight(ended[0], emitted[0], h, other) for h, other in zip(ended, emitted, strict=True)]
    nodes = _in_order(ended[0].node)
    counts = Counter(node.at for node in nodes)
    edits: list[Edit] = []
    run = [_Part(low, reached)]
    rank = 0
    for index, node in enumerate(nodes):
        rank = rank + 1 if index and nodes[index - 1].at == node.at else 0
        if node.copied:
            run[-1].end = low + node.at
            edits += _edits(run)
            run = [_Part(low + node.at + 1, reached)]
            continue
        part = run[-1]
        part.weak |= page.step(_class_at(nodes, index - 1, page), ord(node.char), traditional=traditional) > _WEAK
        same = (w for w, other in zip(weights, emitted, strict=True) if _is_same(other.get((node.at, rank)), node.char))
        sure = math.fsum(same) >= _CERTAIN * math.fsum(weights)
        sure = sure and not _may_be_two(nodes, index, page, traditional=traditional)
        part.after += node.char if sure else REPLACEMENT
        if counts[node.at] == rank + 1 and not _count_is_sure(emitted, weights, node.at, rank + 1):
            part.after += REPLACEMENT
        if _ends_sentence(part.after, node, nodes[index + 1 : index + 2]):
            part.end = low + node.at + 1
            run.append(_Part(part.end, reached))
    return edits + _edits(run)


def _is_same(read: str | None, char: str) -> bool:
    """True when another reading says the same in a place; the marks that end a clause count as one."""
    return read == char or (read is not None and {read, char} <= _PARTING)


def _ends_sentence(restored: str, node: Node, behind: list[Node]) -> bool:
    """True behind a full stop and what closes a quotation with it: the next sentence is doubted for itself."""
    ended = restored.rstrip(CLOSERS)
    goes_on = behind and not behind[0].copied and behind[0].at > node.at and behind[0].char not in CLOSERS + STOPS
    return bool(goes_on and ended and ended[-1] in STOPS)


def _class_at(nodes: list[Node], index: int, page: PageModel) -> int:
    return int(page.classes[min(ord(nodes[index].char), 0xFFFF)]) if index >= 0 else SPACE


def _edits(run: list[_Part]) -> list[Edit]:
    """A stretch that was restored, sentence by sentence.

    A character more or less may have gone unnoticed in a long one: sentences in it that show it are doubtful.
    """
    after = "".join(part.after for part in run)
    lost = after.count(REPLACEMENT)
    doubtful = lost > _FEW_LOST or (len(after) > _SHORT and not all(part.is_sound for part in run))
    return [
        Edit(
            kind="gbk-shift",
            start=part.start,
            end=part.end,
            after=part.after,
            doubtful=doubtful and not part.is_sound,
        )
        for part in run
        if part.after
    ]


def _may_be_two(nodes: list[Node], index: int, page: PageModel, *, traditional: bool) -> bool:
    """True when two characters with a vanished pair between them would stand about as well in the place of one."""
    char, raw = nodes[index].char, gbk_bytes(nodes[index].char)
    if len(raw) != 2:
        return False
    before = _class_at(nodes, index - 1, page)
    behind = ord(nodes[index + 1].char) if index + 1 < len(nodes) else 0x0A

    def onward(codes: IntArray) -> FloatArray:
        return page.steps_to(codes, behind)

    one = page.step(before, ord(char), traditional=traditional) + float(onward(np.array([ord(char)]))[0])
    firsts, trails = before_vanishing(raw[0])
    for first, trail, bits in zip(firsts, trails, page.steps(before, firsts, traditional=traditional), strict=True):
        seconds = characters_of(VANISHED_AFTER + int(trail), raw[1])
        if bits < one + _TWO_FOR_ONE and len(seconds):
            two = page.steps(int(page.classes[first]), seconds, traditional=traditional) + onward(seconds)
            if bits + VANISHED + float(two.min()) < one + _TWO_FOR_ONE:
                return True
    return False


def _count_is_sure(emitted: list[dict[_Place, str]], weights: list[float], at: int, count: int) -> bool:
    """True when hardly any reading has more characters at a place than the winning one has."""
    more = (weight for weight, other in zip(weights, emitted, strict=True) if (at, count) in other)
    return math.fsum(more) <= (1 - _CERTAIN) * math.fsum(weights)


def _weight(best: Hypothesis, chars: Mapping[_Place, str], other: Hypothesis, others: Mapping[_Place, str]) -> float:
    """Probability of a reading against the best one. A longer one is given more, since each character costs."""
    temper = 1.0 if len(others) == len(chars) else _TEMPER
    return float(2.0 ** (temper * (best.cost - other.cost)))


def _in_order(node: Node | None) -> list[Node]:
    out = []
    while node:
        out.append(node)
        node = node.back
    return out[::-1]


def _by_place(node: Node | None) -> dict[_Place, str]:
    """The characters of a reading by the place they were read from and their rank there."""
    out: dict[_Place, str] = {}
    places: dict[int, int] = {}
    for each in _in_order(node):
        rank = places[each.at] = places.get(each.at, -1) + 1
        out[each.at, rank] = each.char
    return out
