"""Figures, dates and times in English, put into Chinese in the ways in which articles write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sept|sep october|oct "
        "november|nov december|dec".split(),
        start=1,
    )
    for name in names.split("|")
}
_NUMBERS = {
    name: number
    for number, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}
_ORDINALS = {
    name: number
    for number, name in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}
_DIGITS = "零一二三四五六七八九"
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_COUNT = rf"\d+|{'|'.join(_NUMBERS)}"
_ORDINAL = rf"\d+(?:st|nd|rd|th)|{'|'.join(_ORDINALS)}"
_YEAR = r"1\d{3}|20\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NUMBERED = {  # how things with a number are counted in Chinese: (before the number, behind it)
    "line": ("", "号线"),
    "phase": ("第", "期"),
    "room": ("", "室"),
    "gate": ("", "号门"),
    "ring": ("", "环"),
    "chapter": ("第", "章"),
    "article": ("第", "条"),
    "typhoon": ("第", "号台风"),
    "highway": ("", "号公路"),
    "bus": ("", "路"),
}


def chinese_number(number: int) -> str:
    """A whole number below a hundred in Chinese numerals, any other in digits."""
    if not 0 <= number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _number(text: str) -> int:
    key = text.lower()
    return _NUMBERS[key] if key in _NUMBERS else _ORDINALS[key] if key in _ORDINALS else int(re.sub(r"\D", "", key))


def _both(before: str, number: int, behind: str) -> tuple[str, ...]:
    return (f"{before}{number}{behind}", f"{before}{chinese_number(number)}{behind}")


def _date(match: re.Match[str]) -> tuple[str, ...]:
    found = match.groupdict()
    year, month, day = found.get("year"), found.get("month"), found.get("day")
    said = f"{year}年" if year else ""
    said += f"{_MONTHS[month.lower()]}月" if month else ""
    return (said + (f"{_number(day)}日" if day else ""),)


def _part_of_year(match: re.Match[str]) -> tuple[str, ...]:
    part, year = match["part"].lower().split()[0], match["year"] or ""
    said = {
        "end": "底",
        "late": "底",
        "beginning": "初",
        "start": "初",
        "early": "初",
        "middle": "年中",
        "mid": "年中",
    }[part]
    return (f"{year}年{said}" if said in "底初" else f"{year}{said}",)


def _half(match: re.Match[str]) -> tuple[str, ...]:
    year = f"{match['year']}年" if match["year"] else ""
    return (year + ("上半年" if match["which"].lower() == "first" else "下半年"),)


def _quarter(match: re.Match[str]) -> tuple[str, ...]:
    year, number = (f"{match['year']}年" if match["year"] else ""), chinese_number(_number(match["which"]))
    return (f"{year}{number}季度", f"{year}第{number}季度")


def _decade(match: re.Match[str]) -> tuple[str, ...]:
    decade = int(match["decade"])
    century, tens = decade // 100 + 1, decade % 100
    return (f"{century}世纪{tens}年代", f"{chinese_number(century)}世纪{chinese_number(tens)}年代", f"{decade}年代")


def _numbered(match: re.Match[str]) -> tuple[str, ...]:
    before, behind = _NUMBERED[match["thing"].lower()]
    number = int(match["number"])
    return (*_both(before, number, behind), f"{chinese_number(number)}{behind}")


def _percent(match: re.Match[str]) -> tuple[str, ...]:
    return (f"{match['number']}%",)


def _clock(match: re.Match[str]) -> tuple[str, ...]:
    hour = _number(match["hour"])
    later = hour + 12 if hour < 12 and (match["half"] or "").lower().startswith("p") else hour
    return tuple(dict.fromkeys((f"{hour}点", f"{later}时", f"{later}点", f"{hour}时", f"{chinese_number(hour)}点")))


def _ordinal(match: re.Match[str]) -> tuple[str, ...]:
    number = _number(match[0])
    return (*_both("第", number, ""), *(("首",) if number == 1 else ()))


def _months(match: re.Match[str]) -> tuple[str, ...]:
    count = _number(match["count"])
    return (*_both("前", count, "个月"), f"1-{count}月", f"前{count}月")


def _century(match: re.Match[str]) -> tuple[str, ...]:
    return _both("", _number(match["which"]), "世纪")


def _year_from_now(match: re.Match[str]) -> tuple[str, ...]:
    return ({"this": "今年", "last": "去年", "next": "明年"}[match["which"].lower()],)


def _number_of_one(match: re.Match[str]) -> tuple[str, ...]:
    number = int(match["number"])
    return (*_both("", number, "号"), *_both("第", number, ""))


def _digits(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((match[0].replace(",", ""), match[0])))


def _numeral(match: re.Match[str]) -> tuple[str, ...]:
    number = _number(match[0])
    return (*_both("", number, ""), *(("两",) if number == 2 else ()))


_OF = r"(?: of(?: the year)?)?"
_UNIT = r"met(?:re|er)|yuan|people|km|kilomet|tonne|ton|hour|day|square|cubic|household|student|worker"
_FULL_MONTH = "|".join(name for name in _MONTHS if name != "may" and len(name) > 3)
_SAID_NUMBER = "|".join(name for name in _NUMBERS if name not in {"one", "zero"})
_THING = "|".join(_NUMBERED)
_FIGURES: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, ...]]]] = [
    (re.compile(pattern, re.IGNORECASE), put)
    for pattern, put in (
        (rf"(?P<month>{_MONTH})\.? (?P<day>{_DAY})(?:,? (?P<year>{_YEAR}))?\b", _date),
        (rf"(?:the )?(?P<day>{_DAY}) (?:of )?(?P<month>{_MONTH})\.?(?:,? (?P<year>{_YEAR}))?\b", _date),
        (rf"(?P<month>{_MONTH})\.?,? (?:of )?(?P<year>{_YEAR})\b", _date),
        (
            rf"(?:the )?(?P<part>end of|beginning of|start of|middle of|early|late|mid) -?(?P<year>{_YEAR})\b",
            _part_of_year,
        ),
        (rf"(?:the )?(?P<which>first|second) half{_OF}(?: (?:in )?(?P<year>{_YEAR}))?\b", _half),
        (rf"(?:the )?(?P<which>first|second|third|fourth) quarter{_OF}(?: (?P<year>{_YEAR}))?\b", _quarter),
        (rf"(?:the )?first (?P<count>{_COUNT}) months\b", _months),
        (rf"(?:the )?(?P<which>{_ORDINAL}) century\b", _century),
        (r"(?:the )?(?P<decade>1\d\d0|20\d0)s\b", _decade),
        (rf"(?P<year>{_YEAR})(?! (?:{_UNIT}))\b(?![,.]\d)", _date),
        (rf"(?P<month>{_FULL_MONTH})\b", _date),
        (rf"(?P<thing>{_THING}) (?:no\. ?)?(?P<number>\d+)\b", _numbered),
        (r"no\. ?(?P<number>\d+)\b", _number_of_one),
        (r"(?P<which>this|last|next) year\b", _year_from_now),
        (r"(?P<number>\d+(?:\.\d+)?) ?(?:%|percent|per cent)", _percent),
        (rf"(?P<hour>{_COUNT}) ?(?:o['’]clock|(?P<half>[ap]\.?m\.?))(?!\w)", _clock),
        (rf"(?:{_ORDINAL})\b", _ordinal),
        (r"\d[\d,]*(?:\.\d+)?(?![A-Za-z\d])", _digits),
        (rf"(?:{_SAID_NUMBER})\b", _numeral),
    )
]


def figure_at(text: str, at: int) -> tuple[tuple[str, ...], int] | None:
    """What stands at `at` in Chinese, the likeliest way first, and where it ends; None where it is no figure."""
    for pattern, put in _FIGURES:
        if match := pattern.match(text, at):
            return put(match), match.end()
    return None
