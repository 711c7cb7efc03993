"""Whether an answer says what it should: facts by value, containment, length. Pure functions; None where undefined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from eval.cases import Fact
from eval.keys import key
from rag.check.figures import Figure, find_figures, is_same_unit
from rag.text.dates import find_dates
from rag.text.script import fold

_PIECES = re.compile(r"[a-z]+|\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """A figure where it stands: an exact number in a unit, `ordinal` when 第 is before it."""

    value: Fraction
    figure: Figure


_Token: TypeAlias = str | _Value


def holds(text: str, wording: str) -> bool:
    """Whether `text` says `wording`: the same characters in the same order, and the same figures by value and unit.

    Script, width, case and punctuation do not count, Latin words are compared whole. Figures are read in any
    notation (1.2万 = 12000, 三成 = 30%, 二〇二三年 = 2023年) and only whole: 15 does not stand in 150. A figure of
    `wording` without a unit stands in one that counts anything, but not in 15%; one with a unit stands only in its
    like. A range holds its ends. A `wording` that is one date stands wherever that day, month or year is named.
    """
    wanted, given = _tokens(wording), _tokens(text)
    if not wanted:
        return False
    starts = range(len(given) - len(wanted) + 1)
    if any(all(_same(given[at + i], token) for i, token in enumerate(wanted)) for at in starts):
        return True
    day = _one_date(wording)
    return day is not None and day in [(mention.first, mention.last) for mention in find_dates(text)]


def fact_recall(text: str, facts: Sequence[Fact]) -> float | None:
    """Share of the facts that stand in `text` in one of their wordings; None when there are no facts."""
    if not facts:
        return None
    return sum(any(holds(text, wording) for wording in fact) for fact in facts) / len(facts)


def is_contained(text: str, answers: Sequence[str]) -> bool:
    """Whether `text` holds one of `answers`, punctuation, script, width and case aside. An empty answer is in none."""
    said = key(text)
    return any(wanted in said for wanted in map(key, answers) if wanted)


def is_exact(text: str, answers: Sequence[str]) -> bool:
    """Whether `text` is one of `answers`, punctuation, script, width and case aside."""
    return bool(key(text)) and key(text) in map(key, answers)


def length(text: str) -> int:
    """Characters of an answer without white space; to be read beside containment, since copying all holds all."""
    return len("".join(text.split()))


def _tokens(text: str) -> list[_Token]:
    folded = fold(text)
    tokens: list[_Token] = []
    at = 0
    for figure in find_figures(folded):
        tokens += _PIECES.findall(folded, at, figure.start)
        ends = (figure.value,) if figure.value == figure.upper else (figure.value, figure.upper)
        tokens += [_Value(value=value, figure=figure) for value in ends]
        at = figure.end
    return tokens + _PIECES.findall(folded, at)


def _same(given: _Token, wanted: _Token) -> bool:
    if not isinstance(given, _Value) or not isinstance(wanted, _Value):
        return given == wanted
    if given.value != wanted.value or given.figure.ordinal != wanted.figure.ordinal:
        return False
    has_unit = bool(given.figure.unit) or not wanted.figure.unit
    return has_unit and is_same_unit(given.figure, wanted.figure)


def _one_date(wording: str) -> tuple[date, date] | None:
    """The days of a wording that is a date and nothing else."""
    for mention in find_dates(wording):
        if mention.end - mention.start == len(wording.strip()):
            return mention.first, mention.last
    return None
