"""A question as the answering stages see it: its weighted words, names, figures and what it asks for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer.expect import Expected, Kind, expected
from rag.text.dates import DateMention, find_dates
from rag.text.numbers import Quantity, find_quantities
from rag.text.script import fold
from rag.text.words import Name, content_words, names, noun_phrase

_YEAR = re.compile(r"[\d零〇○一二三四五六七八九]{2,4}\s*年|\d{4}[-/.]")
_INTERROGATIVE = re.compile(r"什么|多少|几|谁|哪|如何|怎[么样]|为何|何|多[大高长远重久]|是否|有没有|吗")
_WHO_IT_IS = re.compile(r"(?:是|叫|为)(?:谁|什么(?:名字)?$|什么名字|哪一?位|何人)|姓什么|叫啥|叫什么")
_ROLES = "长员任记者师授王帝总监主席理官手帅裁首练事书演"
_OF_A_BODY = re.compile(
    r"^(?:医院|学校|大学|公司|集团|单位|剧院|银行)(?=[^\W\d_]{2})"
)  # `医院院长` is the 院长 of a hospital
_MEASURES = frozenset(
    """
    时间 比例 比重 占比 份额 百分比 百分点 面积 人口 距离 高度 长度 宽度 深度 速度 温度 重量 次数 程度 时候 左右 钱
    """.split()
)
_PEOPLE = re.compile(r"人(?![口次民数员均])")  # counted themselves, whatever they do: `多少人进馆`
_CLOSE = 4  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """What can be compared with a sentence. `weights` are the inverse document frequencies of the content words."""

    text: str
    key: str
    weights: Mapping[str, float]
    names: tuple[Name, ...]
    quantities: tuple[Quantity, ...]
    expected: Expected
    bigrams: frozenset[str]
    focus: tuple[str, ...]  # the content words next to the interrogative: what is asked about the subject
    counted: str  # what is counted, in a question for a number: `幼儿园` in `多少所幼儿园`; else empty
    role: str  # whose name is asked for, in a question for a person: `局长` in `局长是谁`; else empty
    dates: tuple[DateMention, ...]  # dates that name a year

    @property
    def total_weight(self) -> float:
        """Sum of the word weights; 0 for a question without content words."""
        return sum(self.weights.values())

    def coverage(self, key: str) -> float:
        """Share of the question's word weight that stands in the folded text `key`, in [0, 1]."""
        total = self.total_weight
        if total <= 0:
            return 0.0
        return sum(weight for word, weight in self.weights.items() if word in key) / total

    def missing(self, key: str) -> dict[str, float]:
        """The question's words that do not stand in the folded text `key`, with their weights."""
        return {word: weight for word, weight in self.weights.items() if word not in key}

    def focus_coverage(self, key: str) -> float:
        """Share of the weight of the words asked about that stands in `key`; 1 when there are none."""
        total = sum(self.weights[word] for word in self.focus)
        return sum(self.weights[word] for word in self.focus if word in key) / total if total > 0 else 1.0

    def heaviest_missing(self, key: str) -> float:
        """Weight of the rarest question word that `key` lacks, against the rarest of all, in [0, 1]."""
        heaviest = max(self.weights.values(), default=0.0)
        return max(self.missing(key).values(), default=0.0) / heaviest if heaviest > 0 else 1.0

    def bigram_recall(self, key: str) -> float:
        """Share of the question's character pairs that stand in `key`, in [0, 1]."""
        if not self.bigrams:
            return 0.0
        return sum(pair in key for pair in self.bigrams) / len(self.bigrams)


def view(question: str, weights: Mapping[str, float]) -> QuestionView:
    """Look at `question`; `weights` holds one for each of its content words, 0 for those without."""
    key = fold(question)
    found = content_words(question)
    content = "".join(word if word in found else " " for word in _cut(key, found))
    wanted = expected(question)
    return QuestionView(
        text=question,
        key=key,
        weights={word: weights.get(word, 0.0) for word in found},
        names=tuple(names(question)),
        quantities=tuple(find_quantities(question)),
        expected=wanted,
        focus=_focus(key, found),
        counted=_counted(key) if wanted.kind is Kind.NUMBER else "",
        role=_role(key, found) if wanted.kind is Kind.PERSON else "",
        dates=tuple(d for d in find_dates(question) if not d.relative and _YEAR.search(question[d.start : d.end])),
        bigrams=frozenset(a + b for a, b in itertools.pairwise(content) if a.isalnum() and b.isalnum()),
    )


def _focus(key: str, found: list[str]) -> tuple[str, ...]:
    """The last content word before the interrogative and the first one behind it, where they stand close."""
    asked = _INTERROGATIVE.search(key)
    if not asked:
        return tuple(found[-1:])
    before = [(key.rfind(word, 0, asked.start()) + len(word), word) for word in found if word in key[: asked.start()]]
    after = [(key.find(word, asked.end()), -len(word), word) for word in found if word in key[asked.end() :]]
    close = [max(before)[1]] if before and asked.start() - max(before)[0] <= _CLOSE else []
    if after and min(after)[0] - asked.end() <= _CLOSE:
        close.append(min(after)[2])
    return tuple(dict.fromkeys(close))


def _counted(key: str) -> str:
    """The noun of the phrase behind the interrogative; nothing where that only says what is measured."""
    asked = _INTERROGATIVE.search(key)
    if not asked or _PEOPLE.match(key, asked.end()):
        return ""
    phrase = noun_phrase(key[asked.end() :])
    return phrase[-1] if phrase and len(phrase[-1]) > 1 and phrase[-1] not in _MEASURES else ""


def _role(key: str, found: list[str]) -> str:
    """The content word right before `是谁` and its like."""
    asked = _WHO_IT_IS.search(key)
    if not asked:
        return ""
    before = [word for word in found if len(word) > 1 and key[: asked.start()].endswith(word)]
    word = _OF_A_BODY.sub("", max(before, key=len, default=""))
    return word if word and word[-1] in _ROLES and word != "作者" else ""


def _cut(key: str, found: list[str]) -> list[str]:
    """`key` cut greedily into the longest of the words `found` and single characters."""
    by_length = sorted(found, key=len, reverse=True)
    out, at = [], 0
    while at < len(key):
        word = next((word for word in by_length if key.startswith(word, at)), key[at])
        out.append(word)
        at += len(word)
    return out
