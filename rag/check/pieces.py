"""A text as the checker reads it: figures, dates, names, nouns, verbs, negations, each with its clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

import rjieba

from rag.check.figures import Figure, find_figures
from rag.check.lexicon import MODALS, NEGATIONS, is_light, is_saying, is_scope, opposites, telling
from rag.text.dates import DateMention, find_dates
from rag.text.frequency import weigh
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
_NUMERAL = re.compile(r"[\d〇零一二三四五六七八九十百千万亿两几多数半]")
_NUMERIC = re.compile(r"[\d.,:%]+")
_NOUN_TAGS = ("n", "eng", "l", "i", "j", "s", "t", "b", "nz", "nw")
_VERB_TAGS = ("v", "a", "z")
_NO_DAY = date(1900, 6, 30)  # reads 8月8日 and 去年 where nothing says of which year, far from any year that is told


class Kind(StrEnum):
    """What a piece of a text does for what the text says."""

    FIGURE = "figure"
    DATE = "date"
    NAME = "name"
    NOUN = "noun"
    VERB = "verb"
    NEGATION = "negation"
    MODAL = "modal"
    SCOPE = "scope"
    LIGHT = "light"


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
    return max(0, sum(start <= at for start in starts) - 1)


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
        or holding[0] < figure.start
        and key[holding[0]] in "约近超逾达"
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
    cut = _cut(word)
    if cut is None:
        yield _piece(key, start, end, _kind(word, tag), marks)
        return
    yield from _word(key, start, start + cut, tag, marks)
    yield from _word(key, start + cut, end, tag, marks)


@lru_cache(maxsize=20_000)
def _cut(word: str) -> int | None:
    """Where a word of the cutter is two; None where it is one."""
    if len(word) < 2 or word in NEGATIONS or is_light(word) or word in telling():
        return None
    if word[0] == "未" and len(word) == 2 and word not in _NOT_DENYING:
        return 1
    if word[0] in _DENYING and (rjieba.has_word(word[1:]) if len(word) > 2 else not rjieba.has_word(word)):
        return 1
    if word[-1] in _DENYING + "称说" and not rjieba.has_word(word):
        return len(word) - 1
    if len(word) > 2:
        if word[:2] in opposites():
            return 2
        if word[-2:] in opposites():
            return len(word) - 2
    return None


_DENYING = "不未没"
_NOT_DENYING = frozenset("未来 未必 未免 未央 未婚 未知 未遂 未卜 未成".split())


def _kind(word: str, tag: str) -> Kind:
    if word in NEGATIONS:
        return Kind.NEGATION
    if word in MODALS and not (word == "将" and tag == "p") and not (word == "计划" and tag.startswith("n")):
        return Kind.MODAL
    if is_scope(word):
        return Kind.SCOPE
    if is_saying(word):
        return Kind.VERB
    if is_light(word) or len(word) < 2 or not any(map(str.isalnum, word)) or _NUMERIC.fullmatch(word):
        return Kind.VERB if _is_telling_character(word, tag) else Kind.LIGHT
    if tag in {"vn", "an"} or (tag.startswith(_NOUN_TAGS) and (tag[0] == "n" or word not in telling())):
        return Kind.NOUN
    if tag.startswith(_VERB_TAGS) or word in telling() or word in _TELLING_ADVERBS:
        return Kind.VERB
    if (tag[0] == "m" and not _NUMERAL.search(word)) or (tag == "f" and word not in _WHERE):
        return Kind.NOUN
    return Kind.LIGHT if tag[0] in "cdeghkmopqrufyx" else Kind.NOUN


_WHERE = frozenset(
    "之间 之后 之前 之中 之内 之外 之上 之下 以内 以外 以上 以下 以前 以后 以来 中间 里面 外面 上面 下面 前面 后面 旁边 周围 其间 期间 左右 上下 前后".split()
)
_TELLING_ADVERBS = frozenset("单独 联合".split())


def _is_telling_character(word: str, tag: str) -> bool:
    return word in "涨跌升降增减亏买卖胜负强弱男女新旧" and tag[:1] in {"v", "a", "n", "b", "t"} and len(word) == 1


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
        weight=1.0 if kind in {Kind.FIGURE, Kind.DATE} else _weight(text) if kind in CONTENT else 0.0,
        name=extra if isinstance(extra, str) else "",
        figure=extra if isinstance(extra, Figure) else None,
        date=extra if isinstance(extra, DateMention) else None,
    )


@lru_cache(maxsize=20_000)
def _weight(word: str) -> float:
    """Rarity in the news at large, from 0.1 for what stands in most articles to 1 for what stands in few."""
    if is_saying(word):
        return 0.1
    return min(1.0, max(0.1, weigh({word: 0}, 0)[word] / 8))
