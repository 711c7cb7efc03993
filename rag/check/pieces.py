"""A text as the checker reads it: figures, dates, names, nouns, verbs, negations, each with its clause."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import rjieba

from rag.check.figures import Figure, find_figures
from rag.check.kinds import Kind, cut, kind_of, weight_of
from rag.check.lexicon import is_light, is_scope
from rag.text.dates import DateMention, find_dates
from rag.text.script import fold, to_traditional
from rag.text.sentences import sentences
from rag.text.words import names

_BREAK = re.compile(r"(?<!\d)[,](?!\d)|(?<=\d),(?!\d{3})|(?<!\d),|[;。:!?…\n|]|(?<=\W)-{2,}|——")
_PART = re.compile(r"、|和|及|与|以及")
_MODEL_NUMBER = re.compile(
    r"[a-z]+[-.]?\d[a-z0-9.+-]*|\d+[a-z]{1,}\d*[a-z0-9-]*(?<![kmg]b)(?<!k[mg])(?<!m[mw])|[a-z]{2,}[a-z0-9.+-]*"
)
_UNIT_LETTERS = re.compile(
    r"\d+(?:\.\d+)?\s?(?:km|kg|cm|mm|m|g|mah|gb|tb|mb|kb|ghz|mhz|hz|kwh|kw|nm|w|v|k)(?![a-z0-9])"
)
_NO_DAY = date(1900, 6, 30)  # reads 8月8日 and 去年 where nothing says of which year, far from any year that is told

CONTENT = frozenset({Kind.FIGURE, Kind.DATE, Kind.NAME, Kind.NOUN, Kind.VERB})
NOMINAL = frozenset({Kind.NAME, Kind.NOUN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A word, figure or date at `[start, end)`; `sentence`, `clause` and `part` count up through the text.

    `weight` is in [0, 1]: how much the piece says. `name` is "place", "person" or "body".
    """

    start: int
    end: int
    text: str
    kind: Kind
    sentence: int
    clause: int
    part: int
    weight: float
    name: str = ""
    figure: Figure | None = None
    date: DateMention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A folded text with its pieces in order; `clauses` are `[start, end)` by number."""

    key: str
    pieces: tuple[Piece, ...]
    content: tuple[Piece, ...]
    clauses: tuple[tuple[int, int], ...]

    def inside(self, start: int, end: int) -> Iterator[Piece]:
        """The content pieces that lie in `[start, end)`."""
        return (piece for piece in self.content if start <= piece.start and piece.end <= end)


@lru_cache(maxsize=4096)
def read(text: str, reference: date | None = None, *, plain: bool = True) -> Reading:
    """The pieces of `text`; `reference` is the day from which relative dates count.

    Texts of different scripts are compared with `plain=False`: simplified characters that a converter to traditional
    script writes otherwise (想象, 想像) are then one.
    """
    key = fold(text) if plain else _one_script(text)
    marks = _Marks(key)
    fixed = _fixed(key, reference or _NO_DAY)
    named = _named(key, fixed)
    taken = sorted([*fixed, *named], key=lambda item: item[0])
    pieces: list[Piece] = []
    at = 0
    for start, end, kind, extra in [*taken, (len(key), len(key), Kind.LIGHT, None)]:
        pieces.extend(_words(key, at, start, marks))
        if start < end:
            pieces.append(_piece(key, start, end, kind, marks, extra))
        at = end
    content = tuple(piece for piece in pieces if piece.kind in CONTENT)
    return Reading(key=key, pieces=tuple(pieces), content=content, clauses=marks.clauses)


@lru_cache(maxsize=4096)
def is_traditional(text: str) -> bool:
    """The text holds characters that simplified script writes otherwise."""
    return any(a != b for a, b in zip(text, fold(text), strict=True) if a >= "\u4e00")


def _one_script(text: str) -> str:
    key = fold(text)
    again = fold(to_traditional(key))
    return again if len(again) == len(key) else key


class _Marks:
    """Where sentences, clauses and the parts of enumerations begin."""

    def __init__(self, key: str) -> None:
        self._sentences = [span.start for span in sentences(key)] or [0]
        breaks = {found.end() for found in _BREAK.finditer(key)} | set(self._sentences)
        self._clauses = sorted(breaks | {0})
        self._parts = sorted({*self._clauses, *(found.end() for found in _PART.finditer(key))})
        self.clauses = tuple(zip(self._clauses, [*self._clauses[1:], len(key)], strict=True))

    def at(self, start: int) -> tuple[int, int, int]:
        """Numbers of the sentence, clause and part at `start`."""
        return _index(self._sentences, start), _index(self._clauses, start), _index(self._parts, start)


def _index(starts: list[int], at: int) -> int:
    return max(0, bisect_right(starts, at) - 1)


Taken = tuple[int, int, Kind, object]


def _fixed(key: str, reference: date | None) -> list[Taken]:
    """Dates, model numbers and figures, without overlap, in this order of preference."""
    found: list[Taken] = [
        (d.start, d.end, Kind.DATE, d) for d in find_dates(key, reference=reference) if key[d.start : d.end] != "日"
    ]
    units = [(m.start(), m.end()) for m in _UNIT_LETTERS.finditer(key)]
    for model in _MODEL_NUMBER.finditer(key):
        if not _overlaps(found, model.start(), model.end()) and not any(
            s <= model.start() < e or s < model.end() <= e for s, e in units
        ):
            found.append((model.start(), model.end(), Kind.NOUN, None))
    tokens = _token_tags(key)
    for figure in find_figures(key):
        if not _overlaps(found, figure.start, figure.end) and not _is_part_of_a_word(key, figure, tokens):
            found.append((figure.start, figure.end, Kind.FIGURE, figure))
    return found


def _overlaps(taken: list[Taken], start: int, end: int) -> bool:
    return any(s < end and start < e for s, e, _, _ in taken)


def _token_tags(key: str) -> list[tuple[int, int, str]]:
    out, at = [], 0
    for word, tag in rjieba.tag(key):
        out.append((at, at + len(word), tag))
        at += len(word)
    return out


def _is_part_of_a_word(key: str, figure: Figure, tokens: list[tuple[int, int, str]]) -> bool:
    """`三星`, `一直`, `统一`: the numeral is part of a word that is no numeral."""
    if key[figure.start : figure.start + 1].isdigit() or figure.ordinal:
        return False
    holding = next(((s, e, tag) for s, e, tag in tokens if s <= figure.start < e), None)
    if (
        holding is None
        or figure.end > holding[1]
        or holding[2][0] in "mqt"
        or (holding[0] < figure.start and key[holding[0]] in "约近超逾达")
    ):
        return False
    return holding[1] - holding[0] > 1 and not (holding[2][0] in "nl" and figure.unit and figure.end >= holding[1])


def _named(key: str, fixed: list[Taken]) -> list[Taken]:
    found: list[Taken] = []
    for name in sorted(names(key), key=lambda name: -len(name.word)):
        if is_light(name.word) or is_scope(name.word):
            continue
        at = key.find(name.word)
        while at >= 0:
            end = at + len(name.word) - _surplus(name.word, name.kind)
            if not _overlaps(fixed, at, end) and not _overlaps(found, at, end):
                found.append((at, end, Kind.NAME, name.kind))
            at = key.find(name.word, end)
    return found


def _surplus(name: str, kind: str) -> int:
    """Characters that the tagger drew to a person's name: `李明称`."""
    return 1 if kind == "person" and len(name) > 2 and name[-1] in "称说指曾则等在就也还已表和与及向对将是" else 0


