"""Searching every case with every weight of the dense score: what each finds of the gold evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from embeddings.encoder import Encoder
from eval.cases import Case
from eval.judges import QuoteJudge
from eval.measures import parts
from eval.replies import FoundPassage, Reply
from eval.set_store import set_name
from eval.targets import SEARCHED
from eval.tune.fit import Trial
from eval.tune.objective import Objective, Parts, Setting
from eval.tune.once import EncodedOnce, SearchedOnce
from rag.engine import Engine
from rag.search.retriever import Retriever
from rag.store.protocol import Snapshot
from rag.types import Question, Status
from rag.wiring import assemble

NAME = "dense_weight"
WEIGHTS = tuple(at / 20 for at in range(21))

_SHOWN = ("MRR", "nDCG@10", "evidence@1", "evidence@5", "evidence@10")
_RANKING = Objective(
    name="ranking", terms=(("MRR", 0.5), ("nDCG@10", 0.5)), says="the mean of MRR and nDCG@10 on gold quotes"
)


def weight_trial(
    engine: Engine,
    cases: Sequence[Case],
    *,
    weights: Sequence[float] = WEIGHTS,
    tell: Callable[[float], None] = lambda _share: None,
) -> Trial:
    """What the cases that have gold evidence give under each of `weights`, and under the present one.

    Each question is encoded and searched once by vectors and once by words (again where its spelling is mended or it is
    put into Chinese), and both lists are fused by the product's own retriever with each weight. `tell` hears which
    share is done.
    """
    present = engine.settings.dense_weight
    encoder = cast("Encoder", EncodedOnce(engine.encoder))
    retrievers = {(weight,): _retriever(engine, encoder, weight) for weight in sorted({*weights, present})}
    rows: dict[Setting, dict[str, Parts]] = {setting: {} for setting in retrievers}
    asked = [case for case in cases if case.gold]
    with engine.store.snapshot() as snapshot:
        for at, case in enumerate(asked):
            once = cast("Snapshot", SearchedOnce(snapshot))
            for setting, retriever in retrievers.items():
                rows[setting][case.case_id] = _found(retriever, once, case)
            tell((at + 1) / len(asked))
    return Trial(names=(NAME,), present=(present,), rows=rows, objective=_RANKING, measures=_SHOWN)


def _retriever(engine: Engine, encoder: Encoder, weight: float) -> Retriever:
    settings = engine.settings.model_copy(update={NAME: weight})
    return assemble(settings, engine.store, encoder, reranker=engine.reranker).retriever


def _found(retriever: Retriever, snapshot: Snapshot, case: Case) -> Parts:
    question = Question(text=case.question, history=case.history, as_of=case.as_of, top_k=SEARCHED)
    found = retriever.retrieve_from(snapshot, question).evidence
    passages = tuple(
        FoundPassage(article=one.article.article_id, name=set_name(one.article.name), text=one.passage.text)
        for one in found
    )
    given = parts(case, Reply(status=Status.ANSWERED, passages=passages), QuoteJudge())
    return {name: given[name] for name in _SHOWN if name in given}
