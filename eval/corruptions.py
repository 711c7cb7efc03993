"""Sentences of an article made false, or said otherwise, by rule: pure functions of a sentence, its article and chance.

A rule answers None where it does not apply. The lists here are the measure's own; the checker does not read them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import rjieba

from rag.text.numbers import Quantity, find_quantities
from rag.text.script import fold, to_traditional
from rag.text.words import names


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A sentence of an article with its neighbours, and names of other articles to swap in."""

    sentence: str
    before: str
    after: str
    article: str
    places: Sequence[str]
    persons: Sequence[str]


Rule = Callable[[Story, random.Random], str | None]

# true -------------------------------------------------------------------------------------------------------------

_LEAD = re.compile(
    r"^(?:据悉|据介绍|据了解|据报道|据统计|此外|另外|同时|其中|目前|日前|近日|记者获悉|记者了解到|值得一提的是|需要注意的是|具体来看|"
    r"数据显示|公告显示|报告显示|[^，。]{0,12}消息|[^，。]{0,6}记者从[^，。]{2,14}获悉)，"
)
_SAID = re.compile(r"(?<=[^，。])(?P<verb>表示|指出|透露|介绍|称|认为|强调)(?=[，：])")
_SAID_WORDS = ("表示", "指出", "透露", "介绍说", "称")
_SAME = {
    "举行": "召开", "召开": "举行", "达到": "为", "位于": "地处", "获得": "取得", "包括": "包含", "由于": "因为", "建成": "竣工",
    "参加": "参与", "共有": "共", "目前": "现在", "提高": "提升", "增长": "增加", "下降": "减少", "上涨": "上升", "推出": "发布", "拥有": "具有",
}  # fmt: skip
_LOOSE = re.compile(r"已经|正在|目前|进一步|全面|积极|不断|持续|切实|着力|大力|均|共计|总共|累计|其中，|此次|先后|陆续")
_AT_HEAD = re.compile(r"^(?P<name>[\u4e00-\u9fff]{2,4}?(?P<kind>[市省县区镇村校]))(?=[\u4e00-\u9fff])")


def _verbatim(story: Story, _: random.Random) -> str:
    return story.sentence


def _notation(story: Story, chance: random.Random) -> str | None:
    choices = []
    for found in re.finditer(
        r"(?<![\d.,a-zA-Z第-])(\d+(?:\.\d+)?)(万|亿)?(?![\d.,a-zA-Z年月日时分:万亿-])", story.sentence
    ):
        value, large = Fraction(found[1]), found[2]
        if large:
            whole = value * (10**4 if large == "万" else 10**8)
            if whole.denominator == 1 and whole < 10**9:
                choices.append((found, f"{int(whole)}"))
        elif value.denominator == 1 and value >= 10000 and value % 100 == 0:
            choices.append((found, f"{float(value / 10**4):g}万"))
        elif (
            value.denominator == 1
            and 10 <= value < 1000
            and story.sentence[found.end() : found.end() + 1] in tuple("人名家所个座位次")
        ):
            choices.append((found, spell(int(value))))
    return _replace(story.sentence, chance.choice(choices)) if choices else None


def spell(value: int) -> str:
    """A whole number below 10,000 in Chinese numerals."""
    digits = "零一二三四五六七八九"
    out, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            out += ("零" if zero and out else "") + digits[digit] + unit
            zero = False
        else:
            zero = True
    return out.removeprefix("一") if 10 <= value < 20 else out


def _replace(text: str, choice: tuple[re.Match[str], str]) -> str:
    found, new = choice
    return text[: found.start()] + new + text[found.end() :]


def _percent(story: Story, chance: random.Random) -> str | None:
    found = list(re.finditer(r"(?<![\d.-])(\d+(?:\.\d+)?)%", story.sentence))
    if not found:
        return None
    one = chance.choice(found)
    whole, _, decimals = one[1].partition(".")
    said = spell(int(whole)) or "零"
    if decimals:
        said += "点" + "".join("零一二三四五六七八九"[int(digit)] for digit in decimals)
    return _replace(story.sentence, (one, f"百分之{said}")) if int(whole) < 1000 else None


def _script(story: Story, _: random.Random) -> str:
    return to_traditional(story.sentence)


def _without_lead(story: Story, _: random.Random) -> str | None:
    bare = _LEAD.sub("", story.sentence)
    return bare if bare != story.sentence and len(bare) >= 10 else None


