"""Whether what a small model said is enough beside the sentence that the evidence ranks first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.answerer import Looked, QuotesAnswerer
from rag.answer.checking import Judged
from rag.answer.composing import Composition
from rag.answer.writing import Writing, has_figures_of, is_believed, says_enough
from rag.check.claims import Draft
from rag.engine import Engine
from rag.types import Question, Strictness, Verdict

HEAD = "临河区教育局局长陈思远表示，下一步将为乡村教师建设周转房。"


def look(engine: Engine, text: str) -> Looked:
    quotes = engine.answerers["quotes"]
    assert isinstance(quotes, QuotesAnswerer)
    with engine.store.snapshot() as snapshot:
        return quotes.look(snapshot, Question(text=text))


def wrote(looked: Looked, told: str, verdict: Verdict) -> Writing:
    """What a model has written when one sentence of it was kept."""
    writing = Writing(
        composition=Composition(looked.articles, lambda text: text), strict=Strictness.DROP, on_trial=False
    )
    draft = Draft(text=told, start=0, end=len(told), numbers=())
    writing.kept.append(Judged(draft=draft, verdict=verdict, reason=""))
    return writing


@pytest.mark.parametrize(
    ("told", "enough"),
    [
        ("陈思远", True),
        ("陳思遠", True),
        ("王建国", False),  # a person too, but of another sentence
        ("表示，下一步将为乡村教师建设周转房。", False),  # half of the sentence, and not the name
        ("将为教师建房。", False),
    ],
)
def test_a_bare_answer_must_stand_in_the_best_sentence(engine: Engine, told: str, enough: bool) -> None:  # noqa: FBT001 - a column of the table
    """A name alone counts if the best sentence has it; other words if they are most of that sentence."""
    looked = look(engine, "临河区教育局局长是谁？")
    writing = wrote(looked, told, Verdict.SUPPORTED)
    assert says_enough(looked, writing, HEAD) is enough


@pytest.mark.parametrize(
    ("told", "enough"),
    [
        (
            "临河区普惠性幼儿园覆盖率达到了91.5%，提前两年。",
            False,
        ),  # a figure of the same sentence, but not of kindergartens
        ("2023年临河区一共新建了幼儿园12所。", True),
    ],
)
def test_a_figure_must_be_of_what_is_counted(engine: Engine, told: str, enough: bool) -> None:  # noqa: FBT001 - a column of the table
    """Beside the quote's own figure of what is counted, another figure says nothing."""
    looked = (
        look(engine, "2023年临河区新增了多少个学位？") if not enough else look(engine, "临河区新建了多少所幼儿园？")
    )
    quote = "新建幼儿园12所，新增学位3600个，普惠性幼儿园覆盖率达到91.5%。"
    writing = wrote(looked, told, Verdict.SUPPORTED)
    assert says_enough(looked, writing, quote) is enough


def test_half_of_the_sentence_must_be_the_half_that_counts(engine: Engine) -> None:
    """The model copied the end of the sentence, which says nothing of the places that were asked about."""
    looked = look(engine, "2023年临河区新增了多少个学位？")
    told = "普惠性幼儿园覆盖率达到91.5%，提前两年完成目标。"
    writing = wrote(looked, told, Verdict.EXACT)
    assert not says_enough(looked, writing, f"新增学位3600个，{told}")
    assert says_enough(looked, writing, f"新增3600个，{told}")


def test_a_part_of_the_sentence_must_give_what_is_asked(engine: Engine) -> None:
    """The model copied all of the sentence but the name that was asked for."""
    looked = look(engine, "临河区教育局局长是谁？")
    told = "下一步将为乡村教师建房，并且再招聘教师。"
    writing = wrote(looked, told, Verdict.EXACT)
    assert not says_enough(looked, writing, f"局长陈思远表示，{told}")
    assert says_enough(looked, writing, f"局长表示，{told}")


@pytest.mark.parametrize(
    ("quote", "known"),
    [
        ("新增学位 | 3600個", True),
        ("新增学位三千六百个，新建幼儿园12所。", True),
        ("新增学位3600个，新建幼儿园13所。", False),
        ("新增学位。", False),
    ],
)
def test_a_quote_that_gives_the_same_figures_adds_nothing(engine: Engine, quote: str, known: bool) -> None:  # noqa: FBT001 - a column of the table
    """By value, in either script; a quote without figures is not known by them."""
    looked = look(engine, "2023年临河区新增了多少个学位？")
    writing = wrote(looked, "临河区新建了12所幼儿园，新增3600个学位。", Verdict.SUPPORTED)
    assert has_figures_of(writing, quote) is known


@pytest.mark.parametrize(
    ("question", "believed"), [("临河区新建了幼儿园吗？", True), ("临河区新建了多少所幼儿园？", False)]
)
def test_asked_whether_the_evidence_speaks_alone(engine: Engine, question: str, believed: bool) -> None:  # noqa: FBT001 - a column of the table
    """A small model takes a no for nothing found; of anything else its doubt counts."""
    looked = look(engine, question)
    unsure = replace(looked, assessment=replace(looked.assessment, probability=0.6))
    assert is_believed(unsure, 0.1) is believed
    assert is_believed(unsure, 0.9)
    assert not is_believed(replace(looked, assessment=replace(looked.assessment, probability=0.1)), 0.1)
