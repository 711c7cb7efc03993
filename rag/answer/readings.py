"""What a sentence gives for the measure or day that a question asks for: the value, the words around it, its time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answer.expect import Kind
from rag.answer.magnitude import Magnitude, is_negative, is_part_of_a_range, magnitude
from rag.answer.sentences import Sentence
from rag.answer.times import Time, clause_at, dates_in, is_reporting, time_of
from rag.answer.view import QuestionView
from rag.text.dates import DateMention
from rag.text.numbers import Quantity, find_quantities
from rag.text.script import fold
from rag.types import Article

_CHANGE = re.compile(
    r"(?:增长|增加|提高|上升|提升|下降|减少|降低|回落|增幅|涨幅|降幅|上涨|下跌|多|少)了?(?:约|近|超过?|逾)?$"
)
_ASKS_FOR_CHANGE = re.compile(r"[增减升降涨跌幅]|提高|回落")
_LEVEL = re.compile(r"(?:到|至|为|达|有|共|是)了?(?:约|近|超过?|逾)?$")
_OTHER_YEAR = re.compile(r"(?:上年|去年|前年|同期|此前|原来|原有|原先|原定)[^,，;；。]{0,8}$")
_REVISES = re.compile(
    r"更正|勘误|订正|修正为|调整为|修订为|有误|误[为写报]|应为|原定|推迟|延期|提前[至到]|改为|改期|改在"
)
_CORRECTED = re.compile(
    r"(?:应为|应是|[改订修]正?为|调整[为至到]|推迟[至到]|延期?[至到]|提前[至到]|改[在到]|改期[至到]?)[^,，;；。]{0,4}$"
)
_OF_ANOTHER_CASE = re.compile(r"如果|假如|假设|假定|倘若|(?<![比较与跟])(?:上年|去年)同期")
_LITTLE = 3  # characters beside a date in its clause, up to which the clause behind it says what happened
_NEAR_NOUN = 0.5  # weight of the words of the sentence before the figure's own clause
_COUNTERS_BEFORE = frozenset("头只匹棵株")  # counters that the cutter joins to their noun
_COUNTS_TIME = frozenset({"年", "月", "日", "号", "时", "点", "届", "期", "岁", "版", "级", "条", "章"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value in one sentence: `value` as the article says it, `said` the folded words that belong to it.

    Either `magnitude` or `days` is set: the one for a number, the other for a date.
    """

    sentence: Sentence
    value: str
    said: str
    fit: float
    magnitude: Magnitude | None = None
    days: DateMention | None = None
    time: Time | None = None
    revises: bool = False
    upto: str = ""  # the folded period, of which the sentence may be a clause, up to the value


def readings(view: QuestionView, sentence: Sentence, article: Article) -> list[Reading]:
    """The values in `sentence` that can be what is asked for, the likeliest first."""
    if view.expected.kind is Kind.NUMBER:
        found = list(_numbers(view, sentence, article))
    elif view.expected.kind is Kind.DATE:
        found = list(_days(view, sentence, article))
    else:
        return []
    return sorted(found, key=lambda reading: -reading.fit)


def context(sentence: Sentence, article: Article) -> str:
    """Folded title, opening and, up to the end of the sentence, its paragraph: what the sentence is about."""
    line = article.text.rfind("\n", 0, sentence.start) + 1
    lead = article.text.partition("\n")[0][:200]
    return fold(f"{article.title} {article.publisher or ''} {lead} {article.text[line : sentence.end]}")


def _numbers(view: QuestionView, sentence: Sentence, article: Article) -> Iterator[Reading]:
    key = fold(sentence.text)
    before = _period_before(sentence, article)
    if _OF_ANOTHER_CASE.search(before):
        return
    asked = {(q.value, q.unit) for q in view.quantities}
    dates = dates_in(key, article)
    usable = [
        q
        for q in find_quantities(key)
        if (q.value, q.unit) not in asked
        and (q.unit not in _COUNTS_TIME or q.unit in view.expected.units)
        and key[q.start - 1 : q.start] != "第"
        and not (q.value == 1 and key[q.start] == "一")
        and not any(d.start < q.end and q.start < d.end for d in dates)
        and _fits(view, q, key)
    ]
    found = [(fit, q, said) for q in usable if (fit := _fit(view, key, q, said := _said_of(key, q, usable))) > 0]
    if not found or is_part_of_a_range(key, max(found, key=lambda each: each[0])[1]):
        return
    for fit, quantity, said in found:
        yield Reading(
            sentence=sentence,
            value=sentence.text[_beginning(key, quantity) : _ending(key, quantity)],
            said=said,
            fit=fit,
            magnitude=magnitude(quantity, key, view.counted),
            time=time_of(key, quantity, dates),
            revises=bool(_REVISES.search(key)),
            upto=before + key[: quantity.start],
        )