def _without_last_clause(story: Story, _: random.Random) -> str | None:
    clauses = story.sentence.rstrip("。").split("，")
    if (
        len(clauses) < 3
        or len("，".join(clauses[:-1])) < 12
        or re.search(r"[如若虽尽只除]|分别|不是|“", story.sentence)
    ):
        return None
    return "，".join(clauses[:-1]) + "。"


def _other_report(story: Story, chance: random.Random) -> str | None:
    found = list(_SAID.finditer(story.sentence))
    if not found:
        return None
    one = chance.choice(found)
    return _replace(story.sentence, (one, chance.choice([word for word in _SAID_WORDS if word != one["verb"]])))


def _other_word(story: Story, chance: random.Random) -> str | None:
    words = [word for word in rjieba.cut(story.sentence) if word in _SAME]
    if not words:
        return None
    word = chance.choice(words)
    return story.sentence.replace(word, _SAME[word], 1)


def _punctuation(story: Story, _: random.Random) -> str:
    text = story.sentence.rstrip("。").replace("，", ", ").replace("“", "").replace("”", "").replace("；", "，")
    return re.sub(r"\s*(?=\d)|(?<=\d)\s+", "", text) if chr(0xA0) in text else text


def _pronoun(story: Story, _: random.Random) -> str | None:
    found = _AT_HEAD.match(story.sentence)
    if not found or not any(name.word == found["name"] for name in names(story.sentence)):
        return None
    return f"该{found['kind']}{story.sentence[found.end() :]}"


def _merged(story: Story, _: random.Random) -> str | None:
    if not story.after or len(story.sentence) + len(story.after) > 110 or not story.after.endswith("。"):
        return None
    return story.sentence.rstrip("。") + "，" + _LEAD.sub("", story.after)


def _without_adverb(story: Story, chance: random.Random) -> str | None:
    edges = {0}
    for word in rjieba.cut(story.sentence):
        edges.add(max(edges) + len(word))
    found = [m for m in _LOOSE.finditer(story.sentence) if {m.start(), m.end()} <= edges]
    return _replace(story.sentence, (chance.choice(found), "")) if found else None


def _same_hedge(story: Story, chance: random.Random) -> str | None:
    choices = [
        (m, m[1] + m[2] + "左右") for m in re.finditer(r"约()(\d[\d.]*[万亿]?[人名个家元天米吨])", story.sentence)
    ]
    choices += [(m, "逾") for m in re.finditer(r"(?<!不)超过(?=\d)", story.sentence)]
    choices += [(m, "超过") for m in re.finditer(r"逾(?=\d)|超(?=\d)", story.sentence)]
    choices += [
        (m, f"超过{m[1]}{m[2]}")
        for m in re.finditer(r"(?<![\d.约近])(\d[\d.]*[万亿]?)[余多]([人名个家所座])", story.sentence)
    ]
    return _replace(story.sentence, chance.choice(choices)) if choices else None


_COUNTED = re.compile(
    r"(?P<noun>[\u4e00-\u9fff]{2,4})(?P<count>\d[\d.]*[万亿]?[余多]?)(?P<unit>[家所座名个辆台件项起])(?=[，。、])"
)


def _counted_first(story: Story, _: random.Random) -> str | None:
    """`小学46所` as `46所小学`."""
    found = _COUNTED.search(story.sentence)
    if not found or re.search(r"[约超近达为至到共有了过逾增少]", found["noun"]):
        return None
    return _replace(story.sentence, (found, f"{found['count']}{found['unit']}{found['noun']}"))


def _first_clause_alone(story: Story, _: random.Random) -> str | None:
    clauses = story.sentence.rstrip("。").split("，")
    if (
        len(clauses) < 2
        or len(clauses[0]) < 12
        or re.search(r"[如若虽尽只除时后前]|分别|不是|“|据|为了?|随着|由于|通过", clauses[0])
    ):
        return None
    return clauses[0] + "。"


def _day_moved(story: Story, _: random.Random) -> str | None:
    """`2023年，某市…` as `某市2023年…`."""
    found = re.match(
        r"^(?P<day>(?:19|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日|今年|去年)，(?P<rest>.+)$",
        story.sentence,
    )
    own = head(found["rest"]) if found else ""
    if not found or not own:
        return None
    return own + found["day"] + found["rest"][len(own) :]


