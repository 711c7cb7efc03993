"""Words of a question that were typed by their sound (`澄洲` for `澄州`), taken for what the passages write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import rjieba

from rag.text.readings import sounds_like
from rag.text.script import fold
from rag.text.words import carries_meaning

_SHORTEST, _LONGEST = 2, 6  # characters of what is respelled
_OWN_WORDS = frozenset(
    "是有在为约由被把和与的了吗呢"
)  # mostly words by themselves, which the cutter may join to others
_KEPT = 0.5  # share of the characters that must stay: a whole other word of the same sound is no slip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Adjoining words of the question, `[start, end)` in it."""

    start: int
    end: int
    words: tuple[str, ...]


def respell(text: str, passages: Sequence[str], is_known: Callable[[str], bool]) -> tuple[str, Mapping[str, str]]:
    """`text` with its misspelt words as `passages` write them, and which were changed into which.

    A stretch of words is misspelt where it stands in no passage and is no word, one of its words is not `is_known` (by
    the collection) or, in a longer one, a single character, and the passages hold, as whole words, other characters of
    the same sound, tones aside, that share half of its characters or more, words like `下` not counted. Of several such
    the most frequent is taken.
    """
    key = fold(text)
    found = dict(_misspelt(key, [fold(passage) for passage in passages], is_known))
    for was, now in found.items():
        at = key.find(was)
        text, key = text[:at] + now + text[at + len(was) :], key[:at] + now + key[at + len(was) :]
    return text, found


def _misspelt(key: str, passages: Sequence[str], is_known: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Pairs of what was typed and what is meant, longest stretches first, none overlapping another."""
    pool = "\n".join(passages)
    taken: set[int] = set()
    for stretch in sorted(_stretches(key), key=lambda s: (s.start - s.end, s.start)):
        typed = key[stretch.start : stretch.end]
        if typed in pool or rjieba.has_word(typed) or taken.intersection(range(stretch.start, stretch.end)):
            continue
        odd = len(typed) > _SHORTEST and len(stretch.words) > 1 and any(len(word) == 1 for word in stretch.words)
        if not odd and all(map(is_known, stretch.words)):
            continue
        if meant := _meant(typed, passages):
            taken.update(range(stretch.start, stretch.end))
            yield _changed(stretch.words, meant)


def _changed(words: Sequence[str], meant: str) -> tuple[str, str]:
    """What was typed as `words` and what is meant, without the words at the ends that stay as they are."""
    words = list(words)
    while len("".join(words[1:])) >= _SHORTEST and meant.startswith(words[0]):
        meant = meant[len(words.pop(0)) :]
    while len("".join(words[:-1])) >= _SHORTEST and meant.endswith(words[-1]):
        meant = meant[: -len(words.pop())]
    return "".join(words), meant


def _stretches(key: str) -> Iterator[_Stretch]:
    """Runs of one to three adjoining words that carry meaning, of a length in characters that can be respelled."""
    runs: list[list[_Stretch]] = [[]]
    at = 0
    for word in rjieba.cut(key):
        if carries_meaning(word) and all("\u4e00" <= char <= "\u9fff" for char in word):
            runs[-1].append(_Stretch(start=at, end=at + len(word), words=(word,)))
        else:
            runs.append([])
        at += len(word)
    for run in runs:
        for first in range(len(run)):
            for last in range(first, min(first + 3, len(run))):
                words = tuple(part.words[0] for part in run[first : last + 1])
                if _SHORTEST <= sum(map(len, words)) <= _LONGEST:
                    yield _Stretch(start=run[first].start, end=run[last].end, words=words)


def _meant(typed: str, passages: Sequence[str]) -> str | None:
    """What the passages write most often for the sound of `typed`, as whole words; None where they do not."""
    pattern = re.compile("".join(f"[{''.join(sorted(sounds_like(char)))}]" for char in typed))
    found: Counter[str] = Counter()
    for passage in passages:
        for match in pattern.finditer(passage):
            pairs = list(zip(typed, match.group(), strict=True))
            shared = sum(a == b and carries_meaning(a) for a, b in pairs)
            if any(a != b and a in _OWN_WORDS for a, b in pairs):
                continue
            if shared >= _KEPT * len(typed) and _is_whole(passage, match.start(), match.end()):
                found[match.group()] += 1
    return min(found, key=lambda word: (-found[word], word)) if found else None


def _is_whole(passage: str, start: int, end: int) -> bool:
    """True when `[start, end)` begins and ends where words do."""
    low, high = max(0, start - 20), end + 20
    borders = _borders(passage[low:high])
    return start - low in borders and end - low in borders


@lru_cache(maxsize=256)
def _borders(text: str) -> frozenset[int]:
    ends = [0]
    for word in rjieba.cut(text):
        ends.append(ends[-1] + len(word))
    return frozenset(ends)
