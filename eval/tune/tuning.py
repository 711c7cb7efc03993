"""From an engine and a question set to fitted settings: the weight first, then the limits under the weight advised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.cases import Case
from eval.set_store import set_name
from eval.tune.fit import Fit, fit
from eval.tune.limits import Ceilings, limit_trial
from eval.tune.split import Split
from eval.tune.weights import NAME, weight_trial
from rag.engine import Engine
from rag.errors import InputError
from rag.store.protocol import Snapshot
from rag.wiring import Progress, assemble

_PAGE = 500


def tuned(
    engine: Engine,
    parts: Split,
    ceilings: Ceilings,
    *,
    seed: int = 0,
    progress: Progress = lambda _what, _share: None,
) -> tuple[Fit, Fit]:
    """The fit of the weight and that of the limits; `seed` is that of the bootstrap.

    Raises:
        InputError: the store lacks an article that gold evidence names.
    """
    cases = (*parts.development, *parts.held_back)
    with engine.store.snapshot() as snapshot:
        check_articles(snapshot, cases)
    trial = weight_trial(engine, cases, tell=lambda share: progress("searching with every weight", share))
    weight = fit(trial, parts, seed=seed)
    settings = engine.settings.model_copy(update={NAME: weight.advised[0]})
    chosen = assemble(settings, engine.store, engine.encoder, reranker=engine.reranker)
    limits = limit_trial(chosen, cases, ceilings, tell=lambda share: progress("answering under every limit", share))
    return weight, fit(limits, parts, seed=seed)


def check_articles(snapshot: Snapshot, cases: Sequence[Case]) -> None:
    """Refuse a store of other articles, in which no gold evidence would ever be found.

    Raises:
        InputError: the store lacks an article that gold evidence names.
    """
    known = set(_names(snapshot))
    for case in cases:
        for gold in case.gold:
            if gold.article not in known:
                raise InputError(
                    f"the store holds no article {gold.article!r}, which the gold evidence of {case.case_id!r} names"
                )


def _names(snapshot: Snapshot) -> Iterable[str]:
    offset = 0
    while infos := snapshot.articles(offset=offset, limit=_PAGE):
        yield from (set_name(info.name) for info in infos)
        offset += len(infos)