def _modifier_left_out(story: Story, chance: random.Random) -> str | None:
    """A describing word before 的 goes, with the 的."""
    found = [m for m in re.finditer(r"(?<=[为是了在有])(?:[\u4e00-\u9fff]{2})的(?=[\u4e00-\u9fff]{2})", story.sentence)]
    found = [m for m in found if rjieba.tag(m.group()[:2])[0][1] in {"a", "z", "b", "ad", "an"}]
    return _replace(story.sentence, (chance.choice(found), "")) if found else None


TRUE: Mapping[str, Rule] = {
    "verbatim": _verbatim,
    "number notation": _notation,
    "percent in words": _percent,
    "other script": _script,
    "lead-in left out": _without_lead,
    "last clause left out": _without_last_clause,
    "other reporting verb": _other_report,
    "synonym": _other_word,
    "punctuation": _punctuation,
    "pronoun for place": _pronoun,
    "two sentences merged": _merged,
    "adverb left out": _without_adverb,
    "hedge said otherwise": _same_hedge,
    "count before the noun": _counted_first,
    "first clause alone": _first_clause_alone,
    "date moved": _day_moved,
    "modifier left out": _modifier_left_out,
}

# false ------------------------------------------------------------------------------------------------------------

_FLIPS = (
    ("增长", "下降"), ("增加", "减少"), ("上升", "下降"), ("上涨", "下跌"), ("提高", "降低"), ("扩大", "缩小"), ("盈利", "亏损"), ("高于", "低于"),
    ("支持", "反对"), ("提升", "降低"), ("上调", "下调"), ("进口", "出口"), ("增持", "减持"), ("流入", "流出"), ("加快", "放缓"), ("最高", "最低"),
    ("最大", "最小"), ("同比", "环比"), ("提前", "推迟"), ("回升", "回落"), ("买入", "卖出"), ("上半年", "下半年"), ("首次", "再次"), ("男子", "女子"),
)  # fmt: skip
_UNITS = (
    ("亿元", "万元"), ("万元", "亿元"), ("美元", "元"), ("元", "美元"), ("个百分点", "%"), ("%", "个百分点"), ("公里", "米"), ("米", "公里"),
    ("公斤", "吨"), ("吨", "公斤"), ("万人", "人"), ("小时", "分钟"), ("分钟", "小时"), ("天", "个月"), ("个月", "天"), ("岁", "个月"), ("亩", "平方米"),
    ("平方米", "亩"), ("年", "个月"), ("人", "%"), ("倍", "%"),
)  # fmt: skip
_HEDGES = (
    ("超过", "不足"), ("超", "不到"), ("逾", "不足"), ("近", "超过"), ("不足", "超过"), ("不到", "超过"), ("至少", "至多"), ("约", "超过"), ("将近", "超过"),
)  # fmt: skip
_NEGATABLE = re.compile(
    "宣布|发布|推出|完成|实现|达到|支持|采用|提供|参加|获得|通过|开放|恢复|影响|发现|使用|进入|提高|超过|造成|同意|承认|公布|取得|签署|启动|建成|受伤|取消|接受|包括|"
    "具有|拥有|适用|出现|发生|允许|批准|投入|开展|举行|要求|上涨|下跌|增长|下降|得到|成为|属于|需要|销售|发放|解决|披露"
)
_NEGATIONS = re.compile(
    r"尚未|并未|从未|未能|没有|不再|不会|不能|不得|不是|未(?![来央必婚卜知成遂])(?=[\u4e00-\u9fff]{2})|无法"
)
_DATE = re.compile(r"(?<!\d)(?:(?P<year>(?:19|20)\d\d)\s?年|(?P<month>1[0-2]|[1-9])\s?月(?!\s?\d*\s?亮))")
_NO_NAMES = frozenset("长达 回国 大方 安定 前沿 长远 都会".split())  # words that the tagger takes for places
_NEVER_HEADS = frozenset(
    "方面 记者 数据 消息 其中 目前 同时 此外 时间 情况 结果 原因 问题 内容 部分 此前 之后 网友 媒体 大家 本次 官方 同比 环比 公司 企业 集团 学校 医院 警方 男子 女子 双方 项目".split()
)


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
        else _replace(story.sentence, (one, changed))
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
    return _replace(story.sentence, chance.choice(choices)) if choices else None


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
        return None if str(year) in story.sentence else _replace(story.sentence, (one, f"{year}年"))
    months = [month for month in range(1, 13) if month != int(one["month"])]
    month = chance.choice(months)
    said = re.search(rf"(?<!\d){month}\s?月", story.sentence)
    return None if said else _replace(story.sentence, (one, f"{month}月"))


