"""Benchmarks that give passages with each question: a store in memory for each, by the product's own pipeline."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.bench.asking import answerer_of, given
from eval.bench.items import Document, Item
from eval.bench.rgb import RgbQuestion, counterfactual, integrated, with_noise
from eval.bench.rows import BenchRow
from eval.judges import Judge
from rag.engine import Engine
from rag.errors import InputError
from rag.ingest.dedupe import Reprints
from rag.ingest.recurring import Recurring
from rag.store.fakes import MemoryStore
from rag.wiring import assemble


class RgbTask(StrEnum):
    """The four abilities that RGB asks for."""

    NOISE = "noise"
    REJECTION = "rejection"
    INTEGRATION = "integration"
    COUNTERFACTUAL = "counterfactual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How many passages a question gets, the share of noise among them, and that of true ones among false ones."""

    count: int = 5
    noise: float = 0.4
    correct: float = 0.0


def rgb_items(questions: Sequence[RgbQuestion], task: RgbTask, mix: Mix, seed: int) -> list[Item]:
    """The questions with their passages, shuffled by a generator of their own for each question.

    Raises:
        InputError: a question has not the passages that the task needs.
    """
    items = []
    for question in questions:
        chance = random.Random(f"{seed} {question.question_id}")  # noqa: S311 - reproducible, not secret
        passages = _mixed(question, task, mix, chance)
        chance.shuffle(passages)
        items.append(
            Item(
                item_id=question.question_id,
                question=question.question,
                facts=question.facts,
                documents=tuple(
                    Document(article_id=f"{question.question_id}-{at}", text=text)
                    for at, text in enumerate(passages, start=1)
                ),
                answerable=task is not RgbTask.REJECTION,
                false=question.false,
            )
        )
    return items


def ask_passages(engine: Engine, answerer: str, judge: Judge, item: Item, key: str) -> BenchRow:
    """Ask about nothing but the documents of the item."""
    store = MemoryStore(encoder=engine.encoder.spec, reprints=Reprints(), recurring=Recurring())
    small = assemble(engine.settings, store, engine.encoder, model=engine.model, reranker=engine.reranker)
    small.pipeline().ingest(document.raw for document in item.documents)
    with store.snapshot() as snapshot:
        answer = given(answerer_of(small, answerer), snapshot, item.question, judge)
    return BenchRow(
        key=key,
        item_id=item.item_id,
        question=item.question,
        facts=item.facts,
        false=item.false,
        shown=answer if item.answerable else None,
        withheld=None if item.answerable else answer,
    )


def _mixed(question: RgbQuestion, task: RgbTask, mix: Mix, chance: random.Random) -> list[str]:
    if task is RgbTask.COUNTERFACTUAL and not question.wrong:
        raise InputError(f"question {question.question_id} has no positive_wrong, which the task {task} needs")
    mixes: dict[RgbTask, Callable[[], list[str]]] = {
        RgbTask.NOISE: lambda: with_noise(question, mix.count, mix.noise),
        RgbTask.REJECTION: lambda: with_noise(question, mix.count, 1.0),
        RgbTask.INTEGRATION: lambda: integrated(question, mix.count, mix.noise, chance),
        RgbTask.COUNTERFACTUAL: lambda: counterfactual(question, mix.count, mix.noise, mix.correct, chance),
    }
    return mixes[task]()
