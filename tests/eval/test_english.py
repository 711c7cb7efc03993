"""The English development questions, and when an answer to one is right."""

from __future__ import annotations

from eval.english import Asked, load, outcome
from rag.search.english.words import is_english
from rag.types import Answer, Refusal, RefusalReason, Status, Trace

_TRACE = Trace(answerer="quotes", generation=1, settings="s", query="q")


def test_the_questions_are_english_and_told_apart() -> None:
    """Every question has its own name, and there are answerable and unanswerable ones enough."""
    asked = load()
    assert len({one.question_id for one in asked}) == len({one.question for one in asked}) == len(asked)
    assert all(is_english(one.question) for one in asked)
    assert sum(bool(one.facts) for one in asked) >= 60
    assert sum(not one.facts for one in asked) >= 25


def test_an_answer_is_right_when_it_says_every_fact() -> None:
    """In one wording of each, whatever the script; where there is no fact nothing says it."""
    two = Asked(question_id="a", question="?", facts=(("12所", "十二所"), ("3600个",)))
    nothing = Asked(question_id="b", question="?", facts=())
    said = ("新建十二所，學位3600個", "新建12所")
    assert [two.is_said_by(text) for text in said] == [True, False]
    assert not nothing.is_said_by(said[0])


def test_a_refusal_is_right_where_there_is_nothing_to_say() -> None:
    """And only there."""
    refusal = Refusal(reason=RefusalReason.NO_EVIDENCE, message="The articles say nothing about this.")
    refused = Answer(status=Status.REFUSED, text="", refusal=refusal, trace=_TRACE)
    asked = [Asked(question_id="a", question="?", facts=facts) for facts in ((), (("12所",),))]
    assert [outcome(one, refused) for one in asked] == ["rightly refused", "refused"]
