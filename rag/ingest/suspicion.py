"""Where a text does not look like Chinese: a cheap screen before the expensive searches of `byteshift` and `mojibake`.

Two signs count: four characters in a row that are together far more surprising than text is, and a half-width mark
between Chinese characters (what a damaged full-width mark leaves) followed by a surprising one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rag.ingest.charmodel import char_model, code_points

_WINDOW: Final = 4
_WINDOW_BITS: Final = 15.5 * _WINDOW  # exceeded by less than one window in 1,500 of clean news
_NEUTRAL: Final = 8.0  # bits for what the statistics cannot judge: ASCII, kana, Hangul, accented letters
_AFTER_MARK: Final = 14.5  # bits of a character that make the half-width mark before it suspicious
_REACH: Final = 10  # runs this close are one

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
    return _join(text, np.flatnonzero(flags))


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
    """True for Chinese characters, full-width signs and other signs of GBK that are not letters of living scripts."""
    kana_or_hangul = ((codes >= 0x3040) & (codes <= 0x30FF)) | ((codes >= 0xAC00) & (codes <= 0xD7A3))
    letters = (codes < 0x2010) | ((codes >= 0x2100) & (codes <= 0x2BFF)) | ((codes >= 0xD800) & (codes <= 0xF8FF))
    other = (codes >= 0xFE00) & (codes <= 0xFE2F)
    return np.asarray(~(kana_or_hangul | letters | other))


def _surprising_windows(bits: npt.NDArray[np.float64]) -> Flags:
    flags = np.zeros(len(bits), dtype=bool)
    if len(bits) < _WINDOW:
        return flags
    total = np.cumsum(np.concatenate(([0.0], bits)))
    high = np.flatnonzero(total[_WINDOW:] - total[:-_WINDOW] > _WINDOW_BITS)
    for offset in range(_WINDOW):
        flags[high + offset] = True
    return flags


def _broken_marks(codes: npt.NDArray[np.intp], bits: npt.NDArray[np.float64]) -> Flags:
    """Half-width marks with a Chinese character before and a surprising one behind."""
    flags = np.zeros(len(codes), dtype=bool)
    mark = (codes > 0x20) & (codes < 0x40) & ~((codes >= 0x30) & (codes <= 0x39))
    before = np.concatenate(([True], codes[:-1] >= 0x2010))
    line_start = np.concatenate(([True], codes[:-1] == 0x0A))
    behind = np.concatenate((bits[1:] > _AFTER_MARK, [False]))
    flags[mark & (before | line_start) & behind] = True
    return flags


def _join(text: str, positions: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at in positions.tolist():
        if runs and at - runs[-1][1] < _REACH and "\n" not in text[runs[-1][0] : at]:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs
