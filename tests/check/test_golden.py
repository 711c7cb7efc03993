"""Invented sentences and claims, against what a reader of both would say."""

from __future__ import annotations

from datetime import date

import pytest

from rag.check.sources import Source
from rag.check.verify import Checked, Checker
from rag.types import Verdict
from tests.check.golden import CARRIED, NOT_CARRIED, PHRASES

CHECKER = Checker()


def checked(context: str, quote: str, claim: str, question: str = "") -> Checked:
    """The verdict on `claim` with `quote` retrieved out of an article that begins with `context`."""
    text = context + quote
    source = Source(key="a", number=1, text=text, start=len(context), end=len(text), published=date(2024, 6, 1))
    return CHECKER.check(claim, [source], question=question)


@pytest.mark.parametrize(("context", "quote", "claim"), CARRIED)
def test_what_a_quote_says_is_carried(context: str, quote: str, claim: str) -> None:
    """A claim that repeats, shortens or lightly rewords the quote is supported, and what is quoted is the quote."""
    found = checked(context, quote, claim)
    assert found.verdict in {Verdict.EXACT, Verdict.SUPPORTED}, found.reason
    assert found.source is not None
    assert found.source.text[found.start : found.end] in quote


@pytest.mark.parametrize(("context", "quote", "claim", "kinds"), NOT_CARRIED)
def test_what_a_quote_does_not_say_is_caught(context: str, quote: str, claim: str, kinds: str) -> None:
    """A claim that differs in a fact is unsupported, for the reason that a reader would give."""
    found = checked(context, quote, claim)
    assert found.verdict is Verdict.UNSUPPORTED
    assert found.reason.split(":")[0] in kinds.split("|")


@pytest.mark.parametrize(("quote", "question", "phrase", "is_answer"), PHRASES)
def test_a_phrase_is_checked_with_its_question(quote: str, question: str, phrase: str, is_answer: bool) -> None:  # noqa: FBT001 - a column of the table
    """A phrase must stand in the quote and be of the place, measure and day that the question asks about."""
    found = checked("", quote, phrase, question)
    assert (found.verdict is not Verdict.UNSUPPORTED) == is_answer, found.reason
