"""Lines that end where the paper's or the window's line ended, not where a paragraph does, put together again."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import rjieba

from rag.ingest.charmodel import SPACE, char_model
from rag.ingest.copies import Piece
from rag.ingest.features import Feature
from rag.text.frequency import background

_SHORTEST = 18  # characters of a line that may have been full
_CLOSED = "。！？!?…；;：:.」』”’）】》〉)]}\"'|"  # marks at the end of a line that is whole
_GOES_ON = re.compile(r"[，,、（(“《「]$")
_BEHIND = re.compile(r"[，。、；：,;:)）”》」%％]")
_FIGURE = re.compile(r"(?<![\d.．\-－:：/])\d{1,4}[.．]?$")  # longer ones are telephone numbers and the like
_FIGURE_ON = re.compile(r"\d{1,4}(?:[.．]\d+)?(?:[%％‰]|(?![年月日号时点])[\u4e00-\u9fff])|[%％‰]")
_ENGLISH, _ENGLISH_ON = re.compile(r"[A-Za-z,]$"), re.compile(r"[A-Za-z]")  # these need a blank, which is not there
_AROUND = 4  # characters on each side in which a word may have been cut
_RUNS_ON = 11.0  # bits of `runs_on` that make a break; one in three breaks has less, one in 50 ends has more
_WHERE_BROKEN = 6.0  # the same where many lines are broken, and hardly any line ends otherwise
_BEGINS = re.compile(r"[^，。,]{1,8}[：:]|[问問答]|[（(]?[一二三四五六七八九十\d]+[）)、.．]|同[时時]|此外|另外|[据據]")
_CREDIT = re.compile(r"(?:[摄攝图圖电電讯訊]|通[讯訊]员|編輯|编辑)$")
_EVEN = 2  # characters by which full lines differ
_MANY = 3  # lines that make a column
_PLAIN = 1 / 3  # part of the lines that breaks off plainly in the middle of a sentence where many are broken


@dataclass(frozen=True, slots=True)
class _Break:
    """A line without an end and the line below it. `of_one_block`: no markup says that they stand apart."""

    below: Piece
    text: str
    rest: str
    of_one_block: bool

    @property
    def is_plain(self) -> bool:
        """A mark or a figure goes on behind the break, or within a block a word does."""
        if _ENGLISH.search(self.text) and _ENGLISH_ON.match(self.rest):
            return False
        figure = _FIGURE.search(self.text)
        if figure or self.text[-1].isdigit():
            return bool(figure and _FIGURE_ON.match(self.rest))
        if _GOES_ON.search(self.text) or _BEHIND.match(self.rest):
            return True
        return self.of_one_block and _cuts_a_word(self.text[-_AROUND:], self.rest[:_AROUND])

    @property
    def runs_on(self) -> float:
        """Bits by which the character below goes on from the one above, against a sentence's end and a new line.

        Minus infinity where the lines have another reason to stand apart.
        """
        if not self.of_one_block or _BEGINS.match(self.rest) or _CREDIT.search(self.text):
            return -math.inf
        model = char_model()
        code = ord(self.rest[0])
        above = int(model.classes[min(ord(self.text[-1]), 0xFFFF)])
        # What the character costs by itself is in both, and with it the script.
        gained = model.step(SPACE, code, traditional=False) - model.step(above, code, traditional=False)
        return gained + model.step(above, ord("。"), traditional=False)


def rejoined(pieces: Sequence[Piece], rows: Sequence[Feature], lines: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces, those that go on in the middle of the sentence before them `joins` to it.

    A line of prose without an end is taken for broken when a mark, a figure, a word or a usual pair of characters goes
    on behind it; where many lines are plainly broken a less usual pair will do. In a column, where all such lines are
    equally long as well, it is broken in any case.
    """
    broken = [
        _Break(
            below=other,
            text=lines[one.line][one.start : one.end],
            rest=lines[other.line][other.start : other.end],
            of_one_block=rows[one.line].line.box == rows[other.line].line.box and not rows[one.line].is_bold,
        )
        for one, other in pairwise(pieces)
        if _may_go_on(one, rows[one.line], other, rows[other.line])
    ]
    plain = {at for at, each in enumerate(broken) if each.is_plain}
    many = bool(plain) and len(plain) >= _PLAIN * len(broken)
    column = many and _is_column([len(each.text) for each in broken])
    least = _WHERE_BROKEN if many else _RUNS_ON
    joined = {
        each.below
        for at, each in enumerate(broken)
        if at in plain or each.runs_on > least or (column and each.of_one_block)
    }
    return tuple(replace(piece, joins=True) if piece in joined else piece for piece in pieces)


def _may_go_on(one: Piece, row: Feature, other: Piece, below: Feature) -> bool:
    """Prose without an end, and right below it a line that is no heading, item or row."""
    if other.line != one.line + 1 or other.joins or row.line.heading or below.line.heading:
        return False
    if below.is_listed or " | " in row.text or len(row.text) < _SHORTEST or row.stops + row.pauses == 0:
        return False
    return row.text[-1] not in _CLOSED or _FIGURE.search(row.text) is not None


def _cuts_a_word(before: str, behind: str) -> bool:
    """Whether a word of the dictionary stands across the break."""
    at = 0
    for word in rjieba.cut(before + behind, hmm=False):
        if at < len(before) < at + len(word):
            return word in background().counts
        at += len(word)
    return False


def _is_column(sizes: Sequence[int]) -> bool:
    """Whether all lines have the same length or a multiple of it, as where only some of the ends were kept."""
    if len(sizes) < _MANY:
        return False
    width = min(sizes)
    return all(min(size % width, width - size % width) <= _EVEN for size in sizes)
