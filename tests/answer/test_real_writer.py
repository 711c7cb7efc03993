"""The local language model answers about the small collection, end to end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.config import load_settings
from rag.engine import Engine
from rag.llm.known_models import DEFAULT_MODEL
from rag.llm.weights import LocalModel
from rag.types import Question, Status
from rag.wiring import open_engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]  # 15 minutes to fetch the model, then to answer


@pytest.fixture(scope="module")
def with_model(engine: Engine, real_model: LocalModel) -> Iterator[Engine]:
    """The engine over the same articles, with the local model."""
    named = os.environ.get("JUSHI_CACHE")
    settings = load_settings(data=engine.settings.data, cache=Path(named) if named else None, local_model=DEFAULT_MODEL)
    assert real_model.name == DEFAULT_MODEL
    opened = open_engine(settings, read_only=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("临河区普惠性幼儿园覆盖率是多少？", "91.5%"),
        ("東港市組建了多少個義務教育集團？", "21"),
        ("临河博物馆新馆由谁设计？", "周明"),
    ],
)
def test_a_fact_is_given_with_its_source(with_model: Engine, question: str, fact: str) -> None:
    """The answer holds the fact, every sentence cites, every quote stands in the source, and tokens are counted."""
    answer = with_model.answer(Question(text=question))
    assert answer.status is Status.ANSWERED
    assert fact in answer.text
    assert answer.claims
    assert all(claim.numbers for claim in answer.claims)
    with with_model.store.snapshot() as snapshot:
        for citation in answer.citations:
            source = snapshot.article(citation.article_id, citation.revision).source_text
            assert source[citation.source_start : citation.source_end] == citation.quote
    assert answer.trace.model == DEFAULT_MODEL
    assert 200 < answer.trace.prompt_tokens <= 700
    assert answer.trace.completion_tokens > 10


@pytest.mark.parametrize("question", ["清源区普惠性幼儿园覆盖率是多少？", "临河博物馆的馆长今年多大年纪？"])
def test_what_is_not_said_is_refused(with_model: Engine, question: str) -> None:
    """Another place, and a person whom no article names."""
    answer = with_model.answer(Question(text=question))
    assert answer.status is Status.REFUSED, answer.text
