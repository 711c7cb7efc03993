"""Whether two articles speak of one thing: the same measure, qualified alike, of the same place and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import rjieba

from rag.answer.expect import Kind
from rag.answer.readings import Reading, came_out_right_after, core_words, is_unit, times_around
from rag.answer.view import QuestionView
from rag.text.script import fold
from rag.text.words import names
from rag.types import Article

_ABOUT_THE_SAME = 0.7  # share of the question that must stand in and around both sentences
# What makes a figure one of another kind, unless both have it.
_QUALIFIED = tuple(
    re.compile(words)
    for words in (
        r"其中|其余|另有|另外",
        r"累计",
        r"计划|规划|预计|拟|目标|力争|将(?!近)|有望|预期|设计|控制在|以内",
        r"每|人均|户均|日均|年均|平均|均价",
        r"单日|当日|首日|首月|当天|日增",
        r"最高|最大|最多|峰值|上限",
        r"最低|最小|最少|下限",
        r"一期|首期|首批|第一批",
        r"二期|第二批",
        r"原[有来定]|此前|曾经|过去",
        r"不含|除外|除了|扣除",
        r"女(?!士)|妇",
        r"男",
        r"农村|乡村|乡镇|山区",
        r"城区|城镇|城市|市区|主城",
        r"小学",
        r"初中|中学",
        r"高中|高校",
        r"幼儿",
        r"公办|国有|公立",
        r"民办|私立|民营",
        r"新[增建设招购添聘办开]|[增扩][加建设招]|增长",
        r"关[停闭]|撤[销并]|减少|退出",
        r"死亡|遇难|丧生|身亡",
        r"受伤|伤者",
        r"失踪|失联",
        r"投资|投入",
        r"收入|营收",
        r"利润|盈利",
        r"室外|户外",
        r"室内",
        r"占地|用地",
        r"建筑面积",
    )
)
_EDITION = re.compile(r"第[\d零一二三四五六七八九十百]+[届次期批轮季号]")
_PROPER = frozenset({"nr", "nrt", "nrfg", "nz", "nt", "ns"})
_NOMINAL = _PROPER | frozenset({"n", "a", "j", "b", "l", "nr", "nz", "vn", "an", "nt", "ns", "zg"})
_LIES = re.compile(r"(?:位于|地处|坐落|毗邻|靠近|距离?|流经)[^,，;；。]*")
_PART = re.compile(r"(?<![\d.])\d{1,2}月(?!\d+[日号])|[上下]半年|[一二三四]季度")
_SIDE = re.compile(r"[东西南北中]部")
_COMMON = frozenset(
    "的了着在是有和与及或从到至为对将把被由于以上下中里内外前后年月日时个名所家人共约近达超就也都还又再已并其该此这那"
)
_SCOPE = re.compile(r"^[全各本该][国省市县区州镇乡村校院]$")


_EMPTY = frozenset(
    "预计 计划 目前 左右 以上 以下 共有 现有 已有 达到 已达 总数 总量 数量 人数 总计 合计 超过 上午 下午".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One article's reading, and what is known of the article around it."""

    reading: Reading
    article: Article
    context: str
    others: tuple[Reading, ...]  # all that the sentence gives

    @property
    def near(self) -> str:
        """The folded sentence, with the clauses before it."""
        return f"{self.reading.upto} {fold(self.reading.sentence.text)}"


def is_same_measure(view: QuestionView, one: Voice, other: Voice) -> bool:
    """Both speak of all that the question names, of nothing else, of one place and of one time."""
    if min(view.coverage(one.context), view.coverage(other.context)) < _ABOUT_THE_SAME:
        return False
    spoken = {word for word in view.weights if word in one.context and not is_unit(word)}
    if any(word not in other.context for word in spoken if not _is_covered(word, other.context)):
        return False
    core = [word for word in core_words(view) if word in one.reading.said]
    if any(word not in other.reading.said for word in core):
        return False
    return (
        (view.expected.kind is Kind.DATE or _qualified_alike(view, one.reading.said, other.reading.said))
        and _of_one_edition(one, other)
        and _in_one_place(view, one, other)
        and _says_nothing_more(view, one, other)
        and (view.expected.kind is Kind.DATE or _of_one_time(view, one, other))
    )


def _is_covered(word: str, key: str) -> bool:
    """A word of the question that the cutter joined across a boundary is there when its character pairs are."""
    return len(word) > 2 and all(a + b in key for a, b in pairwise(word))


def _qualified_alike(view: QuestionView, one: str, other: str) -> bool:
    """What limits the one figure limits the other; what the question says itself may be left unsaid."""
    return all(
        bool(words.search(one)) == bool(words.search(other)) or bool(words.search(view.key)) for words in _QUALIFIED
    )


def _of_one_edition(one: Voice, other: Voice) -> bool:
    mine, theirs = set(_EDITION.findall(one.context)), set(_EDITION.findall(other.context))
    return not (mine and theirs) or bool(mine & theirs)


