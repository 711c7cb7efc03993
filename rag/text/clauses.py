"""The beginnings of a sentence that can stand by themselves, where its end cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable

_CLAUSE_END = re.compile(r"[，；;]|,(?!\d)")
_LEAST = 8  # characters that say something
# What is said so may be denied by the part that is missing, as may what stands in an open quotation.
_OPEN_ENDED = re.compile(
    r"[网据盛]传|传言|传闻|听说|谣|原定|原本|原计划|[如若假]|除|虽|尽管|不是|并非|不仅|[“「『《（(][^”」』》）)]*$"
)


def sound_end(text: str, start: int, end: int, is_sound: Callable[[int, int], bool]) -> int | None:
    """`end` where the sentence `text[start:end]` is sound, else the end of its longest sound beginning, else None."""
    if is_sound(start, end):
        return end
    stops = (start + stop for stop in _beginnings(text[start:end]))
    return next((stop for stop in stops if is_sound(start, stop)), None)


def _beginnings(text: str) -> list[int]:
    """Where the beginnings of the sentence `text` end, clause by clause, the longest first, `text` itself left out."""
    ends = [mark.end() for mark in _CLAUSE_END.finditer(text) if _LEAST <= mark.end() < len(text)]
    return [end for end in reversed(ends) if not _OPEN_ENDED.search(text, 0, end)]
