"""Fusing again instead of asking again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from embeddings.encoder import Encoder, Vectors
from eval.cases import CaseSet
from eval.judges import QuoteJudge
from eval.measures import parts
from eval.replies import FoundPassage, Reply
from eval.set_store import open_set, set_name
from eval.tune.weights import weight_trial
from rag.config import Settings
from rag.types import Question
from rag.wiring import assemble


class Counting:
    """The encoder, with a count of the questions it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.encoder, name)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.update(texts)
        return self.encoder.encode_queries(texts)


def test_each_weight_finds_what_the_product_finds_with_it(small: CaseSet, stores: Path, settings: Settings) -> None:
    """MRR and nDCG of each case are those of a search by the engine of that weight; each question is encoded once."""
    with closing(open_set(small, stores, settings=settings)) as engine:
        counting = Counting(engine.encoder)
        trial = weight_trial(replace(engine, encoder=counting), small.cases, weights=(0.0, 0.3, 1.0))
        gold = [case for case in small.cases if case.gold]
        assert set(counting.asked.values()) == {1}
        assert {case.question for case in gold} <= set(counting.asked)  # and what English ones become in Chinese
        assert list(trial.rows) == [(0.0,), (0.3,), (0.45,), (1.0,)]
        assert trial.present == (0.45,)
        for (weight,), rows in trial.rows.items():
            product = assemble(settings.model_copy(update={"dense_weight": weight}), engine.store, engine.encoder)
            assert list(rows) == [case.case_id for case in gold]
            for case in gold:
                found = product.retriever.retrieve(Question(text=case.question, top_k=10)).evidence
                passages = tuple(
                    FoundPassage(article="", name=set_name(one.article.name), text=one.passage.text) for one in found
                )
                expected = parts(case, Reply(status="answered", passages=passages), QuoteJudge())
                assert rows[case.case_id]["MRR"] == expected["MRR"]
                assert rows[case.case_id]["nDCG@10"] == expected["nDCG@10"]
    ranks = [[row["MRR"][0] for row in rows.values()] for rows in trial.rows.values()]
    assert sum(ranks[0]) < sum(ranks[2])  # words alone do not find what is asked in English
