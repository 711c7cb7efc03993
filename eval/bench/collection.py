"""Open-domain benchmarks: one store of all documents among distractors; each question with its articles and without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

from eval.bench.asking import given
from eval.bench.items import Item, OpenSet
from eval.bench.rows import BenchRow
from eval.hiding import Hiding
from eval.judges import Judge
from eval.retrieval import ranked_articles
from eval.timing import FromSnapshot
from rag.config import Settings
from rag.engine import Engine
from rag.errors import InputError
from rag.ingest.sources import read_sources
from rag.search.retriever import Retriever
from rag.store.protocol import Snapshot
from rag.types import Evidence, Question, RawDocument, Rejected
from rag.wiring import Progress, assemble, open_engine

DEPTH = 20  # passages that a search gives; several may be of one article, and articles are ranked
_DONE = "benchmark"  # holds the state that a store was filled under


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """An engine over a store, the answerer that is measured, and each way of searching by its name."""

    engine: Engine
    answerer: FromSnapshot
    judge: Judge
    ways: Mapping[str, Retriever]


def open_collection(
    dataset: OpenSet,
    settings: Settings,
    *,
    distractors: Path | None = None,
    articles: int | None = None,
    state: str,
    progress: Progress,
) -> Engine:
    """An engine over the documents of a set and the first `articles` distractors, in the data folder of `settings`.

    What the folder holds already is not ingested again, and stays; where it was last filled under the same `state`,
    nothing is read at all. Close the engine when done.

    Raises:
        InputError: a document of the set, or the file of distractors, cannot be read.
        ConfigError, ModelMissingError, StoreError: as `open_engine`.
    """
    if distractors is not None and not distractors.is_file():
        raise InputError(f"there is no file of distractors {distractors}", field="distractors")
    done = settings.data / _DONE
    engine = open_engine(settings, progress=progress)
    try:
        if not done.exists() or done.read_text(encoding="utf-8") != state:
            _ingest(engine, dataset, distractors, articles, progress)
            done.write_text(state, encoding="utf-8")
    except BaseException:
        engine.close()
        raise
    return engine


def _ingest(
    engine: Engine, dataset: OpenSet, distractors: Path | None, articles: int | None, progress: Progress
) -> None:
    total = len(dataset.documents) + (articles or 0 if distractors else 0)
    report = engine.pipeline().ingest(
        _documents(dataset, distractors, articles, engine.settings.max_document_bytes),
        progress=lambda at: progress("indexing the documents of the benchmark", min(1.0, at.done / max(1, total))),
    )
    own = {document.article_id for document in dataset.documents}
    if lost := [row for row in report.rejected if row.name in own]:
        raise InputError(f"the document {lost[0].name} was not read: {lost[0].reason}", field="data")
    if report.rejected and len(report.documents) == len(own):
        first = report.rejected[0]
        raise InputError(f"no distractor was read; {first.name}: {first.reason}", field="distractors")


def search_ways(engine: Engine) -> dict[str, Retriever]:
    """Words alone, vectors alone, and both as the settings weigh them."""
    weights = {"lexical": 0.0, "dense": 1.0, "fused": engine.settings.dense_weight}
    return {
        name: assemble(
            engine.settings.model_copy(update={"dense_weight": weight}),
            engine.store,
            engine.encoder,
            reranker=engine.reranker if name == "fused" else None,
        ).retriever
        for name, weight in weights.items()
    }


def ask_collection(collection: Collection, snapshot: Snapshot, item: Item, key: str) -> BenchRow:
    """Ask with the gold articles in the store and with them, and all their reprints, hidden; and search in each way."""
    groups = [{gold, *(twin.article_id for twin in snapshot.reprints(gold))} for gold in item.gold]
    hidden = cast("Snapshot", Hiding(snapshot, set().union(*groups)))
    question = Question(text=item.question, top_k=DEPTH)
    return BenchRow(
        key=key,
        item_id=item.item_id,
        question=item.question,
        facts=item.facts,
        false=item.false,
        shown=given(collection.answerer, snapshot, item.question, collection.judge),
        withheld=given(collection.answerer, hidden, item.question, collection.judge),
        ranks={
            name: _ranks(retriever.retrieve_from(snapshot, question).evidence, groups)
            for name, retriever in collection.ways.items()
        },
    )


def _documents(
    dataset: OpenSet, distractors: Path | None, articles: int | None, max_bytes: int
) -> Iterator[RawDocument | Rejected]:
    for document in dataset.documents:
        yield document.raw
    if distractors is not None:
        yield from islice(read_sources([distractors], max_bytes=max_bytes), articles)


def _ranks(evidence: Sequence[Evidence], groups: Sequence[set[str]]) -> tuple[int | None, ...]:
    """The rank of each gold article, or of a reprint of it, among the articles by their best passage."""
    ranked = ranked_articles(evidence)
    return tuple(
        next((rank for rank, article in enumerate(ranked, start=1) if article in group), None) for group in groups
    )
