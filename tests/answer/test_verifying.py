"""Texts checked against stretches that are known."""

from __future__ import annotations

import pytest

from rag.answer.verifying import Verifier
from rag.check.sources import Source
from rag.check.verify import Checker
from rag.types import Verdict

TEXT = "2023年，临河区新建幼儿园12所，新增学位3600个。东港市教育局介绍，全市已组建义务教育集团21个。"


@pytest.mark.parametrize(
    ("claim", "question", "verdict"),
    [
        ("12所。", "临河区新建幼儿园多少所？", Verdict.SUPPORTED),
        ("21个。", "临河区新建幼儿园多少个？", Verdict.UNSUPPORTED),
        ("21个。", "", Verdict.EXACT),
    ],
)
def test_a_bare_figure_is_completed_from_its_question(claim: str, question: str, verdict: Verdict) -> None:
    """A figure that answers a question is checked as what it says there, not as a mere figure."""
    source = Source(key="linhe", number=1, text=TEXT, start=0, end=len(TEXT))
    verifier = Verifier(None, None, Checker())  # type: ignore[arg-type]  # known sources need no store
    assert verifier.against(claim, [source], question=question).verdict is verdict


def test_a_claim_of_two_sentences_stays_whole() -> None:
    """A verbatim quote that asks and answers is carried by itself, though a mere question says nothing."""
    text = "大桥有没有预留轻轨的位置？祝青山回答，没有预留。"
    source = Source(key="daqiao", number=1, text=text, start=0, end=len(text))
    verifier = Verifier(None, None, Checker())  # type: ignore[arg-type]  # known sources need no store
    assert verifier.against(text, [source], question="大桥预留轻轨了吗？").verdict is not Verdict.UNSUPPORTED
