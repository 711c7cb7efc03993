"""Sentences of an article said otherwise and still true, by rule: pure functions of a sentence and chance.

A rule answers None where it does not apply. The lists here are the measure's own; the checker does not read them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from fractions import Fraction

import rjieba

from eval.statements import Rule, Story, head, replace_match
from rag.text.script import to_traditional
from rag.text.words import names

_LEAD = re.compile(
    r"^(?:据悉|据介绍|据了解|据报道|据统计|此外|另外|同时|其中|目前|日前|近日|记者获悉|记者了解到|值得一提的是|需要注意的是|具体来看|"
    r"数据显示|公告显示|报告显示|[^，。]{0,12}消息|[^，。]{0,6}记者从[^，。]{2,14}获悉)，"
)

_SAID = re.compile(r"(?<=[^，。])(?P<verb>表示|指出|透露|介绍|称|认为|强调)(?=[，：])")

_SAID_WORDS = ("表示", "指出", "透露", "介绍说", "称")

_SAME = {
    pair.split("/")[0]: pair.split("/")[1]
    for pair in """
    举行/召开 召开/举行 达到/为 位于/地处 获得/取得 包括/包含 由于/因为 建成/竣工 参加/参与 共有/共 目前/现在
    提高/提升 增长/增加 下降/减少 上涨/上升 推出/发布 拥有/具有
    """.split()
}

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
    return replace_match(story.sentence, chance.choice(choices)) if choices else None


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


def _percent(story: Story, chance: random.Random) -> str | None:
    found = list(re.finditer(r"(?<![\d.-])(\d+(?:\.\d+)?)%", story.sentence))
    if not found:
        return None
    one = chance.choice(found)
    whole, _, decimals = one[1].partition(".")
    said = spell(int(whole)) or "零"
    if decimals:
        said += "点" + "".join("零一二三四五六七八九"[int(digit)] for digit in decimals)
    return replace_match(story.sentence, (one, f"百分之{said}")) if int(whole) < 1000 else None


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
    return replace_match(story.sentence, (one, chance.choice([word for word in _SAID_WORDS if word != one["verb"]])))


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
    return replace_match(story.sentence, (chance.choice(found), "")) if found else None


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
    return replace_match(story.sentence, chance.choice(choices)) if choices else None


_COUNTED = re.compile(
    r"(?P<noun>[\u4e00-\u9fff]{2,4})(?P<count>\d[\d.]*[万亿]?[余多]?)(?P<unit>[家所座名个辆台件项起])(?=[，。、])"
)


def _counted_first(story: Story, _: random.Random) -> str | None:
    """`小学46所` as `46所小学`."""
    for found in _COUNTED.finditer(story.sentence):
        words = rjieba.tag(story.sentence[: found.start("count")])
        if words and words[-1][1] == "n" and len(words[-1][0]) > 1:
            start = found.start("count") - len(words[-1][0])
            counted = f"{found['count']}{found['unit']}{words[-1][0]}"
            return story.sentence[:start] + counted + story.sentence[found.end() :]
    return None


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
    described = re.finditer(r"(?<=[为是了在有])(?:[\u4e00-\u9fff]{2})的(?=[\u4e00-\u9fff]{2})", story.sentence)
    found = [m for m in described if rjieba.tag(m.group()[:2])[0][1] in {"a", "z", "b", "ad", "an"}]
    return replace_match(story.sentence, (chance.choice(found), "")) if found else None


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
