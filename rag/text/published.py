"""When an article came out: raw date strings parsed, and the best of several candidates with a confidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from rag.text.dates import DateMention, find_dates, month_day
from rag.types import Published

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLIEST = date(1990, 1, 1)  # no web page of news is older
_LATEST = date(2100, 1, 1)

_CONFIDENCE = {"given": 1.0, "metadata": 0.95, "dateline": 0.85, "url": 0.8, "text": 0.6}
_RELATIVE = 0.7  # share of the confidence left when the year or the day was resolved against another date
_BY_NEIGHBOUR, _BY_FETCH = 0.5, 0.4  # confidence of a yearless dateline, by what gave it its year
_NEIGHBOUR_DAYS = 60
_HEAD = 40  # characters of main text in which a dateline begins

_TIME = re.compile(r"\D{0,3}(?P<hour>[01]?\d|2[0-3])\s?[:：时]\s?(?P<minute>[0-5]\d)(?:[:：分](?P<second>[0-5]\d))?")
_COMPACT = re.compile(r"(?:19|20)\d{6}(?:\d{4}(?:\d\d)?)?")
_AGO = re.compile(r"(?P<count>\d{1,3})\s?(?P<unit>分钟|小时|天)前|刚刚")
_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/_.]?(?P<month>0[1-9]|1[0-2])[-/_.]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)


def parse_published(raw: str, *, origin: str, reference: date | None = None) -> Published | None:
    """The day, and the time where there is one, that `raw` names; None when it names no single plausible day.

    Understands ISO 8601 and RFC 2822 (converted to Asia/Shanghai; without a zone they are in it), epoch seconds and
    milliseconds, `20241211`, Chinese dates, and `2天前` or `昨天` against `reference`, the day of fetching, which also
    gives `12月11日` its year. `origin` is one of "given", "metadata", "dateline", "url" and "text" and sets the
    confidence; for "url" the date is looked for in the address. A day before 1990, or more than one day behind
    `reference`, is refused.
    """
    raw = raw.strip()
    trust = _CONFIDENCE.get(origin, _CONFIDENCE["text"])
    if origin == "url":
        day, moment = _day_of_address(raw), None
    else:
        day, moment = _stamp(raw) or (None, None)
        if day is None and (mention := _first_day(raw, reference)):
            day = mention.first
            if mention.relative and reference and day > reference:  # what is published lies in the past
                day = month_day(day.month, day.day, reference - timedelta(days=65)) or day
            moment, trust = _time_after(raw, mention, day), trust * (_RELATIVE if mention.relative else 1.0)
        elif day is None and reference and (found := _AGO.search(raw)):
            day, trust = _ago(found, reference), trust * _RELATIVE
    if day is None or not EARLIEST <= day <= (reference + timedelta(days=1) if reference else _LATEST):
        return None
    return Published(day=day, confidence=trust, origin=origin, time=moment)


def infer_published(
    candidates: Iterable[tuple[str, str]],
    *,
    text: str,
    page: str = "",
    fetched_at: datetime | None = None,
    now: datetime | None = None,
) -> Published | None:
    """The best reading of when an article came out, or None when nothing tells.

    `candidates` are `(raw, origin)` pairs; the most trusted one that parses wins, and an equal day from a second source
    makes it surer. Failing these, a dateline at the head of `text` (the main text) or a date alone on its last line is
    taken. A dateline without a year gets it from the full dates of `page`, all that the page says (lists of other
    articles carry them), or else from `fetched_at`, with low confidence. No article comes out more than one day behind
    `fetched_at`, or `now` (the clock by default) where the time of fetching is not known.
    """
    fetched = fetched_at.astimezone(SHANGHAI).date() if fetched_at else None
    latest = (fetched_at or now or datetime.now(UTC)).astimezone(SHANGHAI).date() + timedelta(days=1)
    given = list(candidates)
    parsed = (parse_published(raw, origin=origin) for raw, origin in given)
    found = sorted(
        (one for one in parsed if one and one.day <= latest),
        key=lambda one: (-one.confidence, one.time is None),
    )
    if found:
        best = found[0]
        timed = next((one.time for one in found if one.day == best.day and one.time), None)
        agreed = any(one.day == best.day and one.origin != best.origin for one in found[1:])
        sure = min(1.0, best.confidence + 0.05) if agreed else best.confidence
        return replace(best, confidence=sure, time=timed)
    head = text.lstrip()[: _HEAD + 20]
    if (written := _written_in(text, head, fetched)) and written.day <= latest:
        return written
    near = max((one.first for one in find_dates(page) if _is_plausible(one, latest)), default=None)
    for raw, origin in (*given, (head, "dateline")):
        if origin != "url" and (resolved := _with_year(raw, origin, near, fetched)) and resolved.day <= latest:
            return resolved
    ago = (parse_published(raw, origin=origin, reference=fetched) for raw, origin in given if fetched)
    return next((one for one in ago if one), None)


def _written_in(text: str, head: str, fetched: date | None) -> Published | None:
    """A full date at the head of the main text, or one that is its whole last line, as notices are signed."""
    last = text.rstrip().rpartition("\n")[2].strip("（）() \u3000")
    signed = _first_day(last, None)
    if signed and signed.end - signed.start == len(last):
        return parse_published(last, origin="text", reference=fetched)
    first = next(iter(find_dates(head)), None)
    if first and first.start <= _HEAD and first.precision == "day":
        return parse_published(head, origin="text", reference=fetched)
    return None


def _with_year(raw: str, origin: str, near: date | None, fetched: date | None) -> Published | None:
    """`12月11日` with a year that puts it close to `near`, the newest full date of the page, or before `fetched`."""
    mention = next((one for one in find_dates(raw, reference=near or fetched) if one.start <= _HEAD), None)
    if mention is None or mention.precision != "day" or "月" not in raw[mention.start : mention.end]:
        return None
    behind = raw[mention.start : mention.end + 20]
    found = parse_published(behind, origin=origin, reference=mention.first if near else fetched)
    if found is None or (fetched and found.day > fetched):
        return None
    sure = _BY_NEIGHBOUR if near else _BY_FETCH
    return replace(found, confidence=sure / 2 if near and abs((near - found.day).days) > _NEIGHBOUR_DAYS else sure)


def _is_plausible(mention: DateMention, latest: date) -> bool:
    return mention.precision == "day" and EARLIEST <= mention.first <= latest


def _first_day(raw: str, reference: date | None) -> DateMention | None:
    return next((one for one in find_dates(raw, reference=reference) if one.precision == "day"), None)


def _stamp(raw: str) -> tuple[date, datetime | None] | None:
    """A timestamp as machines write it: the day in Asia/Shanghai, and the time unless only a day was written."""
    if re.fullmatch(r"\d{10}(\d{3})?", raw):
        moment = datetime.fromtimestamp(int(raw[:10]), UTC).astimezone(SHANGHAI)
        return moment.date(), moment
    for read in (_compact, datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(raw)
        except (ValueError, OverflowError):
            continue
        moment = found.astimezone(SHANGHAI) if found.tzinfo else found.replace(tzinfo=SHANGHAI)
        return moment.date(), (moment if ":" in raw or len(raw) > len("2024-12-11") else None)
    return None


def _compact(raw: str) -> datetime:
    """`20241211`, `202412111627` or `20241211162730`.

    Raises:
        ValueError: it is none of these.
    """
    if not _COMPACT.fullmatch(raw):
        raise ValueError(f"{raw!r} is not a run of 8, 12 or 14 digits that begins with a year")
    return datetime.strptime(raw.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)


def _time_after(raw: str, mention: DateMention, day: date) -> datetime | None:
    """The time of day written behind a date."""
    found = _TIME.match(raw, mention.end)
    if found is None:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


def _ago(found: re.Match[str], reference: date) -> date:
    """The day of `3天前`; hours and minutes are taken as the same day, since the time of fetching is not known here."""
    return reference - timedelta(days=int(found["count"]) if found["unit"] == "天" else 0)


def _day_of_address(address: str) -> date | None:
    """The day in `/202412/11/`, `/2024-12/11/`, `/2024/1211/` or `t20241211_`."""
    for found in _ADDRESS.finditer(address):
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            continue
    return None
