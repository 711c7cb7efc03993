"""Where a text does not look like Chinese: a cheap screen before the expensive searches of `byteshift` and `mojibake`.

Three signs count: four characters in a row that are together far more surprising than text is; a half-width mark
between Chinese characters (what a damaged full-width mark leaves) followed by a surprising one; and a full-width letter
or digit that is surprising together with what follows (`Ｋ婧` is `。随后` without its first byte).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from rag.ingest.charmodel import char_model, code_points
from rag.ingest.gbkbytes import gbk_bytes, pair_table
from rag.ingest.wideforms import FEWER, WIDE_FORMS, written

_WINDOW: Final = 4
_WINDOW_BITS: Final = 15.5 * _WINDOW  # exceeded by less than one window in 1,500 of clean news
_NEUTRAL: Final = 8.0  # bits for what the statistics cannot judge: ASCII, kana, Hangul, accented letters
_AFTER_MARK: Final = 14.5  # bits of a character that make the half-width mark before it suspicious
_AFTER_FOLDED: Final = 10.0  # the same behind `!`, if a sign that is common in text stands there read one byte off
_FORM_BITS: Final = 24.0  # bits of a full-width letter or digit and the character behind it
_NOT_CHINESE: Final = 17.5 * _WINDOW  # bits of a window; one in 25 clean news articles has one
_UNCLOSED = re.compile(r"“[^“”\n]*(?=“|\n|$)")
_STRAY_MARK = re.compile(r"(?<=[,，、;；])\?|(?<=[\u4e00-\u9fff])[?!](?=[,，、;；])")
_REACH: Final = 10  # runs this close are one
_TONED: Final = code_points("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü")
_NO: Final = ord("の")  # written for 的 on signs and in names
_EXCLAIMED = re.compile(r"(?<=[^\x00-\x7f])!([^\x00-\x7f])")
_FOLDED_LEAD: Final = 0xA1  # byte that `!` was with its high bit, the first of the character behind
_COMMON_SIGNS: Final = frozenset("、。“”‘’《》【】…—·")

Flags = npt.NDArray[np.bool_]


def judged_surprise(text: str) -> npt.NDArray[np.float64]:
    """Bits of each character, a neutral value where the statistics do not apply; shape (len(text),)."""
    return np.where(_judgeable(code_points(text)), char_model().surprise(text), _NEUTRAL)


def suspicious_runs(text: str) -> list[tuple[int, int]]:
    """Spans, in order, none across a line break, that may hold wrongly decoded bytes."""
    if len(text) < 2 or text.isascii():
        return []
    codes = code_points(text)
    bits = np.where(_judgeable(codes), char_model().surprise(text), _NEUTRAL)
    flags = _surprising_windows(bits) | _broken_marks(codes, bits) | (codes == 0xFFFD)
    flags[_lone_forms(codes, bits)] = True
    flags[[at for at in _folded_marks(text) if bits[at + 1 : at + 3].max() > _AFTER_FOLDED]] = True
    return _join(text, np.flatnonzero(flags))


def is_telling(text: str, start: int, end: int) -> bool:
    """True where a run is hardly anything but damage: a folded mark, a lone wide letter, or no Chinese at all."""
    first = max(0, start - 1)
    part = text[first : end + 2]
    bits = judged_surprise(part)
    signs = (*_lone_forms(code_points(part), bits), *_folded_marks(part))
    return any(start <= first + at < end for at in signs) or _highest(bits[: end - first]) > _NOT_CHINESE


def leftovers(text: str, *, shifted: bool) -> list[tuple[int, int]]:
    """What can only be the trace of a shift that could not be mended, each with what follows, in order.

    A lone full-width letter or digit on a page that writes others half-width; a `!` in an open quotation where bytes
    of its closing mark stand. On a page that was `shifted` elsewhere, any such letter, and a `?` or `!` beside a comma.
    """
    found = {at for quotation in _UNCLOSED.finditer(text) for at in _folded_marks(text, *quotation.span(), signs="”")}
    wide, narrow = written(text)
    if 0 < FEWER * wide < narrow:
        least = 0.0 if shifted else _FORM_BITS
        found.update(_lone_forms(code_points(text), judged_surprise(text), least=least))
    if shifted:
        found.update(mark.start() for mark in _STRAY_MARK.finditer(text))
    return [(at, at + 2) for at in sorted(found)]


def broken_runs(text: str, *, mean_bits: float = 19.0, least: int = 8) -> list[tuple[int, int]]:
    """Spans of at least `least` characters that are garbled or very rare text, in order."""
    bits = judged_surprise(text)
    if len(bits) < least:
        return []
    sums = np.convolve(bits, np.ones(least), mode="valid")
    runs: list[tuple[int, int]] = []
    for at in np.flatnonzero(sums > mean_bits * least):
        start, end = int(at), int(at) + least
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [run for run in runs if "\n" not in text[run[0] : run[1]]]


def _judgeable(codes: npt.NDArray[np.intp]) -> Flags:
    """True for Chinese characters, full-width signs and other signs of GBK that are not letters of living scripts.

    A letter of those counts where it stands alone behind a sign that is none: a vowel with a tone, or a kana but の.
    """
    kana = (codes >= 0x3040) & (codes <= 0x30FF)
    hangul = (codes >= 0xAC00) & (codes <= 0xD7A3)
    letters = (codes < 0x2010) | ((codes >= 0x2100) & (codes <= 0x2BFF)) | ((codes >= 0xD800) & (codes <= 0xF8FF))
    other = (codes >= 0xFE00) & (codes <= 0xFE2F)
    foreign = kana | hangul | letters | other
    written = foreign & (codes > 0x40)
    beside = np.concatenate((written[1:], [False])) | np.concatenate(([False], written[:-1]))
    lone = (np.isin(codes, _TONED) | (kana & (codes != _NO))) & ~beside
    return np.asarray(~foreign | lone)


def _surprising_windows(bits: npt.NDArray[np.float64]) -> Flags:
    flags = np.zeros(len(bits), dtype=bool)
    if len(bits) < _WINDOW:
        return flags
    total = np.cumsum(np.concatenate(([0.0], bits)))
    high = np.flatnonzero(total[_WINDOW:] - total[:-_WINDOW] > _WINDOW_BITS)
    for offset in range(_WINDOW):
        flags[high + offset] = True
    return flags


def _highest(bits: npt.NDArray[np.float64]) -> float:
    """The bits of the most surprising window."""
    return float(np.convolve(bits, np.ones(_WINDOW), mode="valid").max()) if len(bits) >= _WINDOW else 0.0


def _is_ascii_mark(codes: npt.NDArray[np.intp]) -> Flags:
    """True for `!` to `?` but the digits."""
    return (codes > 0x20) & (codes < 0x40) & ~((codes >= 0x30) & (codes <= 0x39))


def _broken_marks(codes: npt.NDArray[np.intp], bits: npt.NDArray[np.float64]) -> Flags:
    """Half-width marks with a Chinese character before and a surprising one behind."""
    flags = np.zeros(len(codes), dtype=bool)
    before = np.concatenate(([True], codes[:-1] >= 0x2010))
    line_start = np.concatenate(([True], codes[:-1] == 0x0A))
    behind = np.concatenate((bits[1:] > _AFTER_MARK, [False]))
    flags[_is_ascii_mark(codes) & (before | line_start) & behind] = True
    return flags


def _folded_marks(
    text: str, start: int = 0, end: int | None = None, *, signs: Container[str] = _COMMON_SIGNS
) -> Iterator[int]:
    """Where a `!` may be the bytes A3 A1 across two characters: A1 and the next byte make one of `signs`."""
    for found in _EXCLAIMED.finditer(text, start, len(text) if end is None else end):
        lead = gbk_bytes(found[1])
        if len(lead) == 2 and chr(pair_table().codes[_FOLDED_LEAD, lead[0]]) in signs:
            yield found.start()


def _lone_forms(codes: npt.NDArray[np.intp], bits: npt.NDArray[np.float64], *, least: float = _FORM_BITS) -> list[int]:
    """Where a full-width letter or digit stands behind Chinese, alone, of more than `least` bits with what follows."""
    form = np.isin(codes, WIDE_FORMS)
    chinese = (codes >= 0x2010) & ~form
    mark = _is_ascii_mark(codes)
    here = np.flatnonzero(chinese[:-2] & form[1:-1] & (chinese | mark)[2:]) + 1
    return [at for at in here.tolist() if bits[at : at + 2].sum() > least]


def _join(text: str, positions: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at in positions.tolist():
        if runs and at - runs[-1][1] < _REACH and "\n" not in text[runs[-1][0] : at]:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs
