"""Dates in Chinese text: found, resolved against a reference date, and given as the days they cover."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.text.numbers import parse_number
from rag.text.script import fold

Precision = Literal["day", "month", "quarter", "half", "year", "range"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A date at code points `[start, end)` that covers the days `first` to `last`, both included.

    `relative` marks what was resolved against a reference date (去年, 12月11日), since another reference moves it.
    """

    start: int
    end: int
    first: date
    last: date
    precision: Precision
    relative: bool = False


Days = tuple[date, date, Precision]

_YEAR = r"(?:(?:19|20)\d\d|[一二][九零〇○]\s?[零〇○一二三四五六七八九]\s?[零〇○一二三四五六七八九])"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_SPAN = (
    r"(?:(?:第(?P<quarter>[一二三四1-4])\s?季度?|(?P<bare_quarter>[一二三四1-4])\s?季度|q(?P<q>[1-4])(?![\da-z]))|"
    r"前(?P<quarters>[二三两23])个?季度|(?P<half>[上下])半年)"
)
_EDGE = r"(?P<edge>年[底末初中]|[底末初](?![层部下期步心版]))"
_YEAR_WORDS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "大前年": -3, "明年": 1, "后年": 2}
_DAY_WORDS = {"今": 0, "昨": -1, "前": -2, "明": 1, "后": 2}
_HAN_WEEKDAY = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}


def find_dates(text: str, *, reference: date | None = None) -> list[DateMention]:
    """All dates of `text`, in order and without overlap; where two readings compete, the longer wins.

    `reference` is the day on which the text was written or asked. Without it, what only has a meaning relative to that
    day (昨日, 去年底, 12月11日) is left out; words that name no day at all (近日, 日前) always are.
    """
    key = fold(text)
    found = []
    for pattern, read, relative in _RULES:
        if relative and reference is None:
            continue
        for match in pattern.finditer(key):
            try:
                days = read(match, reference or date.max)
            except (OverflowError, ValueError):  # beyond the calendar: two years before the year 1, say
                continue
            if days is not None:
                found.append(_mention(match, days, relative=relative))
    found.sort(key=lambda mention: (mention.start, -mention.end))
    kept: list[DateMention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def month_day(month: int, day: int, near: date) -> date | None:
    """The day `month`-`day` of the year that puts it at most ten months before `near`, or two months after it."""
    for year in (near.year + 1, near.year, near.year - 1):
        found = _day(year, month, day)
        if found and found <= near + timedelta(days=65):
            return found
    return None


def _mention(match: re.Match[str], days: Days, *, relative: bool) -> DateMention:
    first, last, precision = days
    return DateMention(
        start=match.start(), end=match.end(), first=first, last=last, precision=precision, relative=relative
    )


def _number(text: str) -> int:
    value = parse_number(re.sub(r"[\s]", "", text).replace("○", "〇"))
    return int(value) if value is not None else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _one_day(day: date | None) -> Days | None:
    return (day, day, "day") if day else None


def _months(year: int, first: int, last: int, precision: Precision) -> Days | None:
    """The days of the months `first` to `last` of a year."""
    if not (1 <= first <= last <= 12 and 1 <= year <= 9998):
        return None
    return date(year, first, 1), date(year, last, monthrange(year, last)[1]), precision


def _part_of_year(year: int, match: re.Match[str]) -> Days | None:
    """The quarter, half or edge of a year that was matched, or the whole year."""
    if quarter := match["quarter"] or match["bare_quarter"] or match["q"]:
        last = 3 * _number(quarter)
        return _months(year, last - 2, last, "quarter")
    if match["quarters"]:
        return _months(year, 1, 3 * _number(match["quarters"]), "range")
    if match["half"]:
        return _months(year, *((1, 6) if match["half"] == "上" else (7, 12)), "half")
    if edge := match.groupdict().get("edge"):
        return _months(year, *{"初": (1, 3), "中": (6, 7)}.get(edge[-1], (12, 12)), "range")
    return _months(year, 1, 12, "year")


def _full(match: re.Match[str], _: date) -> Days | None:
    year = _number(match["year"]) + (1911 if "民国" in match.group() else 0)
    return _one_day(_day(year, _number(match["month"]), _number(match["day"])))


def _year_month(match: re.Match[str], _: date) -> Days | None:
    month = _number(match["month"])
    return _months(_number(match["year"]), month, month, "month")


def _year(match: re.Match[str], _: date) -> Days | None:
    return _part_of_year(_number(match["year"]), match)


def _month_range(match: re.Match[str], reference: date) -> Days | None:
    first, last = _number(match["first"]), _number(match["last"])
    given = match.groupdict()
    if year := given.get("year"):
        return _months(_number(year), first, last, "range")
    shift = _YEAR_WORDS[given["word"]] if given["word"] else -(first > reference.month)
    return _months(reference.year + shift, first, last, "range")


def _year_range(match: re.Match[str], _: date) -> Days | None:
    first, last = _number(match["first"]), _number(match["last"])
    return (date(first, 1, 1), date(last, 12, 31), "range") if 1000 < first < last < 9999 else None


def _day_range(match: re.Match[str], reference: date) -> Days | None:
    month = _number(match["month"])
    if year := match.groupdict().get("year"):
        first = _day(_number(year), month, _number(match["day"]))
    else:
        first = month_day(month, _number(match["day"]), reference)
    if first is None:
        return None
    last = _day(first.year, _number(match["last_month"] or match["month"]), _number(match["last_day"]))
    return (first, last, "range") if last and first < last else None


def _decade(match: re.Match[str], _: date) -> Days | None:
    tens = _number(match["decade"])
    century = 1900 if match["century"] in {"20", "二十", "上"} or (not match["century"] and tens >= 30) else 2000
    if tens % 10 or tens > 90:
        return None
    low, high = {"初": (0, 3), "中": (3, 6), "末": (7, 9)}.get(match["stage"] or "", (0, 9))
    return date(century + tens + low, 1, 1), date(century + tens + high, 12, 31), "range"


def _plan(match: re.Match[str], _: date) -> Days:
    """A five-year plan: the tenth began in 2001, and each begins where the one before ended."""
    first = 2001 + 5 * (_number(match["plan"]) - 10)
    return date(first, 1, 1), date(first + 4, 12, 31), "range"


def _yearless(match: re.Match[str], reference: date) -> Days | None:
    return _one_day(month_day(_number(match["month"]), _number(match["day"]), reference))


def _yearless_month(match: re.Match[str], reference: date) -> Days | None:
    month = _number(match["month"])
    return _months(reference.year - (month > reference.month), month, month, "month")


def _yearless_part(match: re.Match[str], reference: date) -> Days | None:
    """The latest such quarter or half that had begun by the reference."""
    for year in (reference.year, reference.year - 1):
        days = _part_of_year(year, match)
        if days and days[0] <= reference:
            return days
    return None


def _year_word(match: re.Match[str], reference: date) -> Days | None:
    year = reference.year + _YEAR_WORDS[match["word"]]
    if match["month"]:
        month = _number(match["month"])
        return (
            _one_day(_day(year, month, _number(match["day"]))) if match["day"] else _months(year, month, month, "month")
        )
    if match["since"] and year <= reference.year:
        return date(year, 1, 1), reference, "range"
    return _part_of_year(year, match)


def _month_word(match: re.Match[str], reference: date) -> Days | None:
    shift = {"本": 0, "这": 0, "上": -1, "下": 1}[match["word"][0]]
    year, month = divmod(reference.year * 12 + reference.month - 1 + shift, 12)
    if match["day"]:
        return _one_day(_day(year, month + 1, _number(match["day"])))
    return _months(year, month + 1, month + 1, "month")


def _day_word(match: re.Match[str], reference: date) -> Days | None:
    word = match["word"] or match["part"]
    shift = _DAY_WORDS[word] if word else -3
    return _one_day(reference + timedelta(days=shift))


def _week_word(match: re.Match[str], reference: date) -> Days | None:
    shift = {"本": 0, "这": 0, "上": -7, "下": 7}[match["word"][0]]
    monday = reference + timedelta(days=shift - reference.weekday())
    if match["weekday"]:
        return _one_day(monday + timedelta(days=_HAN_WEEKDAY[match["weekday"]]))
    return monday, monday + timedelta(days=6), "range"


def _bare_day(match: re.Match[str], reference: date) -> Days | None:
    """`记者16日获悉`: the nearest such day, at most ten days ahead."""
    near = reference + timedelta(days=10)
    for months_back in range(3):
        year, month = divmod(near.year * 12 + near.month - 1 - months_back, 12)
        found = _day(year, month + 1, _number(match["day"]))
        if found and found <= near:
            return _one_day(found)
    return None


def _recent(match: re.Match[str], reference: date) -> Days | None:
    count = _number(match["count"])
    if not 0 < count <= 100:
        return None
    if match["unit"] in {"天", "日", "周"}:
        return reference - timedelta(days=count * (7 if match["unit"] == "周" else 1)), reference, "range"
    months = reference.year * 12 + reference.month - 1 - count * (12 if match["unit"] == "年" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(reference.day, monthrange(year, month + 1)[1])), reference, "range"


_Reader = Callable[[re.Match[str], date], Days | None]


def _rule(pattern: str, read: _Reader, *, relative: bool = False) -> tuple[re.Pattern[str], _Reader, bool]:
    return re.compile(pattern), read, relative


_TO = r"\s?(?:[-—–~至到]|--|——)\s?"
_NUMERIC = r"(?<![\d.])(?P<year>(?:19|20)\d\d)"
_WORD = r"(?P<word>大前年|今年|本年|去年|上年|前年|明年|后年)"
_MONTHS = rf"(?P<first>{_MONTH})月?份?{_TO}(?P<last>{_MONTH})\s?月份?(?!\s?{_DAY}\s?[日号])"
_DAYS = (
    rf"(?P<month>{_MONTH})\s?月\s?(?P<day>{_DAY})\s?[日号]?{_TO}"
    rf"(?:(?P<last_month>{_MONTH})\s?月\s?)?(?P<last_day>{_DAY})\s?[日号]"
)
_RULES = (
    _rule(rf"{_NUMERIC}\s?(?P<sep>[-/.])\s?(?P<month>\d\d?)\s?(?P=sep)\s?(?P<day>\d\d?)(?!\.?\d)", _full),
    _rule(rf"(?<!\d)(?P<year>{_YEAR})\s?年\s?(?P<month>{_MONTH})\s?月\s?(?P<day>{_DAY})\s?[日号]", _full),
    _rule(
        rf"民国\s?(?P<year>\d{{1,3}}|[一二三四五六七八九十百零〇]+)\s?年\s?"
        rf"(?P<month>{_MONTH})\s?月\s?(?P<day>{_DAY})\s?日",
        _full,
    ),
    _rule(rf"(?<!\d)(?P<year>{_YEAR})\s?年\s?(?P<month>{_MONTH})\s?月份?", _year_month),
    _rule(rf"{_NUMERIC}[-/](?P<month>0[1-9]|1[0-2])(?![\d.%/-])", _year_month),
    _rule(rf"(?<!\d)(?P<year>{_YEAR})\s?年(?:度|全年)?\s?(?:{_SPAN}|{_EDGE})?", _year),
    _rule(rf"(?<!\d)(?P<year>(?:19|20)\d\d)\s?{_SPAN}", _year),
    _rule(rf"(?<!\d)(?P<first>{_YEAR})\s?年?{_TO}(?P<last>{_YEAR})\s?年", _year_range),
    _rule(rf"(?<!\d)(?P<year>{_YEAR})\s?年\s?{_MONTHS}", _month_range),
    _rule(rf"(?<![\d年])(?:{_WORD})?{_MONTHS}", _month_range, relative=True),
    _rule(rf"(?<!\d)(?P<year>{_YEAR})\s?年\s?{_DAYS}", _day_range),
    _rule(rf"(?<![\d年]){_DAYS}", _day_range, relative=True),
    _rule(
        r"(?:(?P<century>20|二十|上)世纪)?(?P<decade>\d0|[二三四五六七八九]?十)年代(?P<stage>[初中末](?!国))?", _decade
    ),
    _rule(r"(?P<plan>十[一二三四五六七八九])五(?![一二三四五六七八九十])(?=[”\"'」』]|规划|期间|时期|末|以来)", _plan),
    _rule(rf"(?<![\d.])(?P<month>{_MONTH})\s?月\s?(?P<day>{_DAY})\s?[日号]", _yearless, relative=True),
    _rule(rf"(?<![\d.年个])(?P<month>{_MONTH})\s?月份?(?![\d日])", _yearless_month, relative=True),
    _rule(rf"(?<![年第\da-z]){_SPAN}", _yearless_part, relative=True),
    _rule(
        rf"{_WORD}度?\s?(?:(?P<month>{_MONTH})\s?月份?(?:\s?(?P<day>{_DAY})\s?[日号])?|{_SPAN}|{_EDGE}|(?P<since>以来))?",
        _year_word,
        relative=True,
    ),
    _rule(rf"(?P<word>[本这]个?|[上下]个?)月(?:\s?(?P<day>{_DAY})\s?[日号])?", _month_word, relative=True),
    _rule(r"大前天|(?P<word>[今昨前明后])天|(?P<part>[今昨明])[日晚夜晨早](?!头条)", _day_word, relative=True),
    _rule(
        r"(?P<word>[本这上下])(?:个?星期|个?礼拜|周)(?P<weekday>[一二三四五六日天](?![年个月]))?(?!年)",
        _week_word,
        relative=True,
    ),
    _rule(r"(?<![\d.月])(?P<day>3[01]|[12]\d|[1-9])日(?![内均元游年龄前后起以本线])", _bare_day, relative=True),
    _rule(
        r"(?:最近|过去|近)(?P<count>\d{1,3}|[一二三四五六七八九十两]{1,3})(?P<unit>个月|年|周|天|日)",
        _recent,
        relative=True,
    ),
)
