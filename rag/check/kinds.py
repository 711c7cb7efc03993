"""What one word does for what a sentence says, and how much it says."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

import rjieba

from rag.check.lexicon import MODALS, NEGATIONS, is_light, is_saying, is_scope, opposites, telling
from rag.text.frequency import weigh

_NUMERAL = re.compile(r"[\d〇零一二三四五六七八九十百千万亿两几多数半]")
_NUMERIC = re.compile(r"[\d.,:%]+")
_NOUN_TAGS = ("n", "eng", "l", "i", "j", "s", "t", "b", "nz", "nw")
_VERB_TAGS = ("v", "a", "z")
_DENYING = "不未没"
_NOT_DENYING = frozenset("未来 未必 未免 未央 未婚 未知 未遂 未卜 未成".split())
_WHERE = frozenset(
    """
    之间 之后 之前 之中 之内 之外 之上 之下 以内 以外 以上 以下 以前 以后 以来 中间 里面 外面 上面 下面 前面 后面
    旁边 周围 其间 期间 左右 上下 前后
    """.split()
)
_TELLING_ADVERBS = frozenset("单独 联合".split())


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


@lru_cache(maxsize=20_000)
def cut(word: str) -> int | None:
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


def kind_of(word: str, tag: str) -> Kind:
    """The kind of a folded word that the tagger gave `tag`; the tagger errs, so words that tell go by themselves."""
    return _closed_kind(word, tag) or _open_kind(word, tag)


def _closed_kind(word: str, tag: str) -> Kind | None:
    if word in NEGATIONS:
        return Kind.NEGATION
    if word in MODALS and not (word == "将" and tag == "p") and not (word == "计划" and tag.startswith("n")):
        return Kind.MODAL
    if is_scope(word):
        return Kind.SCOPE
    return Kind.VERB if is_saying(word) else None


def _open_kind(word: str, tag: str) -> Kind:
    if is_light(word) or len(word) < 2 or not any(map(str.isalnum, word)) or _NUMERIC.fullmatch(word):
        return Kind.VERB if _is_telling_character(word, tag) else Kind.LIGHT
    if tag in {"vn", "an"} or (tag.startswith(_NOUN_TAGS) and (tag[0] == "n" or word not in telling())):
        return Kind.NOUN
    if tag.startswith(_VERB_TAGS) or word in telling() or word in _TELLING_ADVERBS:
        return Kind.VERB
    if (tag[0] == "m" and not _NUMERAL.search(word)) or (tag == "f" and word not in _WHERE):
        return Kind.NOUN
    return Kind.LIGHT if tag[0] in "cdeghkmopqrufyx" else Kind.NOUN


def _is_telling_character(word: str, tag: str) -> bool:
    return word in "涨跌升降增减亏买卖胜负强弱男女新旧" and tag[:1] in {"v", "a", "n", "b", "t"} and len(word) == 1


@lru_cache(maxsize=20_000)
def weight_of(word: str) -> float:
    """Rarity in the news at large, from 0.1 for what stands in most articles to 1 for what stands in few."""
    if is_saying(word):
        return 0.1
    return min(1.0, max(0.1, weigh({word: 0}, 0)[word] / 8))