def _direction_flipped(story: Story, chance: random.Random) -> str | None:
    choices = []
    for one, other in _FLIPS:
        for old, new in ((one, other), (other, one)):
            choices += [(found, new) for found in re.finditer(old, story.sentence)]
    return _replace(story.sentence, chance.choice(choices)) if choices else None


def head(sentence: str) -> str:
    """The noun phrase that a sentence opens with, empty where it opens with something else."""
    out, tags = "", []
    for word, tag in rjieba.tag(sentence):
        if tag.startswith(("n", "eng", "vn", "j")) and word not in _NEVER_HEADS:
            out += word
            tags.append(tag)
        elif tag.startswith(("v", "d", "p")) and tags and len(out) >= 2:
            return out
        else:
            return ""
    return ""


def _subject_taken(story: Story, chance: random.Random) -> str | None:
    """The subject of a neighbouring sentence in the place of the sentence's own, both of them measures or names."""
    own = head(story.sentence)
    if not own:
        return None
    for neighbour in chance.sample([story.before, story.after], 2):
        clauses = [clause for clause in re.split("[，；。]", neighbour) if clause]
        for clause in clauses:
            other = head(clause + "。")
            if not other or set(other) & set(own):
                continue
            measured = bool(re.search(r"\d", story.sentence.split("，")[0])) and bool(re.search(r"\d", clause))
            named = _kinds(own) & _kinds(other)
            if measured or named:
                return other + story.sentence[len(own) :]
    return None


def _kinds(text: str) -> set[str]:
    return {name.kind for name in names(text)}


def _figure_taken(story: Story, chance: random.Random) -> str | None:
    """A figure of a neighbouring sentence in the place of one of the same unit."""
    own = _plain(story.sentence)
    near = [q for text in (story.before, story.after) for q in _plain(text)]
    choices = [
        (q, said)
        for q, text in own
        for other, said in near
        if other.unit == q.unit and other.value != q.value and said not in story.sentence
    ]
    if not choices:
        return None
    old, said = chance.choice(choices)
    return story.sentence[: old.start] + said + story.sentence[old.end :]


def _plain(text: str) -> list[tuple[Quantity, str]]:
    found = []
    for quantity in find_quantities(text):
        said = text[quantity.start : quantity.end]
        if said[:1].isdigit() and quantity.unit in {
            "%",
            "元",
            "人",
            "个",
            "家",
            "名",
            "美元",
            "万",
            "亿",
            "吨",
            "米",
            "公里",
            "所",
            "辆",
            "台",
            "次",
            "倍",
            "岁",
            "天",
        }:
            found.append((quantity, said))
    return found


def _negated(story: Story, chance: random.Random) -> str | None:
    spots = []
    at = 0
    tagged = rjieba.tag(story.sentence)
    for index, (word, tag) in enumerate(tagged):
        previous = tagged[index - 1][0] if index else ""
        following = tagged[index + 1] if index + 1 < len(tagged) else ("", "x")
        modified = following[0] in {"的", "、", "和", "与", "及"} or following[1].startswith(("n", "v")) and tag == "vn"
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
    return _replace(story.sentence, (one, new))


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
    return _replace(story.sentence, chance.choice(choices)) if choices else None


FALSE: Mapping[str, Rule] = {
    "number changed": _number_changed,
    "unit changed": _unit_changed,
    "place swapped": _place_swapped,
    "person swapped": _person_swapped,
    "year or month shifted": _date_shifted,
    "direction flipped": _direction_flipped,
    "subject from a neighbour": _subject_taken,
    "figure from a neighbour": _figure_taken,
    "negated": _negated,
    "negation left out": _affirmed,
    "hedge changed": _hedge_changed,
}


# what few sentences allow comes first where a statement is drawn
RARE = (
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


def is_really_false(made: str, story: Story) -> bool:
    """The article does not say the made sentence anywhere, script and punctuation aside."""
    bare = "".join(filter(str.isalnum, fold(made)))
    return bare not in "".join(filter(str.isalnum, fold(story.article)))
