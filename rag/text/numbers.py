"""Quantities in Chinese text, by value and unit: 1.2万亿元 = 12000亿元, 三成 = 30%, 百分点 is not %."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from rag.text.script import fold

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "俩": 2, "幺": 1}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_HAN_DIGIT = "零〇○一二三四五六七八九两"
_HAN_NUMBER = rf"[{_HAN_DIGIT}十百千万亿]"

# Units that are several characters long; any other unit is the one character behind the number.
_UNITS = (
    "个百分点|百分点|%|‰|万分之一|亿元|美元|美金|港元|港币|欧元|日元|英镑|人民币|元人民币|平方公里|平方千米|平方米|立方米|公里|千米|厘米|毫米|"
    "公斤|千克|公顷|千瓦时|千瓦|兆瓦|小时|分钟|秒钟|个月|周年|年级|学位|课时|人次|场次|门次|架次|家庭|摄氏度|英里|英尺|"
    "km|kg|cm|mm|mah|gb|tb|mb|ghz|mhz|kwh|nm"
)
_NUMBER = re.compile(
    rf"""
    (?P<percent_han>百分之(?P<percent>\d[\d,]*(?:\.\d+)?|{_HAN_NUMBER}+(?:点[{_HAN_DIGIT}]+)?))
    | (?P<fraction>(?P<below>\d+|{_HAN_NUMBER}+)分之(?P<above>\d+|{_HAN_NUMBER}+))
    | (?<![\d.])(?P<arabic>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
      \s?(?P<magnitude>[百千]?万亿|[十百千]?[万亿]|[百千](?![分瓦克米]))?
    | (?P<han>[{_HAN_DIGIT}十]{_HAN_NUMBER}*(?:点[{_HAN_DIGIT}]+)?)
    """,
    re.VERBOSE,
)
_NEVER_UNITS = (
    "至到和与及或的了着在于是为以从向被把对由但而也都就又再还已将不没无未等之其该这那并占达较比同增减升降涨跌共约近超"
)
_TAIL = re.compile(
    rf"(?P<more>[余多来几]|以上)?\s?(?P<unit>{_UNITS}|(?![{_NEVER_UNITS}])[^\W\d_]|)(?P<after>[余多]|以上|以下|左右|上下)?",
    re.IGNORECASE,
)
_INNER = re.compile(r"[余多](?P<magnitude>[万亿])")  # `3000余万元` is over 3000万元
_BEFORE = re.compile(
    r"(?P<cue>大约|约|将近|接近|近|超过|超出|突破|高于|多于|大于|超|逾|不少于|不低于|至少|"
    r"不足|不到|低于|少于|小于|不超过|不高于|不多于|至多)[为达了]?$"
)
_CUES = {
    "over": frozenset("超过 超出 突破 高于 多于 大于 超 逾 不少于 不低于 至少".split()),
    "under": frozenset("不足 不到 低于 少于 小于 不超过 不高于 不多于 至多".split()),
}
_LONGEST = 100  # characters of a numeral; longer rows of digits are no number that anybody means
_FURTHEST = 8  # characters before a number in which a word for its bounds may stand
_VAGUE = ("数", "几")  # 数十, 几十: no number of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit at `[start, end)`. `value` is exact; percentages are in percent (三成 is 30 %)."""

    start: int
    end: int
    value: Fraction
    unit: str
    hedge: str = ""  # "about", "over" or "under"

    def same_as(self, other: Quantity) -> bool:
        """Equal value and unit, whatever the notation."""
        return self.value == other.value and self.unit == other.unit


def parse_number(text: str) -> Fraction | None:
    """The value of one numeral: `12,000`, `1.5`, `三十五`, `二〇二四`, `三点五`; None when it is none, or endless."""
    text = fold(text).replace(",", "")
    if len(text) > _LONGEST:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Fraction(text)
    whole, _, decimals = text.partition("点")
    if not whole or any(c not in _DIGITS and c not in _SMALL and c not in _LARGE for c in whole):
        return None
    parsed = _parse_han(whole)
    if parsed is None:
        return None
    value = Fraction(parsed)
    if decimals:
        value += Fraction(int("".join(str(_DIGITS[c]) for c in decimals)), 10 ** len(decimals))
    return value


def _parse_han(text: str) -> int | None:
    """The value of Chinese digits and units; None for what only looks like a numeral (`十四五`, `三五百`)."""
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    if re.search(r"[一二三四五六七八九两][一二三四五六七八九两]", text):
        return None
    total = section = digit = 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit = 0
        else:
            total = (total + section + digit) * _LARGE[c] if c == "亿" else total + (section + digit or 1) * _LARGE[c]
            section = digit = 0
    return total + section + digit


def find_quantities(text: str) -> list[Quantity]:
    """All quantities of `text` in order, offsets in `text`. Years, months and days count as units like any other."""
    key = fold(text)
    found = []
    for match in _NUMBER.finditer(key):
        value, unit, end = _read(match, key)
        if value is None or _is_a_word(match, key):
            continue
        inner = _INNER.match(key, end)
        if inner and not unit:
            value, end = value * _LARGE[inner["magnitude"]], inner.end()
        tail = _TAIL.match(key, end)
        assert tail is not None
        hedge = "over" if inner else _hedge(key[max(0, match.start() - _FURTHEST) : match.start()], tail)
        if not unit:
            unit = tail["unit"]
            end = tail.end("unit") if unit else end
            value, unit = _canonical(value, unit)
        found.append(Quantity(start=match.start(), end=end, value=value, unit=unit, hedge=hedge))
    return found


def _is_a_word(match: re.Match[str], key: str) -> bool:
    """Characters of a numeral that give no number: `数十家`, `零售`."""
    han = match["han"]
    return bool(han) and (han == "零" or (han[0] == "十" and key[match.start() - 1 : match.start()] in _VAGUE))


def _read(match: re.Match[str], key: str) -> tuple[Fraction | None, str, int]:
    """Value, unit where the notation itself implies one, and end of one matched numeral."""
    if match["percent_han"]:
        return parse_number(match["percent"]), "%", match.end()
    if match["fraction"]:
        above, below = parse_number(match["above"]), parse_number(match["below"])
        return (100 * above / below if above is not None and below else None), "%", match.end()
    if match["arabic"]:
        digits = match["arabic"].replace(",", "")
        if len(digits) > _LONGEST:
            return None, "", match.end()
        value = Fraction(digits)
        for character in match["magnitude"] or "":
            value *= (_SMALL | _LARGE)[character]
        return value, "", match.end()
    if len(match["han"]) == 1 and key[match.end() : match.end() + 1] in _SMALL:
        return None, "", match.end()
    return parse_number(match["han"]), "", match.end()


def _canonical(value: Fraction, unit: str) -> tuple[Fraction, str]:
    if unit == "成":
        return value * 10, "%"
    if unit == "个百分点":
        return value, "百分点"
    if unit == "亿元":
        return value * 10**8, "元"
    if unit == "‰":
        return value / 10, "%"
    return value, {"千米": "公里", "km": "公里", "千克": "公斤", "kg": "公斤", "元人民币": "元", "人民币": "元"}.get(
        unit, unit
    )


def _hedge(before: str, tail: re.Match[str]) -> str:
    """What the words around a number leave open: "over", "under", "about", or nothing."""
    words = {"余": "over", "多": "over", "几": "over", "以上": "over", "以下": "under"}
    for name in ("more", "after"):
        if tail[name]:
            return words.get(tail[name], "about")
    cue = _BEFORE.search(before[-6:].rstrip())
    if not cue:
        return ""
    return next((hedge for hedge, cues in _CUES.items() if cue["cue"] in cues), "about")
