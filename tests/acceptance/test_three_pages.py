"""Questions about real pages beside the checkout; the pages themselves are not part of the repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.config import load_settings
from rag.ingest.sources import read_sources
from rag.text.script import fold
from rag.types import Answer, Question, Status
from rag.wiring import open_engine

_PAGES = Path(__file__).resolve().parents[3] / "shared" / "seeds"
_QUESTIONS = Path(__file__).with_name("three_pages.jsonl")


def _is_right(answer: Answer, facts: list[list[str]]) -> bool:
    """Every fact stands, in one of its wordings, in the quoted text."""
    quoted = fold("".join(citation.text for citation in answer.citations))
    return all(any(fold(wording) in quoted for wording in wordings) for wordings in facts)


@pytest.mark.slow
@pytest.mark.skipif(not _PAGES.is_dir(), reason="the real pages lie beside the checkout only where it is developed")
def test_answers_and_refusals_about_real_pages(tmp_path: Path) -> None:
    """Of the questions that the pages answer at least 90 % come out right, of the others at least 80 % are refused."""
    engine = open_engine(load_settings(data=tmp_path))
    report = engine.pipeline().ingest(read_sources([_PAGES], max_bytes=10_000_000))
    assert report.rejected == ()
    rows = [json.loads(line) for line in _QUESTIONS.read_text(encoding="utf-8").splitlines()]
    answers = [engine.answer(Question(text=row["question"])) for row in rows]
    with engine.store.snapshot() as snapshot:
        for answer in answers:
            for citation in answer.citations:
                source = snapshot.article(citation.article_id, citation.revision).source_text
                assert source[citation.source_start : citation.source_end] == citation.quote
    engine.close()
    pairs = list(zip(rows, answers, strict=True))
    wrong = [row["question"] for row, answer in pairs if row["answers"] and not _is_right(answer, row["answers"])]
    invented = [row["question"] for row, answer in pairs if not row["answers"] and answer.status is not Status.REFUSED]
    answerable = sum(bool(row["answers"]) for row in rows)
    assert len(wrong) <= 0.10 * answerable, wrong
    assert len(invented) <= 0.20 * (len(rows) - answerable), invented
