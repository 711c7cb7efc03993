"""The parts of a sentence that can stand by themselves, where the rest of it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.text.frequency import background
from rag.text.script import fold

_CLAUSE_END = re.compile(r"[，；;]|,(?!\d)")
_LEAST = 6  # characters that say something, with a mark
_OPEN = r"[“「『《（(][^”」』》）)]*$"
# What is said so may be denied by the part that is missing, as may what stands in an open quotation.
_OPEN_ENDED = re.compile(rf"[网据盛]传|传言|传闻|听说|谣|原定|原本|原计划|[如若假]|除|虽|尽管|不是|并非|不仅|{_OPEN}")
_SAYING = r"[说説称稱]|表示|[认認][为為]|指出|介[绍紹]|透露|[强強][调調]"
# Who says it, and on what terms, stands before what is said: behind these an end is not what the article says.
_GOVERNING = re.compile(
    rf"{_SAYING}|坦言|[报報]道|告[诉訴]|[据據]|否[认認]|怀疑|懷疑|[拟擬]|"
    rf"[计計][划劃]|可能|或[许許将將]|因[为為]|由[于於]|[:：](?!\d)|{_OPEN_ENDED.pattern}"
)
_ANNOUNCING = re.compile(rf"(?:道|{_SAYING})[，,]$")
# What begins so goes with what stands before it.
_LEANING = re.compile(
    r"[而但却卻则則就才也都还還又更并並以其该該此这這]|否[则則]|不然|那[么麼]?|[从從進进]而|因此|所以|甚至|[”」』》）)]"
)
_READ = 3  # characters at the end of a clause that must be read: its mark, and a verb that may say who speaks


def sound_parts(text: str, start: int, end: int, is_sound: Callable[[int, int], bool]) -> list[tuple[int, int]]:
    """The sentence `text[start:end]` where it is sound, else its longest sound beginning and end, clause by clause.

    An end counts only where the last word of each clause before it can be read, and none of them speaks for somebody
    or sets terms.
    """
    if is_sound(start, end):
        return [(start, end)]
    said = text[start:end]
    first = next((start + at for at in _beginnings(said) if is_sound(start, start + at)), start)
    last = next(_ends(text, start, end, is_sound), end)
    return [part for part in ((start, first), (last, end)) if part[0] < part[1]]


def _beginnings(text: str) -> list[int]:
    """Where the beginnings of the sentence `text` end, clause by clause, the longest first, `text` itself left out."""
    ends = [mark.end() for mark in _CLAUSE_END.finditer(text) if _LEAST <= mark.end() < len(text)]
    return [end for end in reversed(ends) if not (_ANNOUNCING.search(text, 0, end) or _OPEN_ENDED.search(text, 0, end))]


def _ends(text: str, start: int, end: int, is_sound: Callable[[int, int], bool]) -> Iterator[int]:
    """Where the sound ends of a sentence begin, the longest first."""
    for mark in _CLAUSE_END.finditer(text, start, end):
        at = mark.end()
        read = is_sound(max(start, at - _READ), at) or _is_word(text[max(start, at - _READ) : mark.start()])
        if end - at < _LEAST or not read or _GOVERNING.search(text, start, at):
            return
        if at - start > _LEAST and not _LEANING.match(text, at) and is_sound(at, end):
            yield at


def _is_word(text: str) -> bool:
    """True for a word that news uses, which damage does not look like."""
    return len(text) > 1 and fold(text) in background().counts
