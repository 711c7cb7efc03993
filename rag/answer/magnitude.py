"""How large a quantity can be: notation, unit and hedge make it an interval; intervals that meet do not conflict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from rag.text.numbers import Quantity
from rag.text.units import CONVERSIONS

_COUNTERS = (
    "人名位口",
    "家所座个间处户",
    "次场",
    "台部辆架艘套",
    "件项条份张篇本册幅枚颗",
)
_SCALES: dict[str, tuple[str, Fraction]] = {
    **CONVERSIONS,
    "里": ("米", Fraction(500)),
    "亩": ("平方米", Fraction(10_000, 15)),
    "分": ("秒", Fraction(60)),
    "天": ("秒", Fraction(86_400)),
    "平": ("平方米", Fraction(1)),
    "立方": ("立方米", Fraction(1)),
}
_WIDE = Fraction(1, 100)  # what 约 and 近 leave open at least, as a share of the value
_BELOW_NEXT = Fraction(99, 100)  # of a place, up to which 余 and 多 reach
_CONVERTED = Fraction(1, 200)  # what a conversion between units may lose
_RANGE_BEFORE = re.compile(r"\d[^\W\d_]{0,2}\s?(?:[-—–~～至到]|——)\s?[-﹣−]?$")
_RANGE_AFTER = re.compile(r"[^\W\d_]{0,2}?\s?(?:[-—–~～至到]|——)\s?[-﹣−]?\d")
_SIGN = re.compile(r"(?<![\d%])[-﹣−]$")
_LITTLE_MORE = re.compile("[余多]")  # `1.2万余` stays below 1.3万; `超1.2万` may be more
_DIGITS = re.compile(r"(?P<whole>\d[\d,]*)(?:\.(?P<decimals>\d+))?\s?(?P<magnitude>[百千万亿]*)")
_LARGE = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Magnitude:
    """`value` in `unit`, known to `step` (the place of its last digit); `low` to `high` is what a hedge leaves open."""

    value: Fraction
    unit: str
    step: Fraction
    low: Fraction | None
    high: Fraction | None
    hedged: bool
    converted: bool

    def is_comparable(self, other: Magnitude) -> bool:
        """Both measure in the same unit; a bare number may count anything that is counted."""
        if self.unit == other.unit:
            return True
        counted = {"", *_COUNTERS}
        return "" in {self.unit, other.unit} and {self.unit, other.unit} <= counted

    def agrees(self, other: Magnitude) -> bool:
        """Equal, equal after rounding to what the coarser of the two tells, or within what a hedge leaves open."""
        if self.value == other.value:
            return True
        if self.hedged or other.hedged:
            return _meet(self, other)
        difference = abs(self.value - other.value)
        if self.converted != other.converted and difference <= _CONVERTED * max(abs(self.value), abs(other.value)):
            return True
        return self.step != other.step and difference <= max(self.step, other.step) / 2


def _meet(one: Magnitude, other: Magnitude) -> bool:
    above = one.high is None or other.low is None or other.low <= one.high
    below = one.low is None or other.high is None or one.low <= other.high
    return above and below


def magnitude(quantity: Quantity, key: str, counted: str = "") -> Magnitude:
    """The magnitude of a quantity found in the folded text `key`; `counted` is the noun that follows a bare number."""
    unit, factor = _unit(quantity, key, counted)
    value, step = quantity.value * factor, _step(quantity, key) * factor
    if is_negative(key, quantity):
        value = -value
    low: Fraction | None = value - step / 2
    high: Fraction | None = value + step / 2
    if quantity.hedge == "over":
        little = _LITTLE_MORE.search(key, quantity.start, quantity.end + 1)
        low, high = value, value + _BELOW_NEXT * _place(quantity.value) * factor if little else None
    elif quantity.hedge == "under":
        low, high = None, value
    elif quantity.hedge == "about":
        wide = max(step / 2, _WIDE * abs(value))
        low, high = value - wide, value + wide
    return Magnitude(
        value=value, unit=unit, step=step, low=low, high=high, hedged=bool(quantity.hedge), converted=factor != 1
    )


def is_negative(key: str, quantity: Quantity) -> bool:
    """A minus sign stands right before the number."""
    return bool(_SIGN.search(key[: quantity.start]))


def is_part_of_a_range(key: str, quantity: Quantity) -> bool:
    """`12至15所` gives no single value."""
    bare = quantity.end - len(quantity.unit)
    return bool(
        _RANGE_BEFORE.search(key[max(0, quantity.start - 8) : quantity.start])
        or _RANGE_AFTER.match(key[bare : bare + 8])
    )


def _unit(quantity: Quantity, key: str, counted: str) -> tuple[str, Fraction]:
    unit = quantity.unit
    if counted and key.startswith(counted, quantity.end - len(unit)):
        return "", Fraction(1)
    if unit in _SCALES:
        return _SCALES[unit]
    return next((row for row in _COUNTERS if unit and unit in row), unit), Fraction(1)


def _place(value: Fraction) -> Fraction:
    """The place of the last digit of `value` that is not 0: 100 of 6,800, 0.1 of 2.5."""
    place = Fraction(1)
    while value and value % (place * 10) == 0:
        place *= 10
    while value % place:
        place /= 10
    return place


def _step(quantity: Quantity, key: str) -> Fraction:
    """The place of the last digit that is given: 1,000 for 1.2万, 0.1 for 91.5%, 10 for 3600, which may be round."""
    digits = _DIGITS.match(key, quantity.start)
    if not digits:
        return Fraction(1) if quantity.value % 1 == 0 else Fraction(1, 10)
    scale = 1
    for character in digits["magnitude"]:
        scale *= _LARGE[character]
    if digits["decimals"]:
        return Fraction(scale, 10 ** len(digits["decimals"]))
    whole = digits["whole"].replace(",", "")
    zeros = len(whole) - len(whole.rstrip("0"))
    return Fraction(scale * 10 ** max(0, zeros - 1))