def _period_before(sentence: Sentence, article: Article) -> str:
    """The folded clauses before a sentence that semicolons join to it, at most 200 characters."""
    before = article.text[max(0, sentence.start - 200) : sentence.start]
    return fold(before[max(before.rfind(stop) for stop in "。！？!?\n") + 1 :])


def _fits(view: QuestionView, quantity: Quantity, key: str) -> bool:
    if not view.expected.units:
        return True
    if quantity.unit and quantity.unit.startswith(view.expected.units):
        return True
    return bool(view.counted) and key.startswith(view.counted[0], quantity.end - len(quantity.unit))


def _said_of(key: str, quantity: Quantity, others: list[Quantity]) -> str:
    """The clause of a figure, with the clauses before it back to the last figure of the same kind."""
    start, end = clause_at(key, quantity.start)
    before = [other for other in others if other.end <= start]
    return key[clause_at(key, before[-1].start)[1] if before else 0 : end]


def _fit(view: QuestionView, key: str, quantity: Quantity, said: str) -> float:
    """How much of the question stands around the figure; 0 where it is a change or of other things."""
    start, end = clause_at(key, quantity.start)
    clause, before = key[start:end], key[start : quantity.start]
    if _CHANGE.search(before) and not _ASKS_FOR_CHANGE.search(view.key):
        return 0.0
    if _OTHER_YEAR.search(before) and not _REVISES.search(key):
        return 0.0
    if "分别" in said or _OF_ANOTHER_CASE.search(
        key[: quantity.start]
    ):  # `分别`: whose figure it is, only counting tells
        return 0.0
    core = core_words(view)
    if core and not any(word in said for word in core):
        return 0.0
    near = max((word in clause for word in core), default=False)
    level = 0.2 if _LEVEL.search(before) else 0.0
    corrected = 1.0 if _CORRECTED.search(before) else 0.0
    return view.coverage(clause) + _NEAR_NOUN * view.coverage(said) + near + level + corrected + 0.01


def core_words(view: QuestionView) -> list[str]:
    """The words that name what is measured: the noun that is counted, else the words where the question asks.

    For a date it is the word behind the interrogative, else the one before it: what happened then.
    """
    if view.counted:
        return [view.counted[1:] if view.counted[0] in _COUNTERS_BEFORE else view.counted]
    words = [word for word in view.focus if len(word) > 1 and not is_unit(word)]
    return words[-1:] if view.expected.kind is Kind.DATE else words


def is_unit(word: str) -> bool:
    """A word of the question that only says in what it is measured."""
    return any(quantity.unit == word for quantity in find_quantities(f"1{word}"))


def _beginning(key: str, quantity: Quantity) -> int:
    """Where the value begins, with the word or the sign before it that belongs to it."""
    start = quantity.start - 1 if is_negative(key, quantity) else quantity.start
    before = re.search(r"(?:大约|约|将近|接近|近|超过|超|逾|不足|不到|至少|至多)为?$", key[:start])
    return before.start() if before else start


def _ending(key: str, quantity: Quantity) -> int:
    """Where the value ends, with a currency's last character."""
    return quantity.end + (quantity.unit != "元" and len(quantity.unit) == 1 and key.startswith("元", quantity.end))


def _days(view: QuestionView, sentence: Sentence, article: Article) -> Iterator[Reading]:
    key = fold(sentence.text)
    core = core_words(view)
    asked = [(d.first, d.last) for d in view.dates]
    for mention in dates_in(key, article):
        known = any(first <= mention.first and mention.last <= last for first, last in asked)
        if is_reporting(key, mention) or (known and mention.precision == "year"):
            continue
        said = _said_with(key, mention)
        if core and not all(word in said for word in core):
            continue
        corrected = 1.0 if _CORRECTED.search(key[: mention.start]) else 0.0
        yield Reading(
            sentence=sentence,
            value=sentence.text[mention.start : mention.end],
            said=said,
            fit=view.coverage(said) + corrected + 0.01,
            days=mention,
            revises=bool(_REVISES.search(key)),
        )


def _said_with(key: str, mention: DateMention) -> str:
    """The clause of a date; with the next one, where it says no more than the date."""
    start, end = clause_at(key, mention.start)
    if end - start - (mention.end - mention.start) <= _LITTLE:
        end = clause_at(key, end + 1)[1]
    return key[start:end]
