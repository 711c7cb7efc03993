"""What repair is measured by, on sentences counted by hand."""

from __future__ import annotations

from eval.repairs import Count, compare, kinds
from rag.ingest.repair import Repaired, repair
from rag.offsets import OffsetMap
from rag.types import Span

TRUE = "大桥昨天通车。施工用了38个月，总投资23亿元，由省三局承建。轮渡没有停航。票价是2元。"


def found(text: str, *damaged: str) -> Repaired:
    spans = tuple(Span(start=text.index(part), end=text.index(part) + len(part)) for part in damaged)
    return Repaired(text=text, map=OffsetMap.identity(len(text)), damaged=spans)


def test_sentences_are_whole_part_withheld_or_wrong() -> None:
    """Four sentences, three of them hit: one is back, of one the beginning, one is withheld; another is wrong."""
    raw = "大乔昨天通车。施工用了3个月，总投资23亿元，由省局承建。轮度没有停航。票价是2元。"
    mended = "大桥昨天通车。施工用了38个月，总投资23亿元，由省\ufffd局承建。轮\ufffd没有停航。票价是3元。"
    count = compare(TRUE, raw, found(mended, "省\ufffd", "轮\ufffd"))
    assert count == Count(hit=3, whole=1, part=1, wrong=("票价是3元。",))
    assert count + count == Count(hit=6, whole=2, part=2, wrong=("票价是3元。",) * 2)


def test_half_width_marks_and_the_last_mark_are_no_error() -> None:
    """`!` for a full stop is what the page shows."""
    text = "大桥昨天通车!施工用了38个月,总投资23亿元,由省三局承建。轮渡没有停航。票价是2元。"
    assert compare(TRUE, text, found(text)).wrong == ()


def test_clean_text_is_not_hit() -> None:
    """Every kind of damage is a function of text and seed."""
    assert compare(TRUE, TRUE, repair(TRUE)) == Count(hit=0, whole=0, part=0, wrong=())
    assert all(damage(TRUE, 3) == damage(TRUE, 3) for damage in kinds().values())
