"""Names in pinyin without tones (`Chengzhou`, `Xi'an`) -> the Chinese that can be read so, in given texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import rjieba

from rag.text.readings import characters_spelled

_VOWEL = re.compile(r"[aeiouüv]")  # `ng` and `hm` are no part of a name
_LONGEST = 5  # syllables of a name
_KINDS_OF_PLACE = frozenset("省市县区镇乡村州旗盟岛")  # stand behind a name in one word with it


@cache
def spelled(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways in which `word` can be cut into syllables of pinyin; an apostrophe cuts. Empty when there is none."""
    ways: tuple[tuple[str, ...], ...] = ((),)
    for part in re.split(r"['’\- ]", word.lower()):
        if part:
            ways = tuple(before + rest for before in ways for rest in _cut(part))
    return tuple(way for way in ways if 0 < len(way) <= _LONGEST)


def _cut(part: str) -> list[tuple[str, ...]]:
    if not part:
        return [()]
    found = []
    for end in range(1, min(6, len(part)) + 1):
        if _VOWEL.search(syllable := part[:end]) and characters_spelled(syllable):
            found += [(syllable, *rest) for rest in _cut(part[end:])]
    return found


@cache
def _pattern(syllables: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("".join(f"[{characters_spelled(syllable)}]" for syllable in syllables))


def can_be_read(word: str, text: str) -> bool:
    """Whether some stretch of `text` can be read as the name `word`."""
    return any(_pattern(way).search(text) for way in spelled(word))


def stretches(word: str, keys: Iterable[str]) -> tuple[str, ...]:
    """The stretches of the folded texts that can be read as `word` and cut no Chinese word, the most frequent first."""
    found: Counter[str] = Counter()
    for key in keys:
        for way in spelled(word):
            for match in _pattern(way).finditer(key):
                if stands_alone(key, match.start(), match.end()):
                    found[match[0]] += 1
    return tuple(stretch for stretch, _ in found.most_common())


def stands_alone(key: str, start: int, end: int) -> bool:
    """No known word of the text reaches over an edge of `[start, end)`."""
    at = max(0, start - 12)
    for word in rjieba.cut(key[at : end + 12]):
        after = at + len(word)
        over = at < start < after or (at < end < after and key[end:after] not in _KINDS_OF_PLACE)
        if over and rjieba.has_word(word):
            return False
        at = after
    return True


def joined(words: Sequence[str]) -> str:
    """Words of a name as one that `spelled` can cut."""
    return "'".join(words)
