"""Units of the same measure: what one of them is in the other."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

CONVERSIONS: Mapping[str, tuple[str, Fraction]] = {
    "公里": ("米", Fraction(1000)),
    "厘米": ("米", Fraction(1, 100)),
    "毫米": ("米", Fraction(1, 1000)),
    "吨": ("公斤", Fraction(1000)),
    "斤": ("公斤", Fraction(1, 2)),
    "克": ("公斤", Fraction(1, 1000)),
    "公顷": ("平方米", Fraction(10_000)),
    "平方公里": ("平方米", Fraction(1_000_000)),
    "分钟": ("秒", Fraction(60)),
    "小时": ("秒", Fraction(3600)),
    "块": ("元", Fraction(1)),
    "周岁": ("岁", Fraction(1)),
}
