"""Lines that end where the paper's or the window's line ended, not where a paragraph does, put together again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import rjieba

from rag.ingest.copies import Piece
from rag.ingest.features import Feature
from rag.text.frequency import background

_SHORTEST = 18  # characters of a line that may have been full
_CLOSED = "。！？!?…；;：:.」』”’）】》〉)]}\"'|"  # marks at the end of a line that is whole
_GOES_ON = re.compile(r"[，,、（(“《「]$")
_BEHIND = re.compile(r"[，。、；：,;:)）”》」%％]")
_FIGURE = re.compile(r"\d[.．]?$")
_FIGURE_ON = re.compile(r"[\d０-９%％‰]")
_AROUND = 4  # characters on each side in which a word may have been cut
_EVEN = 2  # characters by which full lines differ, where there are enough of them
_MANY = 3  # lines that are enough


def rejoined(pieces: Sequence[Piece], rows: Sequence[Feature]) -> tuple[Piece, ...]:
    """The pieces, those that go on in the middle of the sentence before them `joins` to it.

    A line of prose without an end is taken for broken when a mark, a figure or a word goes on behind it, or when all
    such lines of the page are equally long, as the lines of a scan or a mail are.
    """
    broken = [
        (one, other) for one, other in pairwise(pieces) if _may_go_on(one, rows[one.line], other, rows[other.line])
    ]
    even = _are_even([len(rows[one.line].text) for one, _ in broken])
    joined = {
        other.line: other for one, other in broken if even or _goes_on(rows[one.line].text, rows[other.line].text)
    }
    return tuple(replace(piece, joins=True) if joined.get(piece.line) == piece else piece for piece in pieces)


def _may_go_on(one: Piece, row: Feature, other: Piece, below: Feature) -> bool:
    """Prose without an end, and right below it a line that is no heading, item or row."""
    if other.line != one.line + 1 or other.joins or row.line.heading or below.line.heading:
        return False
    if below.is_listed or " | " in row.text or len(row.text) < _SHORTEST or row.stops + row.pauses == 0:
        return False
    return row.text[-1] not in _CLOSED or _FIGURE.search(row.text) is not None


def _goes_on(text: str, below: str) -> bool:
    if _FIGURE.search(text):
        return _FIGURE_ON.match(below) is not None
    if _GOES_ON.search(text) or _BEHIND.match(below):
        return True
    return _cuts_a_word(text[-_AROUND:], below[:_AROUND])


def _cuts_a_word(before: str, behind: str) -> bool:
    """Whether a word of the dictionary stands across the break."""
    at = 0
    for word in rjieba.cut(before + behind, hmm=False):
        if at < len(before) < at + len(word):
            return word in background().counts
        at += len(word)
    return False


def _are_even(sizes: Sequence[int]) -> bool:
    """Whether all lines have the same length or a multiple of it, as where only some of the ends were kept."""
    if len(sizes) <= 1:
        return False
    width = min(sizes)
    apart = [min(size % width, width - size % width) for size in sizes]
    return max(apart) <= (_EVEN if len(sizes) >= _MANY else 0)