_DONE_TO_PLANS = frozenset("实施 完成 推进 落实 执行 制定 启动 开始 进行".split())


def _words(key: str, start: int, end: int, marks: _Marks) -> Iterator[Piece]:
    at = start
    tagged = rjieba.tag(key[start:end]) if start < end else []
    for index, (word, tag) in enumerate(tagged):
        after, next_tag = tagged[index + 1] if index + 1 < len(tagged) else ("", "x")
        plans = word == "计划" and next_tag.startswith("v") and after not in _DONE_TO_PLANS
        yield from _word(key, at, at + len(word), "v" if plans else tag, marks)
        at += len(word)


def _word(key: str, start: int, end: int, tag: str, marks: _Marks) -> Iterator[Piece]:
    """A word of the cutter; a negation or a word with an opposite that it joined to another stands alone."""
    word = key[start:end]
    at = cut(word)
    if at is None:
        yield _piece(key, start, end, kind_of(word, tag), marks)
        return
    yield from _word(key, start, start + at, tag, marks)
    yield from _word(key, start + at, end, tag, marks)


def _piece(key: str, start: int, end: int, kind: Kind, marks: _Marks, extra: object = None) -> Piece:
    sentence, clause, part = marks.at(start)
    text = key[start:end]
    return Piece(
        start=start,
        end=end,
        text=text,
        kind=kind,
        sentence=sentence,
        clause=clause,
        part=part,
        weight=1.0 if kind in {Kind.FIGURE, Kind.DATE} else weight_of(text) if kind in CONTENT else 0.0,
        name=extra if isinstance(extra, str) else "",
        figure=extra if isinstance(extra, Figure) else None,
        date=extra if isinstance(extra, DateMention) else None,
    )
