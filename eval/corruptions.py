"""Sentences of an article made false, by rule: pure functions of a sentence, its article and chance.

A rule answers None where it does not apply. The lists here are the measure's own; the checker does not read them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

import rjieba

from eval.misattributions import figure_taken, figures_exchanged, measure_taken, subject_taken
from eval.statements import Rule, Story, replace_match
from rag.text.script import fold
from rag.text.words import names

_FLIPS = [
    (pair.split("/")[0], pair.split("/")[1])
    for pair in """
    增长/下降 增加/减少 上升/下降 上涨/下跌 提高/降低 扩大/缩小 盈利/亏损 高于/低于 支持/反对 提升/降低 上调/下调
    进口/出口 增持/减持 流入/流出 加快/放缓 最高/最低 最大/最小 同比/环比 提前/推迟 回升/回落 买入/卖出
    上半年/下半年 首次/再次 男子/女子
    """.split()
]

_UNITS = [
    (pair.split("/")[0], pair.split("/")[1])
    for pair in """
    亿元/万元 万元/亿元 美元/元 元/美元 个百分点/% %/个百分点 公里/米 米/公里 公斤/吨 吨/公斤 万人/人 小时/分钟
    分钟/小时 天/个月 个月/天 岁/个月 亩/平方米 平方米/亩 年/个月 人/% 倍/%
    """.split()
]

_HEDGES = [
    (pair.split("/")[0], pair.split("/")[1])
    for pair in """
    超过/不足 超/不到 逾/不足 近/超过 不足/超过 不到/超过 至少/至多 约/超过 将近/超过
    """.split()
]

_NEGATABLE = re.compile(
    "宣布|发布|推出|完成|实现|达到|支持|采用|提供|参加|获得|通过|开放|恢复|影响|发现|使用|进入|提高|超过|造成|同意|承认|公布|取得|签署|启动|建成|受伤|取消|接受|包括|"
    "具有|拥有|适用|出现|发生|允许|批准|投入|开展|举行|要求|上涨|下跌|增长|下降|得到|成为|属于|需要|销售|发放|解决|披露"
)

_NEGATIONS = re.compile(
    r"尚未|并未|从未|未能|没有|不再|不会|不能|不得|不是|未(?![来央必婚卜知成遂])(?=[\u4e00-\u9fff]{2})|无法"
)

_DATE = re.compile(r"(?<!\d)(?:(?P<year>(?:19|20)\d\d)\s?年|(?P<month>1[0-2]|[1-9])\s?月(?!\s?\d*\s?亮))")

_NO_NAMES = frozenset("长达 回国 大方 安定 前沿 长远 都会".split())  # words that the tagger takes for places


def _number_changed(story: Story, chance: random.Random) -> str | None:
    found = list(
        re.finditer(r"(?<![a-zA-Z\d.第-])\d+(?:\.\d+)?(?![\d.a-zA-Z年月日号时:：-]|\s[年月日])", story.sentence)
    )
    if not found:
        return None
    one = chance.choice(found)
    digits = one.group()
    at = chance.choice([index for index, digit in enumerate(digits) if digit.isdigit()])
    other = chance.choice([digit for digit in "123456789" if digit != digits[at]])
    changed = digits[:at] + other + digits[at + 1 :]
    return (
        None
        if re.search(rf"(?<![\d.]){re.escape(changed)}(?![\d.])", story.article)
        else replace_match(story.sentence, (one, changed))
    )


def _unit_changed(story: Story, chance: random.Random) -> str | None:
    choices = []
    for old, new in _UNITS:
        for found in re.finditer(
            rf"(?<=[\d万亿]){re.escape(old)}(?![\u4e00-\u9fff]?(?:代|级|款|份|底|初|度|月)|人民币)", story.sentence
        ):
            number = re.search(r"[\d.]+[万亿]?$", story.sentence[: found.start()])
            if number and number.group() + new not in story.article and not (old == "年" and len(number.group()) == 4):
                choices.append((found, new))
    return replace_match(story.sentence, chance.choice(choices)) if choices else None


def _name_swapped(story: Story, chance: random.Random, kind: str, others: Sequence[str]) -> str | None:
    here = [name.word for name in names(story.sentence) if name.kind == kind and fold(name.word) == name.word]
    others = [word for word in others if word not in _NO_NAMES]
    here = [word for word in here if word in story.sentence and len(word) > 1 and word in others]
    if not here:
        return None
    old = chance.choice(here)
    near = [name.word for name in names(story.article) if name.kind == kind and name.word in others]
    pool = [word for word in (near if chance.random() < 0.5 else others) if not set(word) & set(old)]
    pool = [word for word in pool if kind != "place" or (word[-1] in "省市县区") == (old[-1] in "省市县区")]
    return story.sentence.replace(old, chance.choice(pool)) if pool else None


def _place_swapped(story: Story, chance: random.Random) -> str | None:
    return _name_swapped(story, chance, "place", story.places)


def _person_swapped(story: Story, chance: random.Random) -> str | None:
    return _name_swapped(story, chance, "person", story.persons)


def _date_shifted(story: Story, chance: random.Random) -> str | None:
    found = list(_DATE.finditer(story.sentence))
    if not found:
        return None
    one = chance.choice(found)
    if one["year"]:
        year = int(one["year"]) + chance.choice((-3, -2, -1, 1, 2))
        return None if str(year) in story.sentence else replace_match(story.sentence, (one, f"{year}年"))
    months = [month for month in range(1, 13) if month != int(one["month"])]
    month = chance.choice(months)
    said = re.search(rf"(?<!\d){month}\s?月", story.sentence)
    return None if said else replace_match(story.sentence, (one, f"{month}月"))


def _direction_flipped(story: Story, chance: random.Random) -> str | None:
    choices = []
    for one, other in _FLIPS:
        for old, new in ((one, other), (other, one)):
            choices += [(found, new) for found in re.finditer(old, story.sentence)]
    return replace_match(story.sentence, chance.choice(choices)) if choices else None


def _negated(story: Story, chance: random.Random) -> str | None:
    spots = []
    at = 0
    tagged = rjieba.tag(story.sentence)
    for index, (word, tag) in enumerate(tagged):
        previous = tagged[index - 1][0] if index else ""
        following = tagged[index + 1] if index + 1 < len(tagged) else ("", "x")
        joined = following[0] in {"的", "、", "和", "与", "及"}
        modified = joined or (tag == "vn" and following[1].startswith(("n", "v")))
        if (
            tag == "v"
            and _NEGATABLE.fullmatch(word)
            and not modified
            and previous not in {"不", "未", "没有", "的", "、", "和", "尚未", "并未", "无"}
        ):
            spots.append((at, "没有" if previous not in {"已", "已经", "将", "会"} else "未"))
        at += len(word)
    if not spots or _NEGATIONS.search(story.sentence):
        return None
    at, negation = chance.choice(spots)
    return story.sentence[:at] + negation + story.sentence[at:]


def _affirmed(story: Story, chance: random.Random) -> str | None:
    found = [
        m for m in _NEGATIONS.finditer(story.sentence) if not re.search(r"[有是否]$|不得$", story.sentence[: m.start()])
    ]
    if not found or re.search(
        r"没有[\u4e00-\u9fff]{0,6}(?:之前|以前)|是不是|有没有|不得[不而]|能不能|还没", story.sentence
    ):
        return None
    one = chance.choice(found)
    new = {"没有": "", "不是": "是", "不能": "能", "不会": "会", "无法": "可以", "不得": "可以"}.get(one.group(), "")
    return replace_match(story.sentence, (one, new))


def _hedge_changed(story: Story, chance: random.Random) -> str | None:
    choices = [
        (found, new)
        for old, new in _HEDGES
        for found in re.finditer(rf"(?<!不){old}(?=\d)(?!\d+[日天])", story.sentence)
    ]
    choices = [
        (m, new)
        for m, new in choices
        if not (m.group() == "约" and story.sentence[m.start() - 1 : m.start()] in {"大", "节"})
    ]
    return replace_match(story.sentence, chance.choice(choices)) if choices else None


FALSE: Mapping[str, Rule] = {
    "number changed": _number_changed,
    "unit changed": _unit_changed,
    "place swapped": _place_swapped,
    "person swapped": _person_swapped,
    "year or month shifted": _date_shifted,
    "direction flipped": _direction_flipped,
    "subject from a neighbour": subject_taken,
    "figure from a neighbour": figure_taken,
    "figures exchanged": figures_exchanged,
    "measure from a neighbour": measure_taken,
    "negated": _negated,
    "negation left out": _affirmed,
    "hedge changed": _hedge_changed,
}

RARE = (
    "figures exchanged",
    "measure from a neighbour",
    "subject from a neighbour",
    "figure from a neighbour",
    "hedge changed",
    "person swapped",
    "negation left out",
    "unit changed",
    "synonym",
    "adverb left out",
    "other reporting verb",
    "pronoun for place",
    "lead-in left out",
    "number notation",
    "percent in words",
    "hedge said otherwise",
    "count before the noun",
    "first clause alone",
    "date moved",
    "modifier left out",
)
