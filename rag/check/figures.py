"""Figures as they are compared: value, unit, hedge, range and ordinal, whatever the notation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from rag.text.numbers import Quantity, find_quantities
from rag.text.units import CONVERSIONS

_COUNTERS = (
    "人名位口员个家所座间处户款台部辆架艘套件项条份张篇本册幅枚颗只头棵株场次起宗例种类支队批届班",
    "年周年",
    "天日",
)
_SCALES: dict[str, tuple[str, Fraction]] = {
    **CONVERSIONS,
    "cm": ("米", Fraction(1, 100)),
    "mm": ("米", Fraction(1, 1000)),
    "平方千米": ("平方米", Fraction(1_000_000)),
    "秒钟": ("秒", Fraction(1)),
    "元人民币": ("元", Fraction(1)),
    "摄氏度": ("度", Fraction(1)),
    "°": ("度", Fraction(1)),
    "℃": ("度", Fraction(1)),
}
_MEASURES = frozenset(
    """
    元 % 百分点 ‰ 美元 港元 欧元 日元 英镑 韩元 卢布 米 公斤 平方米 立方米 秒 岁 度 倍 亩 千瓦 千瓦时 兆瓦 瓦 升
    毫升 吨 里 英里 英尺 英寸 寸 分 点 时 月 号 级 股 km kg cm mm mah gb tb mb ghz mhz kwh nm 层 票 桶 桌 代 折 岁
    楼 人次 场次 门次 架次 个月 年级 学位 课时 家庭 周 号线
    """.split()
)
_RANGE = re.compile(r"\s?(?:[-—–~～至到]|——|--)\s?")
_DIGITS = re.compile(r"(?P<whole>\d[\d,]*)(?:\.(?P<decimals>\d+))?\s?(?P<magnitude>[百千万亿]*)")
_LARGE = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_MOST_ROUNDED = Fraction(1, 20)  # share of a value that 约 and 超过 may round away
_FRACTION_UNITS = frozenset({"%", "百分点", "倍", "‰"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` to `upper` (equal for a single value) in `unit` at `[start, end)`; `step` is that of its last digit."""

    start: int
    end: int
    value: Fraction
    upper: Fraction
    unit: str
    step: Fraction
    hedge: str = ""
    ordinal: bool = False


def find_figures(key: str) -> list[Figure]:
    """The figures of a folded text in order; the two ends of a range (`10—15个`) are one figure."""
    quantities = find_quantities(key)
    found: list[Figure] = []
    at = 0
    while at < len(quantities):
        low = quantities[at]
        high = quantities[at + 1] if at + 1 < len(quantities) and _joins(key, low, quantities[at + 1]) else low
        found.append(_figure(key, low, high))
        at += 1 if high is low else 2
    return found


def _joins(key: str, low: Quantity, high: Quantity) -> bool:
    return low.value < high.value and low.unit in {"", high.unit} and bool(_RANGE.fullmatch(key, low.end, high.start))


def _figure(key: str, low: Quantity, high: Quantity) -> Figure:
    ordinal = key[low.start - 1 : low.start] == "第"
    unit, factor = _SCALES.get(high.unit, (high.unit, Fraction(1)))
    known = unit in _MEASURES or any(unit in row for row in _COUNTERS)
    end = high.end if known or not high.unit else high.end - len(high.unit)
    value, upper = low.value * factor, high.value * factor
    if low is not high and not low.unit and (scale := _scale_of(key, high)) and low.value * scale < high.value:
        value *= scale  # `10-15万人`: the magnitude belongs to both ends
    return Figure(
        start=low.start - ordinal,
        end=end,
        value=value,
        upper=upper,
        unit=unit if known else "",
        step=_step(key, high) * factor,
        hedge=low.hedge or high.hedge,
        ordinal=ordinal,
    )


def _scale_of(key: str, quantity: Quantity) -> int:
    digits = _DIGITS.match(key, quantity.start)
    scale = 1
    for character in digits["magnitude"] if digits else "":
        scale *= _LARGE[character]
    return scale


def _step(key: str, quantity: Quantity) -> Fraction:
    """The place of the last digit that is given: 1,000 for 1.2万, 0.1 for 91.5%."""
    digits = _DIGITS.match(key, quantity.start)
    if not digits:
        return Fraction(1) if quantity.value % 1 == 0 else Fraction(1, 10)
    scale = Fraction(_scale_of(key, quantity))
    return scale / 10 ** len(digits["decimals"]) if digits["decimals"] else scale


def is_same_unit(one: Figure, other: Figure) -> bool:
    """Units that measure or count the same; a bare number may count anything that is counted."""
    if one.unit == other.unit:
        return True
    counted = [next((row for row in _COUNTERS if unit and unit in row), unit) for unit in (one.unit, other.unit)]
    if counted[0] == counted[1]:
        return True
    return "" in counted and not ({one.unit, other.unit} & _FRACTION_UNITS)


def difference(quote: Figure, claim: Figure) -> str:
    """Why `quote` does not carry `claim`: "number", "unit", "hedge" or "ordinal"; empty when it does."""
    if quote.ordinal != claim.ordinal:
        return "ordinal"
    equal = quote.value == claim.value and quote.upper == claim.upper
    if not is_same_unit(quote, claim):
        return "unit" if equal else "number"
    if equal:
        return "" if _allows(quote.hedge, claim.hedge) else "hedge"
    return "" if _rounds(quote, claim) else "number"


def _allows(quote: str, claim: str) -> bool:
    """Whether one hedge may be told as another: less may be said, nothing else."""
    if quote == claim:
        return True
    return claim == "about" or (claim == "" and quote in {"about", "over"})


def _rounds(quote: Figure, claim: Figure) -> bool:
    """`约2.5万` for 25123, `超过2.5万` for 25123, `不到3万` for 29800."""
    if not claim.hedge or quote.upper != quote.value or claim.upper != claim.value or quote.value == 0:
        return False
    off = claim.value - quote.value
    if abs(off) > _MOST_ROUNDED * quote.value or claim.step <= quote.step:
        return False
    if claim.hedge == "about":
        return abs(off) <= claim.step / 2
    return -claim.step < off < 0 if claim.hedge == "over" else 0 < off < claim.step
