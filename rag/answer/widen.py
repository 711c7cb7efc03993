"""A quoted sentence with what it cannot be read without: its sister clauses, and the list that it announces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.answer.quotable import quotable
from rag.answer.sentences import Sentence
from rag.text.script import fold
from rag.text.sentences import sentences
from rag.types import Article, Span

_SEMICOLONS = "；;"
_LONGEST_PERIOD = 200  # characters; beyond it a clause is quoted alone
_LONGEST_LIST = 800
_LABEL = re.compile(
    r"[?？]$|^\s*[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.．、）)]\s*\S{1,8}$|^[^\d\s]{1,4}[。：:]$"
)
_ANNOUNCED = re.compile(
    r"(?:[几两二三四五六七八九十]|\d{1,2})(?:个|项|条|点|件|种|大|方面|类|步)|(?:以下|如下|下列|下面)"
)
_ANNOUNCEMENT = 20  # characters before the end of a sentence in which it may announce a list
_LIST_ITEM = re.compile(r"\s*(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.．、）)]|[-•·●○◆■*])\s*\S")


def widen(chosen: Sequence[Sentence], articles: Mapping[str, Article]) -> list[Sentence]:
    """The chosen sentences, each made whole, without those that have become part of another."""
    whole: list[Sentence] = []
    for sentence in chosen:
        article = articles[sentence.evidence.passage.article_id]
        wider = with_list(with_answer(whole_period(sentence, article), article), article)
        if not any(overlap(wider, other) for other in whole):
            whole.append(wider)
    return whole


def whole_period(sentence: Sentence, article: Article) -> Sentence:
    """The sentence with the clauses that semicolons join to it, so that a quoted clause keeps its subject."""
    text = article.text
    line = text.rfind("\n", 0, sentence.start) + 1
    stop = text.find("\n", sentence.end)
    spans = [_shift(span, line) for span in sentences(text[line : stop if stop >= 0 else len(text)])]
    at = next((i for i, span in enumerate(spans) if span.overlaps(sentence.start, sentence.end)), None)
    if at is None:
        return sentence
    first = last = at
    while first > 0 and text[spans[first - 1].end - 1] in _SEMICOLONS:
        first -= 1
    while last + 1 < len(spans) and text[spans[last].end - 1] in _SEMICOLONS:
        last += 1
    if first == last:
        return sentence
    return _wider(sentence, article, min(sentence.start, spans[first].start), spans[last].end, _LONGEST_PERIOD)


def with_answer(sentence: Sentence, article: Article) -> Sentence:
    """A sentence that is a question, or a mere label (`2. 教师队伍。`), with the sentence behind it."""
    if not _LABEL.search(sentence.text):
        return sentence
    following = sentences(article.text[sentence.end : sentence.end + _LONGEST_PERIOD])
    if not following:
        return sentence
    return _wider(sentence, article, sentence.start, sentence.end + following[0].end, 2 * _LONGEST_PERIOD)


def with_list(sentence: Sentence, article: Article) -> Sentence:
    """The sentence with the list that it announces: numbered or bulleted lines, or clauses that semicolons join.

    A list is announced by a colon, a heading, or a number of things (`三个难点`, `以下措施`).
    """
    told = fold(sentence.text.rstrip())
    announced = told.endswith(":") or _ANNOUNCED.search(told[-_ANNOUNCEMENT:]) is not None
    if not announced:
        return sentence
    end = _end_of_lines(sentence, article)
    if end == sentence.end:
        end = _end_of_clauses(sentence, article)
    return _wider(sentence, article, sentence.start, end, _LONGEST_LIST) if end > sentence.end else sentence


def _end_of_lines(sentence: Sentence, article: Article) -> int:
    """Where the list that follows in lines of its own ends; where the sentence does when there is none."""
    rest, _, behind = article.text[sentence.end :].partition("\n")
    end = sentence.end + len(rest)
    if rest.strip():
        return sentence.end
    for line in behind.split("\n"):
        if not _LIST_ITEM.match(line) or end + 1 + len(line) - sentence.start > _LONGEST_LIST:
            break
        end += 1 + len(line)
    return end


def _end_of_clauses(sentence: Sentence, article: Article) -> int:
    """Where the clauses behind the sentence end that semicolons join; where the sentence does when there are none."""
    rest = article.text[sentence.end :].partition("\n")[0]
    spans = sentences(rest)
    joined = 0
    while joined < len(spans) and rest[spans[joined].end - 1] in _SEMICOLONS:
        joined += 1
    return sentence.end + spans[min(joined, len(spans) - 1)].end if joined else sentence.end


def _wider(sentence: Sentence, article: Article, start: int, end: int, longest: int) -> Sentence:
    """`sentence` widened to `[start, end)` of its article, unless that is too long or cannot be quoted."""
    longer = replace(sentence, start=start, end=max(end, sentence.end))
    longer = replace(longer, text=article.text[longer.start : longer.end])
    return longer if len(longer.text) <= longest and quotable(longer, article) is not None else sentence


def _shift(span: Span, by: int) -> Span:
    return Span(start=span.start + by, end=span.end + by)


def overlap(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences share words of one article."""
    same = one.evidence.passage.article_id == other.evidence.passage.article_id
    return same and one.start < other.end and other.start < one.end
