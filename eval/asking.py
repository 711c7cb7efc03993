"""The questions of the development sets as cases: with their paragraph, without it, and as near misses."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from rich.progress import track

from eval.devstore import SETS
from eval.hiding import Hiding
from eval.squad import Asked, load_squad
from rag.answer.assessing import Articles, quotable_ranked
from rag.answer.calibration import Logistic
from rag.answer.sentences import SENTENCE_FEATURES, Sentence
from rag.answer.view import QuestionView, view
from rag.engine import Engine
from rag.search.retriever import Retrieval
from rag.store.protocol import Snapshot
from rag.text.script import fold as fold_text
from rag.types import Question

FOLDS = 4
_NOTHING = Logistic(features=SENTENCE_FEATURES, weights=(0.0,) * len(SENTENCE_FEATURES), bias=0.0)
_OFFERED = 12  # questions from which a near miss may take its word

Kind = Literal["answerable", "withheld", "near miss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question, asked once: its sentences, which of them hold the gold answer, and what was found."""

    asked: Asked
    kind: Kind
    fold: int
    view: QuestionView
    retrieval: Retrieval
    sentences: tuple[Sentence, ...]
    gold: tuple[bool, ...]


def fold_of(asked: Asked) -> int:
    """The fold of a question: all of a paragraph are in one."""
    return int(asked.paragraph_id.rpartition("-")[2]) % FOLDS


def collect(engine: Engine, snapshot: Snapshot, articles: Articles, asked: Asked, kind: Kind, text: str) -> Case:
    """Ask `text`, which is `asked` or a near miss of it, with its paragraph hidden when it is withheld."""
    shown = cast("Snapshot", Hiding(snapshot, [asked.paragraph_id])) if kind == "withheld" else snapshot
    retrieval = engine.retriever.retrieve_from(shown, Question(text=text))
    seen = view(retrieval.query, retrieval.weights)
    found = tuple(quotable_ranked(seen, retrieval.evidence, _NOTHING, articles))
    return Case(
        asked=asked,
        kind=kind,
        fold=fold_of(asked),
        view=seen,
        retrieval=retrieval,
        sentences=found,
        gold=tuple(_holds_gold(asked, sentence) for sentence in found),
    )


def near_miss(asked: Asked, paragraph: str, others: Sequence[str]) -> str | None:
    """`asked` about something that its folded `paragraph` does not hold, in words of the questions `others`.

    A name gives way to another of its kind; without names, the word next to the interrogative to another such word.
    None when `others` offer nothing that fits.
    """
    ours = view(asked.question, {})
    for other in others:
        theirs = view(other, {})
        swaps = [
            (a.word, b.word) for a in ours.names for b in theirs.names if a.kind == b.kind and b.word not in paragraph
        ]
        if not ours.names and ours.expected.kind is theirs.expected.kind:
            swaps = [(a, b) for a in ours.focus for b in theirs.focus if len(b) > 1 and b not in paragraph]
        if swaps and swaps[0][0] in ours.key:
            return ours.key.replace(*swaps[0])
    return None


def _holds_gold(asked: Asked, sentence: Sentence) -> bool:
    """The sentence shares at least half of the shorter of itself and the gold answer, in the gold paragraph."""
    if sentence.evidence.passage.article_id != asked.paragraph_id:
        return False
    end = asked.answer_start + len(asked.answers[0])
    shared = min(sentence.end, end) - max(sentence.start, asked.answer_start)
    return shared >= 0.5 * min(end - asked.answer_start, sentence.end - sentence.start)


def gather(engine: Engine, snapshot: Snapshot, data: Path, limit: int) -> list[Case]:
    """Every question of the development sets (the first `limit` of a seeded shuffle of each), asked in each way."""
    cases, articles, chance = [], Articles(snapshot), random.Random(0)  # noqa: S311 - reproducible, not secret
    for name in SETS:
        dataset = load_squad(data / name)
        paragraphs = {paragraph.paragraph_id: fold_text(paragraph.text) for paragraph in dataset.paragraphs}
        questions = list(dataset.questions)
        chance.shuffle(questions)
        texts = [asked.question for asked in questions]
        for asked in track(questions[:limit], description=name):
            cases.append(collect(engine, snapshot, articles, asked, "answerable", asked.question))
            cases.append(collect(engine, snapshot, articles, asked, "withheld", asked.question))
            missed = near_miss(asked, paragraphs[asked.paragraph_id], chance.sample(texts, _OFFERED))
            if missed:
                cases.append(collect(engine, snapshot, articles, asked, "near miss", missed))
    return cases
