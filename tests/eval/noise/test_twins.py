"""Twins are judged by the facts that their answers say, against the clean twin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cases import Case
from eval.noise.command import app
from eval.noise.twins import Reply, Twin, answerable, reply_of
from rag.types import Answer, Citation, Claim, Refusal, RefusalReason, Status, Trace, Verdict

TRACE = Trace(answerer="quotes", generation=1, settings="", query="")
CASE = Case(
    case_id="length",
    question="大桥多长，花了多少钱？",
    tags=("number",),
    answerable=True,
    facts=(("820米",), ("3.5亿元", "3亿5千万元")),
)


def _said(text: str) -> Answer:
    claim = Claim(text=text, start=0, end=len(text), numbers=(1,), verdict=Verdict.EXACT)
    citation = Citation(
        number=1, article_id="a", revision="r", title="", url="", published_at=None, publisher=None,
        quote=text, text=text, source_start=0, source_end=len(text), verdict=Verdict.EXACT,
    )  # fmt: skip
    return Answer(status=Status.ANSWERED, text=f"{text}[1]", claims=(claim,), citations=(citation,), trace=TRACE)


def _refused() -> Answer:
    refusal = Refusal(reason=RefusalReason.NO_EVIDENCE, message="现有文章没有说到820米。")
    return Answer(status=Status.REFUSED, text="", refusal=refusal, trace=TRACE)


def test_a_reply_says_the_facts_that_stand_in_its_sentences() -> None:
    """Figures count by value, markers are no figures, and what a refusal mentions is no fact."""
    assert reply_of(CASE, _said("大桥全长820米，总投资35000万元。")).said == {0, 1}
    assert reply_of(CASE, _said("大桥全长820米。")).said == {0}
    assert reply_of(CASE, _refused()).said == frozenset()


def test_figures_of_a_twin_are_means_over_its_cases() -> None:
    """Four cases by hand: recall (1 + .5 + 0 + 1) / 4, clean 1 each; two of four say the same."""
    said = [frozenset({0, 1}), frozenset({0}), frozenset(), frozenset({0, 1})]
    answers = [_said("甲"), _said("乙"), _refused(), _said("丙")]
    replies = tuple(Reply(case=CASE, answer=answer, said=facts) for answer, facts in zip(answers, said, strict=True))
    clean = tuple(Reply(case=CASE, answer=_said("甲"), said=frozenset({0, 1})) for _ in replies)
    twin = Twin(kind="ocr", replies=replies, clean=clean)
    assert (twin.recall, twin.right, twin.refused, twin.agreement) == (0.625, 0.5, 0.25, 0.5)
    assert twin.change is not None
    assert twin.change.value == -37.5
    assert -100 <= twin.change.low < -37.5 < twin.change.high <= 0


def test_without_cases_nothing_is_measured() -> None:
    """Means over nothing are undefined, not zero."""
    twin = Twin(kind="ocr", replies=(), clean=())
    assert (twin.recall, twin.agreement, twin.change) == (None, None, None)


def test_only_cases_with_facts_are_asked() -> None:
    """What the articles do not answer has no fact that noise could cost."""
    other = Case(case_id="none", question="谁设计的？", tags=(), answerable=False)
    assert answerable([CASE, other]) == [CASE]


@pytest.mark.slow
def test_the_command_asks_every_twin(tmp_path: Path) -> None:
    """Two revisions of one story are rendered in their order, so the later figure is the answer under every noise."""
    rows = [
        {"id": "bridge", "title": "平湖县新桥长度公布", "url": "https://paper.example/b.html", "text": text}
        for text in ("平湖县江北大桥全长820米。大桥去年开工建设。", "平湖县江北大桥全长860米。大桥去年开工建设。")
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "stories.jsonl").write_text("\n".join(lines), encoding="utf-8")
    case = {"id": "length", "question": "平湖县江北大桥全长多少米？", "tags": [], "answerable": True}
    case |= {"facts": [["860米"]], "gold": [{"article": "stories.jsonl:2", "quote": "全长860米"}]}
    header = {"set": "bridge", "version": 1, "sources": ["stories.jsonl"]}
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in (header, case)), encoding="utf-8")
    result = CliRunner().invoke(app, ["--set", str(path), "--kind", "traditional", "--kind", "reprinted", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [(row["noise"], row["cases"], row["fact_recall"], row["refused"]) for row in found] == [
        ("clean", 1, 1.0, 0.0),
        ("traditional", 1, 1.0, 0.0),
        ("reprinted", 1, 1.0, 0.0),
    ]


def test_an_unknown_noise_ends_the_command(tmp_path: Path) -> None:
    """One sentence and exit code 1."""
    path = tmp_path / "set.jsonl"
    header = {"set": "none", "version": 1, "sources": ["none.jsonl"]}
    path.write_text(json.dumps(header), encoding="utf-8")
    (tmp_path / "none.jsonl").write_text('{"text": "江北大桥通车了。"}', encoding="utf-8")
    result = CliRunner().invoke(app, ["--set", str(path), "--kind", "fog"])
    assert result.exit_code == 1
    assert "'fog' is not known" in result.output
