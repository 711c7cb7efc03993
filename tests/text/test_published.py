"""When an article came out: raw strings, and the choice among candidates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.published import SHANGHAI, infer_published, parse_published

FETCHED = date(2024, 12, 20)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2024-12-11T16:27:00Z", datetime(2024, 12, 12, 0, 27, tzinfo=SHANGHAI)),
        ("2024-12-11T16:27:00+08:00", datetime(2024, 12, 11, 16, 27, tzinfo=SHANGHAI)),
        ("2024-12-11 16:27:41", datetime(2024, 12, 11, 16, 27, 41, tzinfo=SHANGHAI)),
        ("2024/12/11 16:27", datetime(2024, 12, 11, 16, 27, tzinfo=SHANGHAI)),
        ("1733905661", datetime(2024, 12, 11, 16, 27, 41, tzinfo=SHANGHAI)),
        ("1733905661000", datetime(2024, 12, 11, 16, 27, 41, tzinfo=SHANGHAI)),
        ("20241211162741", datetime(2024, 12, 11, 16, 27, 41, tzinfo=SHANGHAI)),
        ("202412111627", datetime(2024, 12, 11, 16, 27, tzinfo=SHANGHAI)),
        ("Wed, 11 Dec 2024 08:00:00 GMT", datetime(2024, 12, 11, 16, 0, tzinfo=SHANGHAI)),
        ("发布时间：2024年12月11日 16:27 来源：本站", datetime(2024, 12, 11, 16, 27, tzinfo=SHANGHAI)),
        ("2024年12月11日16时27分", datetime(2024, 12, 11, 16, 27, tzinfo=SHANGHAI)),
    ],
)
def test_moments(raw: str, expected: datetime) -> None:
    """A time of day is read where there is one, and other zones are converted to Shanghai."""
    found = parse_published(raw, origin="metadata")
    assert found is not None
    assert (found.day, found.time, found.confidence, found.origin) == (expected.date(), expected, 0.95, "metadata")


@pytest.mark.parametrize(
    "raw", ["2024-12-11", "20241211", "2024年12月11日", "二〇二四年十二月十一日", "民國113年12月11日"]
)
def test_days(raw: str) -> None:
    """A day alone has no time."""
    found = parse_published(raw, origin="given", reference=FETCHED)
    assert found is not None
    assert (found.day, found.time, found.confidence) == (date(2024, 12, 11), None, 1.0)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("12月11日", date(2024, 12, 11)),
        ("12月25日", date(2023, 12, 25)),
        ("昨天", date(2024, 12, 19)),
        ("2天前", date(2024, 12, 18)),
    ],
)
def test_relative_days_are_less_sure(raw: str, expected: date) -> None:
    """What is resolved against the day of fetching lies in the past and has less confidence; alone it says nothing."""
    found = parse_published(raw, origin="dateline", reference=FETCHED)
    assert found is not None
    assert found.day == expected
    assert found.confidence == pytest.approx(0.85 * 0.7)
    assert parse_published(raw, origin="dateline") is None


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example.cn/n1/2024/1211/c1-2.html",
        "http://example.cn/202412/11/a.shtml",
        "http://example.cn/2024-12/11/a.shtml",
        "http://example.cn/xw/t20241211_9.html",
        "http://example.cn/2024/12/11/9.html",
    ],
)
def test_addresses(address: str) -> None:
    """The day is found in the shapes that addresses give it."""
    found = parse_published(address, origin="url", reference=FETCHED)
    assert found is not None
    assert (found.day, found.confidence) == (date(2024, 12, 11), 0.8)


@pytest.mark.parametrize(
    "raw", ["", "未知", "2024-12", "2024年", "2030-01-01", "1985-01-01", "2024-13-45", "99999999999999"]
)
def test_refused(raw: str) -> None:
    """No day, an impossible one, one before the web, or one after fetching is unknown, not guessed."""
    assert parse_published(raw, origin="given", reference=FETCHED) is None


@given(st.text(max_size=30) | st.from_regex(r"\d{8,14}", fullmatch=True))
def test_any_string_is_survived(raw: str) -> None:
    """Whatever a page holds, parsing gives a plausible day or nothing."""
    found = parse_published(raw, origin="metadata", reference=FETCHED)
    assert found is None or date(1990, 1, 1) <= found.day <= date(2024, 12, 21)


def test_most_trusted_candidate_wins_and_agreement_adds() -> None:
    """Metadata beat the address; when both agree, confidence rises and the time is kept."""
    found = infer_published(
        [("http://example.cn/202412/11/a.html", "url"), ("2024-12-11 08:30", "metadata")], text="推进会举行。"
    )
    assert found is not None
    assert (found.day, found.origin, found.confidence) == (date(2024, 12, 11), "metadata", 1.0)
    assert found.time == datetime(2024, 12, 11, 8, 30, tzinfo=SHANGHAI)
    other = infer_published([("http://example.cn/202412/10/a.html", "url"), ("2024-12-11", "metadata")], text="")
    assert other is not None
    assert (other.day, other.confidence) == (date(2024, 12, 11), 0.95)


def test_future_candidates_are_passed_over() -> None:
    """A date after fetching is refused, and the next candidate counts."""
    found = infer_published(
        [("2031-01-01", "metadata"), ("http://example.cn/202412/11/a.html", "url")],
        text="",
        fetched_at=datetime(2024, 12, 20, tzinfo=UTC),
    )
    assert found is not None
    assert (found.day, found.origin) == (date(2024, 12, 11), "url")


def test_dateline_takes_its_year_from_neighbours() -> None:
    """A yearless dateline gets the year of the other dates on the page, with half the confidence at most."""
    page = "推进会举行\n相关\n2024-12-12 16:27:41\n2024-12-10 18:26:37"
    found = infer_published([], text="12月11日，推进会在新区举行。", page=page)
    assert found is not None
    assert (found.day, found.origin, found.confidence) == (date(2024, 12, 11), "dateline", 0.5)
    far = infer_published([], text="6月11日，推进会在新区举行。", page=page)
    assert far is not None
    assert (far.day, far.confidence) == (date(2024, 6, 11), 0.25)


def test_dateline_takes_its_year_from_fetching_last() -> None:
    """With no other date on the page, the day of fetching gives the year, with less confidence."""
    found = infer_published([], text="12月25日，推进会举行。", fetched_at=datetime(2024, 12, 20, tzinfo=UTC))
    assert found is not None
    assert (found.day, found.confidence) == (date(2023, 12, 25), 0.4)


def test_signature_line_of_a_notice() -> None:
    """A date alone on the last line is when a notice was signed."""
    found = infer_published([], text="明日停水。\n市水务局\n2024年12月11日")
    assert found is not None
    assert (found.day, found.origin) == (date(2024, 12, 11), "text")


@pytest.mark.parametrize("text", ["近日，喜讯传来。", "", "12月11日，推进会举行。", "教育家生于1920年，一生育人。"])
def test_unknown_stays_unknown(text: str) -> None:
    """Nothing that tells the day means no date."""
    assert infer_published([], text=text) is None


def test_a_day_that_has_not_come_is_no_day_of_publishing() -> None:
    """Without a time of fetching, no candidate, written date or neighbour's date behind the clock is believed."""
    now = datetime(2024, 12, 20, 4, 0, tzinfo=UTC)
    assert infer_published([("2030-08-14", "given")], text="", now=now) is None
    assert infer_published([], text="停水公告。\n市水务局\n2030年8月14日", now=now) is None
    due = "8月14日，公司公布展期方案，首期债券2030年9月2日到期。"
    assert infer_published([], text=due, page=due, now=now) is None
    found = infer_published([("2030-08-14", "metadata"), ("2024-12-21", "dateline")], text="", now=now)
    assert found is not None
    assert (found.day, found.origin) == (date(2024, 12, 21), "dateline")


def test_the_clock_gives_no_year() -> None:
    """A dateline without a year stays unknown when neither the page nor a time of fetching tells the year."""
    assert infer_published([], text="12月11日，推进会在新区举行。", now=datetime(2024, 12, 20, tzinfo=UTC)) is None
