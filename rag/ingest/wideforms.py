"""Full-width letters and digits: which they are, and how often a page writes them beside half-width ones."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

WIDE_FORMS: Final = np.array([*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)], dtype=np.intp)
FEWER: Final = 4  # full-width signs of a kind are foreign to a page with so many times as many half-width ones
_WIDE, _ASCII = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+"), re.compile(r"[0-9A-Za-z]+")


def written(text: str) -> tuple[int, int]:
    """How many numbers and words of a text are full-width, and how many half-width."""
    return len(_WIDE.findall(text)), len(_ASCII.findall(text))
