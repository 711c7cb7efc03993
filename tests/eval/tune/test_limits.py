"""Thresholds without asking again: the stretches of thresholds by hand, and the product itself over a small store."""

from __future__ import annotations

import math
from collections.abc import Collection

import pytest

from embeddings.fakes import HashingEncoder
from eval.cases import Case
from eval.tune.limits import Ceilings, Piece, limit_trial, pieces, under
from eval.tune.objective import Parts
from rag.config import load_settings
from rag.engine import Engine
from rag.ingest.pipeline import Pipeline
from rag.store.fakes import MemoryStore
from rag.types import Media, Question, RawDocument, Status
from rag.wiring import assemble

ANSWERED, PARTLY, REFUSED = {"right": (1.0, 1.0)}, {"right": (0.5, 1.0)}, {"right": (0.0, 1.0)}
TEXTS = {
    "donggang": "东港市教育局发布通报。东港市2023年新建小学12所。东港市的小学教师交流比例达到18%。",
    "linhe": "临河区教育局发布通报。临河区2023年新建小学30所。临河区的小学教师交流比例达到25%。",
    "museum": "临河博物馆新馆开放。新馆收藏文物6.8万件。新馆位于滨水路8号。",
}
QUESTIONS = (
    ("one", "东港市2023年新建了多少所小学？", "12所"),
    ("two", "东港市和临河区2023年各新建了多少所小学？", "30所"),
    ("three", "临河博物馆新馆收藏了多少件文物？", "6.8万件"),
    ("none", "东港市的地铁票价是多少元？", None),
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The product over three articles, with the encoder that needs no model."""
    store = MemoryStore(encoder=HashingEncoder().spec)
    Pipeline(store=store, encoder=HashingEncoder(), passage_min=20, passage_max=60, passage_overlap=0).ingest(
        [RawDocument(name=name, data=text.encode(), media=Media.TEXT, article_id=name) for name, text in TEXTS.items()]
    )
    return assemble(load_settings(answerer="quotes"), store, HashingEncoder())


def cases() -> list[Case]:
    return [
        Case(case_id=name, question=text, tags=(), answerable=bool(fact), facts=((fact,),) if fact else ())
        for name, text, fact in QUESTIONS
    ]


def test_each_stretch_between_two_probabilities_is_asked_for_once() -> None:
    """The whole has .3, its parts .2 and .6, which are looked at only once the whole is refused: four stretches."""
    asked: list[float] = []

    def ask(threshold: float) -> tuple[Parts, Collection[float]]:
        asked.append(threshold)
        if threshold <= 0.3:
            return ANSWERED, [0.3]
        return (PARTLY if threshold <= 0.6 else REFUSED), [0.3, 0.2, 0.6]

    found = pieces(ask)
    assert found == (
        Piece(upto=0.3, parts=ANSWERED),
        Piece(upto=0.6, parts=PARTLY),
        Piece(upto=math.inf, parts=REFUSED),
    )
    assert asked == [0.0, math.nextafter(0.3, 1), math.nextafter(0.6, 1)]
    assert [under(threshold, found) for threshold in (0.0, 0.3, 0.31, 0.6, 0.61, 1.0)] == [
        ANSWERED, ANSWERED, PARTLY, PARTLY, REFUSED, REFUSED,
    ]  # fmt: skip


def test_what_is_worked_out_is_what_the_product_does(engine: Engine) -> None:
    """Under each pair of limits each case gives what the engine gives that was assembled with these settings."""
    thresholds, seconds = (0.0005, 0.002, 0.02, 0.6, 1.0), (0.05, 1.0)  # without a model probabilities are low
    trial = limit_trial(engine, cases(), Ceilings(), thresholds=thresholds, seconds=seconds)
    assert trial.present in trial.rows
    assert len(trial.rows) == 6 * 3
    seen = set()
    for (threshold, second), rows in trial.rows.items():
        settings = engine.settings.model_copy(update={"answer_threshold": threshold, "second_sentence": second})
        product = assemble(settings, engine.store, engine.encoder)
        for case in cases():
            answer = product.answer(Question(text=case.question), "quotes")
            refused = float(answer.status is Status.REFUSED)
            assert rows[case.case_id]["over-refusal" if case.answerable else "refused"] == (refused, 1.0)
            if case.answerable:
                held = float(case.facts[0][0] in answer.text)
                assert rows[case.case_id]["right"] == (held, 1.0)
                seen.add((case.case_id, held))
    assert {("one", 1.0), ("one", 0.0), ("two", 1.0), ("two", 0.0)} <= seen  # the limits make a difference


def test_ceilings_say_what_is_bounded_and_what_is_to_be_great() -> None:
    """Without a ceiling both sides in balance; unfounded answers bounded, right ones; over-refusal alone, refusals."""
    assert Ceilings().objective.terms == (("right", 0.5), ("refused", 0.5))
    assert Ceilings(over_refusal=0.1).objective.terms == (("refused", 1.0),)
    assert Ceilings(over_refusal=0.1, unfounded=0.05).objective.terms == (("right", 1.0),)
    assert [str(bound) for bound in Ceilings(over_refusal=0.1, unfounded=0.05).bounds] == [
        "over-refusal ≤ 0.1",
        "refused ≥ 0.95",
    ]
