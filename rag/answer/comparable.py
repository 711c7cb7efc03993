"""Whether two articles speak of one thing: the same measure, qualified alike, of the same place and time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import rjieba

from rag.answer.expect import Kind
from rag.answer.readings import Reading, core_words, is_unit
from rag.answer.subject import shared_pairs
from rag.answer.times import came_out_right_after, dates_in, times_around
from rag.answer.view import QuestionView
from rag.text.dates import find_dates
from rag.text.numbers import find_quantities
from rag.text.script import fold
from rag.text.words import names
from rag.types import Article

_MADE_UP = 3  # characters of the shortest word that the cutter may have made of another one
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
_TOLD_BY = re.compile(
    r"(?:(?<![依数证票收])据|按照?|根据|依据)[^,;。]{2,30},"
    r"|[^,;。]{2,24}(?:介绍|通报|统计|透露|表示|显示|公布|指出|告诉[^,;。]{0,10}|[报给]出的[^,;。]{0,6}是|说法|方面)[,:]"
)
_AMONG = re.compile(r"其中[,:]?(?=([^\W\d_]{3}))")
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
    when = _of_time(view)
    weights = {word: weight for word, weight in view.weights.items() if word not in when}
    if any(_coverage(weights, voice.context) < _ABOUT_THE_SAME for voice in (one, other)):
        return False
    spoken = {word for word in weights if word in one.context and not is_unit(word)}
    if not all(_is_covered(word, other.context) for word in spoken):
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


def _of_time(view: QuestionView) -> set[str]:
    """The words of the question that say when: times are compared by their days."""
    dated = {view.key[d.start : d.end] for d in find_dates(view.key)}
    return {word for word in view.weights if word.isdecimal() or any(word in said for said in dated)}


def _coverage(weights: Mapping[str, float], key: str) -> float:
    """Share of the weight of these words that stands in `key`; 1 when there are none."""
    total = sum(weights.values())
    return sum(weight * _share_of(word, key) for word, weight in weights.items()) / total if total else 1.0


def _share_of(word: str, key: str) -> float:
    """1 for a word that stands in `key`; of one that the cutter joined across a boundary, the share of its pairs."""
    return 1.0 if word in key else shared_pairs(word, key)


def _is_covered(word: str, key: str) -> bool:
    return _share_of(word, key) == 1


def _qualified_alike(view: QuestionView, one: str, other: str) -> bool:
    """What limits the one figure limits the other; what the question says itself may be left unsaid."""
    one, other = (_without_named(view, said) for said in (one, other))
    return all(
        bool(words.search(one)) == bool(words.search(other)) or bool(words.search(view.key)) for words in _QUALIFIED
    )


def _without_named(view: QuestionView, said: str) -> str:
    """`said` without an `其中` that leads to what the question names itself (`其中一号龙窑`): that is no other part."""
    return _AMONG.sub(lambda found: "" if found[1] in view.key else found[0], said)


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
    tagged = list(rjieba.tag(_without_other_measures(_LIES.sub("", _TOLD_BY.sub("", reading.upto)))))
    found = {word for word, tag in tagged if tag in _NOMINAL}
    found |= {a + b for (a, one), (b, other) in pairwise(tagged) if _is_odd(a) and _is_odd(b) and {one, other} != {"v"}}
    return {word for word in found if _counts(view, word)}


def _without_other_measures(upto: str) -> str:
    """The words up to a figure without what they say of others: the first clause keeps its subject (`大桥全长`)."""
    first, *between = upto.split(",")
    if not between:
        return upto
    if others := find_quantities(first):
        first = first[: others[0].start]
        measures = [word for word, tag in rjieba.tag(first) if tag in _NOMINAL]
        first = first.removesuffix(measures[-1]) if len(measures) > 1 else first
    return ",".join([first, *(clause for clause in between[:-1] if not find_quantities(clause)), between[-1]])


def _is_odd(word: str) -> bool:
    """A single character that is no common word by itself, as names fall into that no dictionary has."""
    return len(word) == 1 and "\u4e00" <= word <= "\u9fff" and word not in _COMMON


def _counts(view: QuestionView, word: str) -> bool:
    return len(word) > 1 and not _is_asked(view, word) and word not in _EMPTY and not _SCOPE.match(word)


def _is_asked(view: QuestionView, word: str) -> bool:
    """The question says the word, or what is left of one that the cutter made up with a character beside it."""
    if word in view.key or len(word) < _MADE_UP or rjieba.has_word(word):
        return word in view.key
    return word[1:] in view.key or word[:-1] in view.key


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
    if asked and not all(asked & _parts_and_months(voice) for voice in (one, other)):
        return False
    return all(not a or not b or a & b for a, b in ((asked, mine), (asked, theirs), (mine, theirs)))


def _parts_and_months(voice: Voice) -> set[str]:
    """The parts of a year that are named around a figure, and the months of the days that are."""
    dated = dates_in(voice.context, voice.article)
    months = {day.month for d in dated if d.precision != "year" for day in (d.first, d.last)}
    return {*_PART.findall(voice.context), *(f"{month}月" for month in months)}


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
            or any(a.same_as(b) or a.shares_days_with(b) for a in before for b in after)
        )
    stated, silent = (mine, other) if mine else (theirs, one)
    assert stated is not None
    around = times_around(silent.reading.sentence, silent.article)
    if any(stated.same_as(time) for time in around):
        return True
    if stated.is_day and came_out_right_after(silent.article, stated.last):
        return True
    return bool(view.dates) and not around
