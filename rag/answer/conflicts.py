"""Articles that give different values for the same measure, place and time: found, so that the answer shows both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answer.comparable import Voice, is_same_measure
from rag.answer.expect import Kind
from rag.answer.quotable import quotable
from rag.answer.readings import Reading, context, readings
from rag.answer.sentences import Sentence
from rag.answer.subject import belongs, missing_dates, missing_places
from rag.answer.view import QuestionView
from rag.answer.widen import widen
from rag.text.dates import DateMention
from rag.text.script import fold
from rag.types import Article

_LOOKED_AT = 40  # sentences, best first
_AS_LIKELY = 0.02  # share of the answering sentence's probability that another one must reach
_MOST = 4  # values shown


Reads = Callable[[str], Article]  # an article by its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Different values of one measure: a sentence of another article for each, the oldest publication first.

    `values` are as the articles say them, in the order of `sentences`; `measure` is in words of the question.
    """

    measure: str
    sentences: tuple[Sentence, ...]
    values: tuple[str, ...]


def disagreements(
    view: QuestionView, chosen: Sequence[Sentence], ranked: Sequence[Sentence], read: Reads
) -> list[Disagreement]:
    """Where other articles than the one that answers give other values; empty where all agree or nothing is certain.

    Only questions for a number or a date can have such answers. `chosen` are the sentences that answer, `ranked` all
    sentences of the evidence, best first; `read` gives the articles of both. At most one
    disagreement comes back, since a question asks for one measure.
    """
    if view.expected.kind not in {Kind.NUMBER, Kind.DATE}:
        return []
    for sentence in sorted(chosen, key=lambda s: -s.score):
        anchor = _voice(view, _ranked_part(sentence, ranked), read)
        if anchor is None:
            continue
        voices = [anchor]
        for other in _others(sentence, ranked):
            voice = _voice(view, other, read)
            if voice and is_same_measure(view, anchor, voice) and all(_differ(voice, v) for v in voices):
                voices.append(voice)
        if len(voices) > 1:
            return [_disagreement(view, voices[:_MOST])]
    return []


def _ranked_part(sentence: Sentence, ranked: Sequence[Sentence]) -> Sentence:
    """The likeliest ranked sentence inside a chosen one, which may have been widened."""
    article_id = sentence.evidence.passage.article_id
    inside = (
        s
        for s in ranked
        if s.evidence.passage.article_id == article_id and sentence.start <= s.start and s.end <= sentence.end
    )
    return next(inside, sentence)


def _others(sentence: Sentence, ranked: Sequence[Sentence]) -> Iterable[Sentence]:
    """The likely sentences of other articles, best first."""
    article_id = sentence.evidence.passage.article_id
    for other in ranked[:_LOOKED_AT]:
        if other.evidence.passage.article_id != article_id and other.score >= _AS_LIKELY * sentence.score:
            yield other


def _voice(view: QuestionView, sentence: Sentence, read: Reads) -> Voice | None:
    """What a sentence says in answer; None where it says nothing, or speaks of another place or time."""
    article = read(sentence.evidence.passage.article_id)
    found = readings(view, sentence, article)
    if not found or quotable(sentence, article) is None:
        return None
    if missing_places(view, article) or missing_dates(view, article):
        return None
    if view.expected.kind is Kind.NUMBER and not belongs(view, sentence, article):
        return None
    return Voice(reading=found[0], article=article, context=context(sentence, article), others=tuple(found))


def _differ(one: Voice, other: Voice) -> bool:
    """The values exclude each other, and neither sentence gives the value of the other one as well."""
    if one.article.article_id == other.article.article_id or _agree(one.reading, other.reading):
        return False
    return not (_also_gives(one, other.reading) or _also_gives(other, one.reading))


def _also_gives(voice: Voice, value: Reading) -> bool:
    """The sentence of `voice` gives `value` too; one that corrects it does not count."""
    if voice.reading.revises:
        return False
    return any(_agree(reading, value) for reading in voice.others)


def _agree(one: Reading, other: Reading) -> bool:
    """The values can both be true; values that cannot be compared do not disagree either."""
    if one.magnitude and other.magnitude:
        return not one.magnitude.is_comparable(other.magnitude) or one.magnitude.agrees(other.magnitude)
    if one.days and other.days:
        years = (-1, 0, 1) if one.days.relative or other.days.relative else (0,)
        return any(_meet(one.days, other.days, by) for by in years)
    return True


def _meet(one: DateMention, other: DateMention, years: int) -> bool:
    """Both share a day, when `other` is moved by `years`; the year of a day that names none is a guess."""
    first, last = (_moved(day, years) for day in (other.first, other.last))
    return one.first <= last and first <= one.last


def _moved(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _disagreement(view: QuestionView, voices: Sequence[Voice]) -> Disagreement:
    ordered = sorted(voices, key=lambda voice: voice.article.published.day if voice.article.published else date.max)
    quoted = [widen([voice.reading.sentence], {voice.article.article_id: voice.article})[0] for voice in ordered]
    return Disagreement(
        measure=measure(view),
        sentences=tuple(quoted),
        values=tuple(voice.reading.value for voice in ordered),
    )


_ASKING = re.compile(
    r"(?:一共|总共|共有|共|分别|各)?(?:是在|是|为|有|达到|达|约)?了?"
    r"(?:百分之(?:多少|几)|多少|多[大高长远重宽深久快]|什么时[候间]|何时|哪一?[年天月日]|几[年月日号]|几)"
    r"(?:[万亿]?(?:公里|平方米|个百分点|[个所名人家座位次台辆项件元万亿亩米吨层岁处间]))?"
)


def measure(view: QuestionView) -> str:
    """The question without its interrogative: `临河区普惠性幼儿园覆盖率`."""
    key = fold(view.text)
    asked = _ASKING.search(key)
    text = view.text[: asked.start()] + view.text[asked.end() :] if asked else view.text
    return text.strip(" \n?？。！!，,呢吗的") or view.text
