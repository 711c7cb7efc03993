"""When a figure was so: the days that its sentence, its paragraph or the opening of its article states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from rag.answer.sentences import Sentence
from rag.text.dates import DateMention, find_dates
from rag.text.numbers import Quantity
from rag.text.script import fold
from rag.types import Article

_CLAUSE = re.compile(r"(?:(?<!\d)[,，]|(?<=\d)[,，](?!\d)|[;；。:：!！?？、()（）\n])+")
_REPORTED = re.compile(
    r"记者|获悉|介绍|通报|发布|公布|消息|电$|讯$|表示|称$|报道|召开|举行的?(?:新闻|发布|会议|座谈)|说$|说，|透露|了解到|公告|显示"
)
_HAPPENED = re.compile(
    r"(?:正式|顺利|全线|全面|全部|建成)*(?:[开动施竣完停复]工|通[车航水]|落成|建成|投[产用运]|投入(?:使用|运营)|启[用动]|开[业馆园幕通放]"
    r"|成立|创[办建立]|始建|兴建|奠基|签约|挂牌|上[市线映]|发布|问世|设立|组建|封顶|合龙|下线|出生)"
)
_UP_TO = re.compile(r"(?:截至|截止到?|到|至)\s?$")
_EVENT_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """The days that a figure is of; one day where the text says up to when it counts."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        """A single day."""
        return self.first == self.last

    def same_as(self, other: Time) -> bool:
        """The same days; a state at the end of a year is the state of that year."""
        if (self.first, self.last) == (other.first, other.last):
            return True
        ends = self.last == other.last and self.last.month == 12 and self.last.day == 31
        return ends and (self._is_an_end or other._is_an_end)

    def shares_days_with(self, other: Time) -> bool:
        """A day is among the few days of the other, as of one event that went on through them."""
        short = max(self.last - self.first, other.last - other.first) <= _EVENT_DAYS
        return short and self.first <= other.last and other.first <= self.last

    @property
    def _is_an_end(self) -> bool:
        return self.is_day or (self.last - self.first).days < 31


def clause_at(key: str, at: int) -> tuple[int, int]:
    """Where the clause around `at` begins and ends."""
    start, end = 0, len(key)
    for mark in _CLAUSE.finditer(key):
        if mark.end() <= at:
            start = mark.end()
        elif mark.start() >= at:
            end = mark.start()
            break
    return start, end


def dates_in(key: str, article: Article) -> list[DateMention]:
    """The dates in folded text of an article; relative ones count from its publication."""
    return find_dates(key, reference=article.published.day if article.published else None)


def is_reporting(key: str, mention: DateMention) -> bool:
    """A day on which something was said, not on which it was so."""
    if mention.precision != "day" or _UP_TO.search(key[: mention.start]):
        return False
    return bool(_REPORTED.search(key[mention.end : clause_at(key, mention.start)[1]]))


def time_of(key: str, quantity: Quantity, dates: list[DateMention]) -> Time | None:
    """The time that the sentence gives for a figure: the last one before it, else the first behind it.

    What only describes a noun (`全长4公里的大桥今天通车`) is of no time.
    """
    if key.startswith("的", quantity.end):
        return None
    stated = [d for d in dates if not is_reporting(key, d) and not _is_of_another_event(key, d, quantity)]
    before = [d for d in stated if d.end <= quantity.start]
    behind = [d for d in stated if d.start >= quantity.end and d.end <= clause_at(key, quantity.start)[1] + 12]
    found = before[-1] if before else behind[0] if behind else None
    return _time(key, found) if found else None


def _is_of_another_event(key: str, mention: DateMention, quantity: Quantity) -> bool:
    """The clause of the date says what happened then (`2022年7月开工`), and the figure stands in a later one."""
    start, end = clause_at(key, mention.start)
    return not start <= quantity.start < end and bool(_HAPPENED.match(key, mention.end))


def _time(key: str, mention: DateMention) -> Time:
    if _UP_TO.search(key[: mention.start]) or mention.precision == "day":
        return Time(first=mention.last, last=mention.last)
    return Time(first=mention.first, last=mention.last)


def times_around(sentence: Sentence, article: Article) -> list[Time]:
    """The times that the paragraph of a sentence and the opening of its article state."""
    line = article.text.rfind("\n", 0, sentence.start) + 1
    key = fold(f"{article.title} \n{article.text[:200]}\n{article.text[line : sentence.start]}")
    return [_time(key, d) for d in dates_in(key, article) if not is_reporting(key, d)]


def came_out_right_after(article: Article, day: date) -> bool:
    """The article was published on `day` or within the week behind it."""
    out = article.published.day if article.published else None
    return out is not None and day <= out <= day + _EVENT_DAYS
