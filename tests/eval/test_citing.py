"""Citation recall and precision worked out by hand, with a judge that knows single characters."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.citing import (
    Cited,
    Citing,
    exact_share,
    from_answer,
    from_text,
    is_exact_quote,
    judged,
    pooled,
    premise,
    unknown_marker_rate,
)
from rag.types import Answer, Citation, Claim, Status, Trace, Verdict


class Letters:
    """Supports a sentence when the quotes hold all its characters."""

    def supports(self, sentence: str, quotes: Sequence[str]) -> bool:
        return set(sentence.strip("。")) <= set("".join(quotes))


@pytest.mark.parametrize(
    ("cited", "supported", "citations", "relevant"),
    [
        (Cited(text="甲乙。", quotes=("甲乙丙",)), 1, 1, 1),
        (Cited(text="甲乙。", quotes=("甲",)), 0, 1, 0),
        (Cited(text="甲乙。", quotes=("甲", "乙")), 1, 2, 2),  # neither alone, both needed
        (Cited(text="甲乙。", quotes=("甲乙", "丙")), 1, 2, 1),  # the second is not needed
        (Cited(text="甲乙。", quotes=("甲乙", "甲乙")), 1, 2, 2),  # each alone is enough
        (Cited(text="甲乙丙。", quotes=("甲乙", "乙丙", "乙")), 1, 3, 2),
        (Cited(text="甲乙。"), 0, 0, 0),
        (Cited(text="甲乙。", quotes=("甲乙",), unknown=1), 0, 2, 0),
    ],
)
def test_one_sentence(cited: Cited, supported: int, citations: int, relevant: int) -> None:
    """Support by all together; relevance alone or where nothing else does."""
    found = judged([cited], Letters())
    assert (found.sentences, found.supported, found.citations, found.relevant) == (1, supported, citations, relevant)


def test_an_answer_by_hand() -> None:
    """Two of three sentences supported, three of four citations relevant."""
    cited = [Cited(text="甲乙。", quotes=("甲乙", "丙")), Cited(text="丁。"), Cited(text="甲丙。", quotes=("甲", "丙"))]
    found = judged(cited, Letters())
    assert found.recall == 2 / 3
    assert found.precision == 3 / 4
    assert found.f1 == pytest.approx(2 * (2 / 3) * (3 / 4) / (2 / 3 + 3 / 4))
    assert found.unknown_rate == 0.0
    both = pooled([found, Citing(sentences=1, citations=4)])
    assert (both.recall, both.precision) == (2 / 4, 3 / 8)


def test_undefined() -> None:
    """Without sentences no recall, without citations no precision, and F1 only where both are."""
    nothing = judged([], Letters())
    assert (nothing.recall, nothing.precision, nothing.f1, nothing.unknown_rate) == (None, None, None, None)
    uncited = judged([Cited(text="甲。")], Letters())
    assert (uncited.recall, uncited.precision, uncited.f1) == (0.0, None, None)
    wrong = judged([Cited(text="甲。", quotes=("乙",))], Letters())
    assert (wrong.recall, wrong.precision, wrong.f1) == (0.0, 0.0, 0.0)


def test_markers_belong_to_the_sentence_before_them() -> None:
    """Behind the full stop or before it, in the forms that models write; a number twice counts once."""
    shown = {1: "一", 2: "二"}
    assert from_text("甲。[1]乙【2】，丙[1]。丁。[1][2][9]\n戊。", shown) == (
        Cited(text="甲。", quotes=("一",)),
        Cited(text="乙，丙。", quotes=("二", "一")),
        Cited(text="丁。", quotes=("一", "二"), unknown=1),
        Cited(text="戊。"),
    )
    assert from_text("", shown) == ()
    assert from_text("[1]甲。", shown) == (Cited(text="甲。"),)


def citation(number: int, claim: int, text: str) -> Citation:
    return Citation(
        number=number, article_id="a", revision="r", title="通报", url="/a", published_at="2023-03-05", publisher=None,
        quote=text, text=text, source_start=0, source_end=len(text), verdict=Verdict.EXACT, claim=claim,
    )  # fmt: skip


def test_our_answers_cite_by_claim() -> None:
    """A quote counts for the claim that it was cut for; a sentence outside claims is uncited, a lead-in is none."""
    text = "《通报》：甲。[1]\n乙。[1]另外，丙。"
    starts = {word: text.index(word) for word in ("甲。", "乙。")}
    claims = tuple(
        Claim(text=word, start=at, end=at + 2, numbers=(1,), verdict=Verdict.EXACT) for word, at in starts.items()
    )
    answer = Answer(
        status=Status.ANSWERED, text=text, claims=claims, citations=(citation(1, 0, "甲一"), citation(2, 1, "乙二")),
        trace=Trace(answerer="quotes", generation=1, settings="", query=""),
    )  # fmt: skip
    assert from_answer(answer) == (
        Cited(text="甲。", quotes=("通报\n2023年3月5日\n甲一",)),
        Cited(text="乙。", unknown=1),
        Cited(text="另外，丙。"),
    )
    assert premise(citation(1, 0, "甲一")) == "通报\n2023年3月5日\n甲一"


def test_exactness_and_unknown_markers() -> None:
    """A quote shifted by one is not exact; unknown markers are a share of all."""
    assert is_exact_quote("滨河大桥通车。", "大桥", 2, 4)
    assert not is_exact_quote("滨河大桥通车。", "大桥", 1, 3)
    assert not is_exact_quote("滨河大桥通车。", "", 2, 2)
    assert exact_share([True, False]) == 0.5
    assert exact_share([]) is None
    assert unknown_marker_rate("甲。[1]乙。[3]丙。[7]", [1, 2, 3]) == pytest.approx(1 / 3)
    assert unknown_marker_rate("甲。", [1]) is None