def _in_one_place(view: QuestionView, one: Voice, other: Voice) -> bool:
    """Neither sentence names a place that the question and the other article do not."""
    mine, theirs = _places(view, one), _places(view, other)
    if any(word not in other.context for word in mine) or any(word not in one.context for word in theirs):
        return False
    if any(name.kind in {"place", "body"} for name in view.names):
        return True
    mine, theirs = _subjects(one), _subjects(other)
    return not (mine and theirs) or bool(mine & theirs)


def _places(view: QuestionView, voice: Voice) -> set[str]:
    """The places that the words around a figure name, without those of the question and those that contain them."""
    said = _LIES.sub("", voice.reading.said)
    return {
        name.word
        for name in names(said)
        if name.kind in {"place", "body"}
        and name.word not in view.key
        and not any(name.word + asked.word in said or asked.word in name.word for asked in view.names)
    }


def _subjects(voice: Voice) -> set[str]:
    return {name.word for name in names(voice.context) if name.kind in {"place", "body"}}


def _says_nothing_more(view: QuestionView, one: Voice, other: Voice) -> bool:
    """Around the figure neither sentence names things that the question and the other article do not."""
    mine, theirs = _besides(view, one.reading), _besides(view, other.reading)
    if any(word not in other.near for word in mine) or any(word not in one.near for word in theirs):
        return False
    if any(name.kind == "place" for name in view.names):
        return True
    mine, theirs = _nouns_before(view, one.reading), _nouns_before(view, other.reading)
    return all(word in other.context for word in mine) and all(word in one.context for word in theirs)


def _nouns_before(view: QuestionView, reading: Reading) -> set[str]:
    """The nouns and unknown words before the value: its subject must be among them, whatever it is."""
    before = _LIES.sub("", reading.upto)
    tagged = list(rjieba.tag(before))
    found = {word for word, tag in tagged if tag in _NOMINAL}
    found |= {a + b for (a, one), (b, other) in pairwise(tagged) if _is_odd(a) and _is_odd(b) and {one, other} != {"v"}}
    return {word for word in found if _counts(view, word)}


def _is_odd(word: str) -> bool:
    """A single character that is no common word by itself, as names fall into that no dictionary has."""
    return len(word) == 1 and "\u4e00" <= word <= "\u9fff" and word not in _COMMON


def _counts(view: QuestionView, word: str) -> bool:
    return len(word) > 1 and word not in view.key and word not in _EMPTY and not _SCOPE.match(word)


def _besides(view: QuestionView, reading: Reading) -> set[str]:
    """The nouns before what is measured, and nouns and verbs behind the figure, that the question does not name."""
    core = max(((reading.said.find(word) + len(word), word) for word in core_words(view)), default=(0, ""))[1]
    before, _, after = reading.said.rpartition(core) if core else ("", "", "")
    before = _LIES.sub("", before)
    after = after.partition(fold(reading.value))[2] if fold(reading.value) in after else after
    if after.startswith("的"):  # the figure describes a noun; what that noun does is another matter
        after = ""
    found = [word for word, tag in rjieba.tag(_last_clause(before)) if tag in _NOMINAL]
    found += [word for word, tag in rjieba.tag(after.partition(",")[0]) if tag in _NOMINAL or tag == "v"]
    return {word for word in found + _SIDE.findall(_last_clause(before)) if _counts(view, word)}


def _last_clause(said: str) -> str:
    return said.rpartition(",")[2]


def _of_one_month(view: QuestionView, one: Voice, other: Voice) -> bool:
    """Months and parts of a year that are named are the same, also where it is not known of which year."""
    asked, mine, theirs = (set(_PART.findall(key)) for key in (view.key, one.reading.upto, other.reading.upto))
    if asked and not all(asked & set(_PART.findall(voice.context)) for voice in (one, other)):
        return False
    return all(not a or not b or a & b for a, b in ((asked, mine), (asked, theirs), (mine, theirs)))


def _of_one_time(view: QuestionView, one: Voice, other: Voice) -> bool:
    """The same stated time; or none is stated by either, or the one that states none is known to be of it."""
    mine, theirs = one.reading.time, other.reading.time
    if not _of_one_month(view, one, other):
        return False
    if mine and theirs:
        return mine.same_as(theirs)
    if not mine and not theirs:
        return (
            not (before := times_around(one.reading.sentence, one.article))
            or not (after := times_around(other.reading.sentence, other.article))
            or any(a.same_as(b) for a in before for b in after)
        )
    stated, silent = (mine, other) if mine else (theirs, one)
    assert stated is not None
    around = times_around(silent.reading.sentence, silent.article)
    if any(stated.same_as(time) for time in around):
        return True
    if stated.is_day and came_out_right_after(silent.article, stated.last):
        return True
    return bool(view.dates) and not around
